package io.kindnet.kindnetd;

import io.kindnet.kindnetd.conntrack.ConnectionReport;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.netlink.conntrack.ConntrackSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Lists the connections that conntrack has. */
@Command(
    name = "connections",
    description = {
      "Lists the connections of this node that the kernel tracks, with the names of pods; => is what an"
          + " address is translated to.",
      ""
    },
    optionListHeading = "%nFlags:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:they were listed",
      "1:the kernel refused",
      "2:a flag is wrong, or the pod is not there"
    },
    customSynopsis = "kindnetd connections [--pod NAMESPACE/NAME] [-o json] [FLAG]...",
    sortOptions = false,
    usageHelpWidth = 100)
@SuppressWarnings("NullAway.Init") // picocli fills in every field
final class ConnectionsCommand implements Callable<Integer> {
  private static final int NO_ANSWER = 2;

  @ParentCommand private Kindnetd agent;

  @Option(
      names = "--pod",
      paramLabel = "POD",
      defaultValue = "",
      description = "only those of this pod, NAMESPACE/NAME")
  private String pod;

  @Mixin private ApiServerFlags apiServer;

  @Mixin private ReportFlags report;

  @Override
  public Integer call() throws InterruptedException {
    report.check();
    apiServer.configureLogging();
    PodDirectory pods = directory();
    Optional<Set<InetAddress>> only = Optional.empty();
    if (!pod.isEmpty()) {
      only = Optional.of(pods.addressesOf(pod));
      if (only.get().isEmpty()) {
        report.note("no pod " + pod + " with an address is known");
        return NO_ANSWER;
      }
    }
    try (ConntrackSocket socket = ConntrackSocket.open()) {
      ConnectionReport connections = ConnectionReport.read(socket, pods::at, only);
      report.print(connections::text, connections::json);
    }
    return 0;
  }

  /** Without the API server, only pods of this node have names. */
  private PodDirectory directory() throws InterruptedException {
    PodDirectory pods = new PodDirectory();
    Map<String, String> environment = agent.environment();
    ApiServerOptions options = apiServer.options(environment);
    try (ApiClient client = ApiServerFlags.connect(options, environment)) {
      pods.addPodsOf(client);
    } catch (IOException | RuntimeException unreachable) {
      report.note("only pods of this node have names: " + unreachable.getMessage());
    }
    pods.addPodsOfThisNode(report.err());
    return pods;
  }
}
