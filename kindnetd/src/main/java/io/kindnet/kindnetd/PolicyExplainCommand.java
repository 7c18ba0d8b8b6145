package io.kindnet.kindnetd;

import static io.kindnet.kindnetd.OptionValues.flag;

import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.networkpolicy.evaluator.ClusterState;
import io.kindnet.kindnetd.networkpolicy.explain.ClusterStateReader;
import io.kindnet.kindnetd.networkpolicy.explain.DomainNameReader;
import io.kindnet.kindnetd.networkpolicy.explain.ExplainException;
import io.kindnet.kindnetd.networkpolicy.explain.JsonReport;
import io.kindnet.kindnetd.networkpolicy.explain.KernelComparison;
import io.kindnet.kindnetd.networkpolicy.explain.PolicyExplainer;
import io.kindnet.kindnetd.networkpolicy.explain.PolicyExplanation;
import io.kindnet.kindnetd.networkpolicy.explain.PortQuestion;
import io.kindnet.kindnetd.networkpolicy.explain.TextReport;
import io.kindnet.netlink.nftables.NftablesSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

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

  @Mixin private PolicyFlags policies;

  @Mixin private ApiServerFlags apiServer;

  @Mixin private ReportFlags report;

  @Override
  public Integer call() throws Exception {
    Map<String, String> environment = parent.agent().environment();
    PortQuestion question = flag("port", port, PortQuestion::parse);
    report.check();
    ApiServerOptions options = apiServer.options(environment);
    String node = apiServer.node(environment);
    policies.check();
    apiServer.configureLogging();
    try (ApiClient client = ApiServerFlags.connect(options, environment)) {
      List<String> notes = new ArrayList<>();
      ClusterState state =
          DomainNameReader.complete(
              ClusterStateReader.read(client, node, notes::add), NftablesSocket::open, notes::add);
      KernelComparison kernel =
          new KernelComparison(
              node, state.hostAddresses().getOrDefault(node, Set.of()), NftablesSocket::open);
      Set<Tier> tiers = policies.tiers(notes::add);
      PolicyExplanation explanation =
          kernel.complete(new PolicyExplainer(state, tiers).explain(from, to, question));
      for (String note : notes) {
        explanation = explanation.withNote(note);
      }
      print(explanation);
      return explanation.allowed() ? ALLOWED : DENIED;
    } catch (IOException | ExplainException failure) {
      report.note(String.valueOf(failure.getMessage()));
      return NO_ANSWER;
    }
  }

  private void print(PolicyExplanation explanation) {
    report.print(() -> TextReport.of(explanation), () -> JsonReport.of(explanation));
  }
}
