package io.kindnet.kindnetd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.kindnetd.status.Status;
import io.kindnet.kindnetd.status.StatusServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;

/** What {@code /metrics} and the other pages show. */
public final class MetricsPage {
  private MetricsPage() {}

  /** The page of {@code status} as it is now. */
  public static String of(Status status) throws IOException {
    return get(status, "/metrics");
  }

  /** What {@code /readyz} shows of {@code status} while everything is ready. */
  public static String ofReadiness(Status status) throws IOException {
    return get(status, "/readyz");
  }

  private static String get(Status status, String path) throws IOException {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (StatusServer server = new StatusServer(anyPort, status)) {
      server.start();
      URI page = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
      try (InputStream answer = page.toURL().openStream()) {
        return new String(answer.readAllBytes(), UTF_8);
      }
    }
  }
}
