package io.kindnet.e2e.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * The API server as the administrator speaks to it, one connection for each request that is under
 * way. Works for who is in the cluster's network.
 */
public final class RestClient implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int FIRST_FAILURE = 400;

  /** Of an object, its metadata. */
  private static final String BRIEF =
      "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

  private final HttpClient http;

  private RestClient(HttpClient http) {
    this.http = http;
  }

  static RestClient administrator(Authority authority) {
    authority.issue(Kubectl.ADMINISTRATOR, Kubectl.ADMINISTRATOR_SUBJECT, "");
    return new RestClient(
        HttpClient.newBuilder()
            // the newer version has one connection for all
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(DEADLINE)
            .sslContext(
                ClientTls.context(
                    authority.certificate("ca"),
                    authority.certificate(Kubectl.ADMINISTRATOR),
                    authority.key(Kubectl.ADMINISTRATOR)))
            .build());
  }

  /** The object or list at {@code path}, such as {@code /api/v1/nodes/node1}. */
  public String get(String path) {
    return send("GET", path, "application/json", "");
  }

  /** Creates an object in the collection at {@code path}. */
  public String create(String path, String json) {
    return send("POST", path, "application/json", json);
  }

  /** Changes the fields that {@code json} has of an object; a list is replaced as a whole. */
  public void merge(String path, String json) {
    send("PATCH", path, "application/merge-patch+json", json);
  }

  /** As {@link #merge}, but entries of lists that have a key are merged, as a kubelet does it. */
  public void mergeStrategically(String path, String json) {
    send("PATCH", path, "application/strategic-merge-patch+json", json);
  }

  /** Deletes an object. */
  public void delete(String path) {
    send("DELETE", path, "application/json", "");
  }

  private String send(String method, String path, String type, String body) {
    String what = method + " " + path;
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(Addresses.API_SERVER + path))
            .timeout(DEADLINE)
            .header("Content-Type", type)
            .header("Accept", method.equals("PATCH") ? BRIEF : "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString(UTF_8));
      if (response.statusCode() >= FIRST_FAILURE) {
        throw new AssertionError(
            what + ": status " + response.statusCode() + ": " + response.body());
      }
      return response.body();
    } catch (IOException failed) {
      throw new UncheckedIOException(what + ": " + failed, failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted in " + what, interrupted);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
