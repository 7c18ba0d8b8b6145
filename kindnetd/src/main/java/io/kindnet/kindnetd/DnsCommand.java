package io.kindnet.kindnetd;

import static io.kindnet.kindnetd.OptionValues.flag;

import io.kindnet.kindnetd.status.BindAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what the agent of this node has cached of DNS. */
@Command(
    name = "dns",
    description = {
      "Shows how the name servers and the cache of DNS answers of this node are, and what is cached for a"
          + " name.",
      ""
    },
    optionListHeading = "%nFlags:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:it is shown",
      "2:a flag is wrong, or no agent that caches DNS answers runs on this machine"
    },
    customSynopsis = "kindnetd dns [--name NAME] [FLAG]...",
    sortOptions = false,
    usageHelpWidth = 100)
@SuppressWarnings("NullAway.Init") // picocli fills in every field
final class DnsCommand implements Callable<Integer> {
  /** The page of the agent that this shows. */
  static final String PAGE = "/dns";

  private static final int NO_ANSWER = 2;
  private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(5).toMillis();

  @Spec private CommandSpec spec;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "",
      description =
          "shows what is cached for it; a name in full, such as"
              + " kubernetes.default.svc.cluster.local")
  private String name;

  @Option(
      names = "--metrics-bind-address",
      paramLabel = "ADDRESS",
      defaultValue = ":19080",
      description = "as for the agent: where it answers (default ${DEFAULT-VALUE})")
  private String metricsBindAddress;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this text")
  boolean help;

  @Override
  public Integer call() {
    InetSocketAddress bound = flag("metrics-bind-address", metricsBindAddress, BindAddress::parse);
    InetAddress host =
        bound.getAddress().isAnyLocalAddress()
            ? InetAddress.ofLiteral("127.0.0.1")
            : bound.getAddress();
    String at = BindAddress.format(new InetSocketAddress(host, bound.getPort()));
    try {
      spec.commandLine().getOut().print(read(at));
      spec.commandLine().getOut().flush();
      return 0;
    } catch (IOException failure) {
      spec.commandLine()
          .getErr()
          .println(
              "kindnetd: no agent with --dns-caching answers on "
                  + at
                  + ": "
                  + failure.getMessage());
      return NO_ANSWER;
    }
  }

  private String read(String at) throws IOException {
    String query = name.isEmpty() ? "" : "?" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    HttpURLConnection connection =
        (HttpURLConnection) URI.create("http://" + at + PAGE + query).toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    try {
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        throw new IOException("status " + connection.getResponseCode());
      }
      try (InputStream body = connection.getInputStream()) {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
      }
    } finally {
      connection.disconnect();
    }
  }
}
