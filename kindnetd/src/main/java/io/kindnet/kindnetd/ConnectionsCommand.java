package io.kindnet.kindnetd;

import static io.kindnet.kindnetd.OptionValues.flag;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.conntrack.ConnectionReport;
import io.kindnet.kindnetd.kube.ApiServer;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.netlink.conntrack.ConntrackSocket;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

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

  @Spec private CommandSpec spec;

  @Option(
      names = "--pod",
      paramLabel = "POD",
      defaultValue = "",
      description = "only those of this pod, NAMESPACE/NAME")
  private String pod;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default ${DEFAULT-VALUE})")
  private String output;

  @Mixin private ApiServerFlags apiServer;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this text")
  boolean help;

  @Override
  public Integer call() throws InterruptedException {
    boolean json = flag("o", output, OptionValues::isJson);
    apiServer.configureLogging();
    PodDirectory pods = directory();
    Optional<Set<InetAddress>> only = Optional.empty();
    if (!pod.isEmpty()) {
      only = Optional.of(pods.addressesOf(pod));
      if (only.get().isEmpty()) {
        spec.commandLine()
            .getErr()
            .println("kindnetd: no pod " + pod + " with an address is known");
        return NO_ANSWER;
      }
    }
    try (ConntrackSocket socket = ConntrackSocket.open()) {
      ConnectionReport report = ConnectionReport.read(socket, pods::at, only);
      PrintWriter out = spec.commandLine().getOut();
      out.print(json ? report.json().toPrettyString() + "\n" : report.text());
      out.flush();
    }
    return 0;
  }

  /** Without the API server, only pods of this node have names. */
  private PodDirectory directory() throws InterruptedException {
    PodDirectory pods = new PodDirectory();
    Map<String, String> environment = agent.environment();
    ApiServerOptions options = apiServer.options(environment);
    PrintWriter err = spec.commandLine().getErr();
    try (KubernetesClient client = ApiServer.connect(options, environment, address -> {})) {
      pods.addPodsOf(client);
    } catch (IOException | RuntimeException unreachable) {
      err.println("kindnetd: only pods of this node have names: " + unreachable.getMessage());
    }
    pods.addPodsOfThisNode(err);
    return pods;
  }
}
