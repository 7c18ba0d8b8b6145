package io.kindnet.kindnetd;

import static io.kindnet.kindnetd.OptionValues.flag;
import static io.kindnet.kindnetd.OptionValues.optional;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.kube.ApiServer;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.networkpolicy.evaluator.ClusterState;
import io.kindnet.kindnetd.networkpolicy.explain.AgentTiers;
import io.kindnet.kindnetd.networkpolicy.explain.ClusterStateReader;
import io.kindnet.kindnetd.networkpolicy.explain.ExplainException;
import io.kindnet.kindnetd.networkpolicy.explain.JsonReport;
import io.kindnet.kindnetd.networkpolicy.explain.KernelComparison;
import io.kindnet.kindnetd.networkpolicy.explain.PolicyExplainer;
import io.kindnet.kindnetd.networkpolicy.explain.PolicyExplanation;
import io.kindnet.kindnetd.networkpolicy.explain.PortQuestion;
import io.kindnet.kindnetd.networkpolicy.explain.TextReport;
import io.kindnet.kindnetd.status.BindAddress;
import io.kindnet.netlink.nftables.NftablesSocket;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
      description =
          "as for the agent: NetworkPolicies are enforced (default: as the agent of this node says)")
  private @Nullable Boolean networkPolicy;

  @Option(
      names = "--admin-network-policy",
      arity = "1",
      paramLabel = "BOOLEAN",
      description =
          "as for the agent: ClusterNetworkPolicies of the tier Admin are, too (default: as the agent"
              + " of this node says)")
  private @Nullable Boolean adminNetworkPolicy;

  @Option(
      names = "--baseline-admin-network-policy",
      arity = "1",
      paramLabel = "BOOLEAN",
      description =
          "as for the agent: those of the tier Baseline are, too (default: as the agent of this node"
              + " says)")
  private @Nullable Boolean baselineAdminNetworkPolicy;

  @Option(
      names = "--metrics-bind-address",
      paramLabel = "ADDRESS",
      defaultValue = ":19080",
      description = "where the agent of this node has its /metrics (default ${DEFAULT-VALUE})")
  private String metricsBindAddress;

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
    InetSocketAddress metrics =
        flag("metrics-bind-address", metricsBindAddress, BindAddress::parse);
    Logging.configureQuietly(flag("v", verbosity, OptionValues::count));
    try (KubernetesClient client = ApiServer.connect(apiServer, environment, address -> {})) {
      List<String> notes = new ArrayList<>();
      ClusterState state = ClusterStateReader.read(client, node, notes::add);
      KernelComparison kernel =
          new KernelComparison(
              node, state.hostAddresses().getOrDefault(node, Set.of()), NftablesSocket::open);
      Set<Tier> tiers = tiers(metrics, notes);
      PolicyExplanation explanation =
          kernel.complete(new PolicyExplainer(state, tiers).explain(from, to, question));
      for (String note : notes) {
        explanation = explanation.withNote(note);
      }
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

  /** Those that the agent enforces, but for what the flags say. */
  private Set<Tier> tiers(InetSocketAddress metrics, List<String> notes) {
    Map<Tier, @Nullable Boolean> flags = new EnumMap<>(Tier.class);
    flags.put(Tier.NETWORK_POLICY, networkPolicy);
    flags.put(Tier.ADMIN, adminNetworkPolicy);
    flags.put(Tier.BASELINE, baselineAdminNetworkPolicy);
    Set<Tier> tiers = EnumSet.of(Tier.NETWORK_POLICY); // as the agent's own defaults
    if (flags.containsValue(null)) {
      try {
        tiers = EnumSet.copyOf(AgentTiers.ask(metrics));
      } catch (IOException failure) {
        notes.add(
            "no agent of this node says which tiers it enforces, so flags and defaults do: "
                + failure.getMessage());
      }
    }
    for (Map.Entry<Tier, @Nullable Boolean> entry : flags.entrySet()) {
      @Nullable Boolean wanted = entry.getValue();
      if (wanted != null) {
        tiers.remove(entry.getKey());
        if (wanted) {
          tiers.add(entry.getKey());
        }
      }
    }
    return Boolean.FALSE.equals(networkPolicy) ? Set.of() : tiers;
  }

  private void print(PolicyExplanation explanation, boolean json) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(
        json ? JsonReport.of(explanation).toPrettyString() + "\n" : TextReport.of(explanation));
    out.flush();
  }
}
