package io.kindnet.kindnetd;

import static io.kindnet.kindnetd.OptionValues.flag;
import static io.kindnet.kindnetd.OptionValues.optional;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.kube.ApiServer;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.networkpolicy.evaluator.ClusterState;
import io.kindnet.kindnetd.networkpolicy.explain.ClusterStateReader;
import io.kindnet.kindnetd.networkpolicy.explain.ExplainException;
import io.kindnet.kindnetd.networkpolicy.explain.JsonReport;
import io.kindnet.kindnetd.networkpolicy.explain.KernelComparison;
import io.kindnet.kindnetd.networkpolicy.explain.PolicyExplainer;
import io.kindnet.kindnetd.networkpolicy.explain.PolicyExplanation;
import io.kindnet.kindnetd.networkpolicy.explain.PortQuestion;
import io.kindnet.kindnetd.networkpolicy.explain.TextReport;
import io.kindnet.netlink.nftables.NftablesSocket;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Says what network policies do to a connection, and which of them. */
@Command(
    name = "explain",
    description = {
      "Says whether network policies let a connection through, tier by tier, and which rule decides.",
      "It is about the first packet, after a Service's address was translated: ask for a pod behind the"
          + " Service, and for the container's port.",
      "Where one end is a pod of the node on which this runs, it also says whether the kernel does the"
          + " same.",
      ""
    },
    optionListHeading = "%nFlags:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:the connection is allowed",
      "1:it is denied, in one family at least",
      "2:there is no answer: a flag is wrong, a pod is not there, the API server does not answer"
    },
    footer = {
      "",
      "Example: kindnetd policy explain --from shop/cart --to shop/db-0 --port 5432/tcp"
    },
    customSynopsis = "kindnetd policy explain --from POD|IP --to POD|IP --port PORT [FLAG]...",
    sortOptions = false,
    usageHelpWidth = 100)
@SuppressWarnings("NullAway.Init") // picocli fills in every field
final class PolicyExplainCommand implements Callable<Integer> {
  private static final int ALLOWED = 0;
  private static final int DENIED = 1;
  private static final int NO_ANSWER = 2;

  @ParentCommand private PolicyCommand parent;

  @Spec private CommandSpec spec;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "POD|IP",
      description = "who connects: a pod as NAMESPACE/NAME, or an address")
  private String from;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "POD|IP",
      description = "to whom: a pod as NAMESPACE/NAME, or an address")
  private String to;

  @Option(
      names = "--port",
      required = true,
      paramLabel = "PORT",
      description =
          "to which port, such as 80/tcp, 53/udp, 9/sctp, http/tcp by its name in the pod, or icmp for"
              + " none; without a protocol it is TCP")
  private String port;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default ${DEFAULT-VALUE})")
  private String output;

  @Option(
      names = "--network-policy",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "true",
      description = "as for the agent: NetworkPolicies are enforced (default ${DEFAULT-VALUE})")
  private boolean networkPolicy;

  @Option(
      names = "--admin-network-policy",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "false",
      description =
          "as for the agent: ClusterNetworkPolicies of the tier Admin are, too (default"
              + " ${DEFAULT-VALUE})")
  private boolean adminNetworkPolicy;

  @Option(
      names = "--baseline-admin-network-policy",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "false",
      description =
          "as for the agent: those of the tier Baseline are, too (default ${DEFAULT-VALUE})")
  private boolean baselineAdminNetworkPolicy;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      defaultValue = "",
      description = "how to reach the API server from outside a cluster (default: in-cluster)")
  private String kubeconfig;

  @Option(
      names = "--master",
      paramLabel = "URL",
      defaultValue = "",
      description = "API server, overrides the one in the kubeconfig")
  private String master;

  @Option(
      names = "--control-plane-endpoint",
      paramLabel = "URL",
      defaultValue = "",
      description =
          "API server that replaces the in-cluster address when it answers (default:"
              + " $CONTROL_PLANE_ENDPOINT)")
  private String controlPlaneEndpoint;

  @Option(
      names = "--hostname-override",
      paramLabel = "NAME",
      defaultValue = "",
      description = "name of this node (default: $NODE_NAME, else the host's name)")
  private String hostnameOverride;

  @Option(
      names = {"-v", "--v"},
      paramLabel = "LEVEL",
      defaultValue = "0",
      description = "log verbosity: 2 debug, 4 trace, 6 the API client too (default 0)")
  private String verbosity;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this text")
  boolean help;

  @Override
  public Integer call() throws Exception {
    Map<String, String> environment = parent.agent().environment();
    Environment variables = Environment.of(environment);
    PortQuestion question = flag("port", port, PortQuestion::parse);
    boolean json = flag("o", output, PolicyExplainCommand::isJson);
    ApiServerOptions apiServer =
        new ApiServerOptions(
            flag("kubeconfig", kubeconfig, optional(Path::of)),
            flag("master", master, optional(OptionValues::url)),
            Options.controlPlaneEndpoint(controlPlaneEndpoint, variables.controlPlaneEndpoint()));
    String node =
        Options.nodeName(hostnameOverride, variables.nodeName(), HostDefaults.look().name());
    Logging.configureQuietly(flag("v", verbosity, OptionValues::count));
    try (KubernetesClient client = ApiServer.connect(apiServer, environment, address -> {})) {
      ClusterState state = ClusterStateReader.read(client, node);
      KernelComparison kernel =
          new KernelComparison(
              node, state.hostAddresses().getOrDefault(node, Set.of()), NftablesSocket::open);
      PolicyExplanation explanation =
          kernel.complete(new PolicyExplainer(state, tiers()).explain(from, to, question));
      print(explanation, json);
      return explanation.allowed() ? ALLOWED : DENIED;
    } catch (IOException | ExplainException failure) {
      spec.commandLine().getErr().println("kindnetd: " + failure.getMessage());
      return NO_ANSWER;
    }
  }

  private static boolean isJson(String format) {
    return switch (format) {
      case "text" -> false;
      case "json" -> true;
      default -> throw new IllegalArgumentException("neither text nor json");
    };
  }

  private Set<Tier> tiers() {
    Set<Tier> tiers = EnumSet.noneOf(Tier.class);
    if (networkPolicy) {
      tiers.add(Tier.NETWORK_POLICY);
      if (adminNetworkPolicy) {
        tiers.add(Tier.ADMIN);
      }
      if (baselineAdminNetworkPolicy) {
        tiers.add(Tier.BASELINE);
      }
    }
    return tiers;
  }

  private void print(PolicyExplanation explanation, boolean json) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(
        json ? JsonReport.of(explanation).toPrettyString() + "\n" : TextReport.of(explanation));
    out.flush();
  }
}
