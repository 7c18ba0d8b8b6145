package io.kindnet.kindnetd;

import static io.kindnet.kindnetd.OptionValues.flag;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.kindnetd.status.BindAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
  /** The page of the agent that this shows, as text. */
  static final String PAGE = "/dns";

  /** The same as JSON. */
  static final String JSON_PAGE = "/dns.json";

  private static final int NO_ANSWER = 2;
  private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(5).toMillis();

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

  @Mixin private ReportFlags report;

  @Override
  public Integer call() {
    report.check();
    InetSocketAddress bound = flag("metrics-bind-address", metricsBindAddress, BindAddress::parse);
    InetAddress host =
        bound.getAddress().isAnyLocalAddress()
            ? InetAddress.ofLiteral("127.0.0.1")
            : bound.getAddress();
    String at = BindAddress.format(new InetSocketAddress(host, bound.getPort()));
    try {
      report.print(() -> read(at, PAGE), () -> tree(read(at, JSON_PAGE)));
      return 0;
    } catch (UncheckedIOException failure) {
      report.note("no agent with --dns-caching answers on " + at + ": " + failure.getMessage());
      return NO_ANSWER;
    }
  }

  private static JsonNode tree(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (JsonProcessingException other) {
      throw new UncheckedIOException(other.getMessage(), other);
    }
  }

  private String read(String at, String page) {
    try {
      return get(at, page);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure.getMessage(), failure);
    }
  }

  private String get(String at, String page) throws IOException {
    String query = name.isEmpty() ? "" : "?" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    HttpURLConnection connection =
        (HttpURLConnection) URI.create("http://" + at + page + query).toURL().openConnection();
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
