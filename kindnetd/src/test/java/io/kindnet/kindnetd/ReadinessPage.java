package io.kindnet.kindnetd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.kindnetd.status.Status;
import io.kindnet.kindnetd.status.StatusServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;

/** What {@code /readyz} shows. */
public final class ReadinessPage {
  private ReadinessPage() {}

  /** The page of {@code status} as it is now, ready or not. */
  public static String of(Status status) throws IOException {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (StatusServer server = new StatusServer(anyPort, status)) {
      server.start();
      URI page = URI.create("http://127.0.0.1:" + server.address().getPort() + "/readyz");
      HttpURLConnection connection = (HttpURLConnection) page.toURL().openConnection();
      boolean ready = connection.getResponseCode() == HttpURLConnection.HTTP_OK;
      try (InputStream answer = ready ? connection.getInputStream() : connection.getErrorStream()) {
        return new String(answer.readAllBytes(), UTF_8);
      }
    }
  }
}
