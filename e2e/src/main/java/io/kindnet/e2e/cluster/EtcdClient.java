package io.kindnet.e2e.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The store of the API server, for objects that would take it minutes to take in. It reads JSON
 * from there as well as its own format. Works for who is in the cluster's network.
 */
public final class EtcdClient implements AutoCloseable {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI transactions = URI.create(ControlPlane.ETCD + "/v3/kv/txn");

  EtcdClient() {}

  /**
   * Writes objects, all of them or none.
   *
   * @param objects JSON by path, such as {@code /registry/pods/default/web}; 128 at most, and
   *     together less than a megabyte
   */
  public void put(Map<String, String> objects) {
    String puts =
        objects.entrySet().stream()
            .map(object ->
                "{\"request_put\": {\"key\": \"%s\", \"value\": \"%s\"}}"
                    .formatted(base64(object.getKey()), base64(object.getValue())))
            .collect(Collectors.joining(", "));
    HttpRequest request =
        HttpRequest.newBuilder(transactions)
            .POST(BodyPublishers.ofString("{\"success\": [" + puts + "]}"))
            .build();
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString(UTF_8));
      if (response.statusCode() != HttpURLConnection.HTTP_OK) {
        throw new AssertionError("etcd: status " + response.statusCode() + ": " + response.body());
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("etcd: " + failed, failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }

  @Override
  public void close() {
    http.close();
  }
}
