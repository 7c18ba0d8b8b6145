package io.kindnet.kube.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.net.HttpURLConnection;
import java.util.Map.Entry;

/**
 * Keeps objects in memory. Knows, besides what the library's own one knows, strategic merge patches
 * of a status, in which each condition replaces the one of its type.
 */
public class ObjectDispatcher extends KubernetesCrudDispatcher {
  private static final String STRATEGIC = "application/strategic-merge-patch+json";
  private static final String STATUS = "status";
  private static final String CONDITIONS = "conditions";

  private final ObjectMapper json = new ObjectMapper();

  @Override
  public MockResponse handlePatch(RecordedRequest request) {
    String path = request.getPath();
    boolean known =
        STRATEGIC.equals(request.getHeader("Content-Type")) && path.endsWith("/" + STATUS);
    if (!known) {
      return super.handlePatch(request);
    }
    MockResponse present = handleGet(path.substring(0, path.length() - STATUS.length() - 1));
    if (present.code() != HttpURLConnection.HTTP_OK) {
      return present;
    }
    try {
      String patched = patchStatus(present.getBody().readUtf8(), request.getUtf8Body());
      return handleUpdate(
          new RecordedRequest(
              request.getHttpVersion(),
              HttpMethod.PUT,
              path,
              request.getHeaders(),
              new Buffer(patched.getBytes(UTF_8))));
    } catch (JsonProcessingException malformed) {
      return new MockResponse()
          .setResponseCode(HttpURLConnection.HTTP_BAD_REQUEST)
          .setBody(malformed.getMessage());
    }
  }

  private String patchStatus(String object, String patch) throws JsonProcessingException {
    ObjectNode patched = json.readValue(object, ObjectNode.class);
    ObjectNode status = patched.withObjectProperty(STATUS);
    for (Entry<String, JsonNode> change : json.readTree(patch).path(STATUS).properties()) {
      if (change.getKey().equals(CONDITIONS)) {
        status.set(CONDITIONS, merge(status.path(CONDITIONS), change.getValue()));
      } else {
        status.set(change.getKey(), change.getValue());
      }
    }
    return json.writeValueAsString(patched);
  }

  private ArrayNode merge(JsonNode present, JsonNode changes) {
    ArrayNode merged = json.createArrayNode();
    for (JsonNode condition : present) {
      if (!has(changes, condition.path("type"))) {
        merged.add(condition);
      }
    }
    changes.forEach(merged::add);
    return merged;
  }

  private static boolean has(JsonNode conditions, JsonNode type) {
    for (JsonNode condition : conditions) {
      if (condition.path("type").equals(type)) {
        return true;
      }
    }
    return false;
  }
}
