package io.kindnet.kindnetd.networkpolicy.explain;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.TierMetric;
import io.kindnet.kindnetd.status.BindAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/** Asks the agent of this node which tiers it enforces. */
public final class AgentTiers {
  private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(3).toMillis();

  private AgentTiers() {}

  /**
   * The tiers that its flags enable.
   *
   * @param metrics where it listens for requests of its metrics
   * @throws IOException saying why there is no answer
   */
  public static Set<Tier> ask(InetSocketAddress metrics) throws IOException {
    InetSocketAddress server =
        metrics.getAddress().isAnyLocalAddress()
            ? new InetSocketAddress(InetAddress.getLoopbackAddress(), metrics.getPort())
            : metrics;
    String address = BindAddress.format(server);
    String page;
    try {
      page = get(URI.create("http://" + address + "/metrics"));
    } catch (IOException failure) {
      throw new IOException(address + ": " + failure.getMessage(), failure);
    }
    return TierMetric.read(page)
        .orElseThrow(() -> new IOException(address + ": no metric of that"));
  }

  private static String get(URI page) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) page.toURL().openConnection(Proxy.NO_PROXY);
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    connection.setRequestProperty("Accept", "text/plain");
    try (InputStream body = connection.getInputStream()) {
      return new String(body.readAllBytes(), UTF_8);
    } finally {
      connection.disconnect();
    }
  }
}
