package io.kindnet.kindnetd.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.http.HttpClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;

/**
 * An API server, and the HTTP client of fabric8 that reaches it with credentials. Objects go
 * through as JSON: the classes that fabric8 has for them are many, and each that the agent would
 * load is memory of every node (docs/decisions/agent-memory.md).
 */
public final class ApiClient implements AutoCloseable {
  private final HttpClient http;
  private final URI server;

  /**
   * @param http is closed with this
   */
  public ApiClient(HttpClient http, URI server) {
    this.http = http;
    this.server = server;
  }

  /** Where the API server is, such as {@code https://10.96.0.1:443/}. */
  public URI server() {
    return server;
  }

  HttpClient http() {
    return http;
  }

  /**
   * Reads an object or a list, for what is small.
   *
   * @param path relative to the server, such as {@code api/v1/nodes/node1}
   * @throws ApiException if the server answers with an error
   */
  public JsonNode read(String path) throws IOException {
    try (InputStream body = new ApiRequests(this).get(path, ApiRequests.JSON)) {
      return new ObjectMapper().readTree(body);
    }
  }

  /**
   * Creates an object.
   *
   * @param path of the collection, relative to the server
   * @throws ApiException if the server answers with an error
   */
  public void create(String path, JsonNode object) throws IOException {
    new ApiRequests(this).send("POST", path, ApiRequests.JSON, object);
  }

  /**
   * Changes an object by a strategic merge patch.
   *
   * @param path of the object, relative to the server
   * @throws ApiException if the server answers with an error
   */
  public void patch(String path, JsonNode change) throws IOException {
    new ApiRequests(this).send("PATCH", path, ApiRequests.STRATEGIC_MERGE_PATCH, change);
  }

  @Override
  public void close() {
    http.close();
  }
}
