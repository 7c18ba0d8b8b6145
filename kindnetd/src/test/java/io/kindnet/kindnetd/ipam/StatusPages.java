package io.kindnet.kindnetd.ipam;

import io.kindnet.kindnetd.status.Status;
import io.kindnet.kindnetd.status.StatusServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** The pages that show a {@link Status}, on a loopback address. */
public final class StatusPages implements AutoCloseable {
  private final StatusServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  /** Those of {@code status}, until they are closed. */
  public StatusPages(Status status) throws IOException {
    server = new StatusServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), status);
    server.start();
  }

  /** The text of a page. */
  public String get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
