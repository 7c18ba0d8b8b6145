package io.kindnet.kube.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.mockwebserver.crud.AttributeSet;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.kindnet.kube.testing.WatchHistory.Change;
import java.net.HttpURLConnection;
import java.util.Map.Entry;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps objects in memory. Knows, besides what the library's own one knows, strategic merge patches
 * of a status, in which each condition replaces the one of its type, server-side apply as far as
 * one manager sees it, what changed since when, and that ClusterNetworkPolicies are served as long
 * as their CustomResourceDefinition is there.
 */
public class ObjectDispatcher extends KubernetesCrudDispatcher {
  private static final String STRATEGIC = "application/strategic-merge-patch+json";
  private static final String STATUS = "status";
  private static final String RESOURCE_VERSION = "resourceVersion";
  private static final String CONDITIONS = "conditions";

  private static final String CUSTOM_GROUP = "/apis/policy.networking.k8s.io/";
  private static final String CUSTOM_RESOURCES = CUSTOM_GROUP + "v1alpha2/clusternetworkpolicies";
  private static final String DEFINITION =
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
          + "clusternetworkpolicies.policy.networking.k8s.io";

  private final ObjectMapper json = new ObjectMapper();
  private final WatchHistory history = new WatchHistory();
  private volatile long version;
  private volatile boolean defined;

  @Override
  public MockResponse dispatch(RecordedRequest request) {
    if (!serves(request.getPath())) {
      return new MockResponse()
          .setResponseCode(HttpURLConnection.HTTP_NOT_FOUND)
          .setBody("{\"kind\": \"Status\", \"code\": 404, \"message\": \"404 page not found\"}");
    }
    if (request.getMethod().equals("DELETE") && request.getPath().equals(DEFINITION)) {
      deleteCustomResources();
    }
    return super.dispatch(request);
  }

  /** Whether the resource that {@code path} is of is known. */
  boolean serves(String path) {
    return defined || !path.startsWith(CUSTOM_GROUP);
  }

  /** As the API server does, so that those who watch learn of it. */
  private void deleteCustomResources() {
    try {
      String list = handleGet(CUSTOM_RESOURCES).getBody().readUtf8();
      for (JsonNode object : json.readTree(list).path("items")) {
        handleDelete(CUSTOM_RESOURCES + "/" + object.at("/metadata/name").asText());
      }
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(malformed.getMessage(), malformed);
    }
  }

  @Override
  public MockResponse handlePatch(RecordedRequest request) {
    String path = request.getPath();
    @Nullable String type = request.getHeader("Content-Type"); // "; charset=utf-8" may follow
    if (type != null && type.startsWith(AppliedObject.TYPE)) {
      return apply(request);
    }
    boolean known = type != null && type.startsWith(STRATEGIC) && path.endsWith("/" + STATUS);
    if (!known) {
      return super.handlePatch(request);
    }
    MockResponse present = handleGet(path.substring(0, path.length() - STATUS.length() - 1));
    if (present.code() != HttpURLConnection.HTTP_OK) {
      return present;
    }
    try {
      String patched = patchStatus(present.getBody().readUtf8(), request.getUtf8Body());
      return handleUpdate(changed(request, HttpMethod.PUT, path, patched));
    } catch (JsonProcessingException malformed) {
      return new MockResponse()
          .setResponseCode(HttpURLConnection.HTTP_BAD_REQUEST)
          .setBody(malformed.getMessage());
    }
  }

  /** Server-side apply: creates what is not there, else merges, without any owners of fields. */
  private MockResponse apply(RecordedRequest request) {
    String path = request.getPath().replaceFirst("\\?.*", "");
    MockResponse present = handleGet(path);
    if (present.code() != HttpURLConnection.HTTP_OK) {
      String collection = path.substring(0, path.lastIndexOf('/'));
      String created = AppliedObject.of(request.getUtf8Body()).toString();
      return dispatch(changed(request, HttpMethod.POST, collection, created));
    }
    String before = present.getBody().readUtf8();
    Optional<String> merged = AppliedObject.merge(before, request.getUtf8Body());
    return merged.isPresent()
        ? dispatch(changed(request, HttpMethod.PUT, path, merged.get()))
        : new MockResponse().setResponseCode(HttpURLConnection.HTTP_OK).setBody(before);
  }

  private static RecordedRequest changed(
      RecordedRequest request, HttpMethod method, String path, String body) {
    return new RecordedRequest(
        request.getHttpVersion(),
        method,
        path,
        request.getHeaders(),
        new Buffer(body.getBytes(UTF_8)));
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

  WatchHistory history() {
    return history;
  }

  /** The newest version of any object. */
  long version() {
    return version;
  }

  @Override
  public long requestResourceVersion() {
    version = super.requestResourceVersion();
    return version;
  }

  @Override
  public void processEvent(
      String path,
      @Nullable AttributeSet pathAttributes,
      @Nullable AttributeSet oldAttributes,
      @Nullable GenericKubernetesResource resource,
      @Nullable String newState) {
    @Nullable String before = oldAttributes == null ? null : getMap().get(oldAttributes);
    super.processEvent(path, pathAttributes, oldAttributes, resource, newState);
    if (!Objects.equals(before, newState)) {
      remember(path, before, newState);
    }
  }

  private void remember(String path, @Nullable String before, @Nullable String after) {
    try {
      ObjectNode object = json.readValue(after == null ? before : after, ObjectNode.class);
      ObjectNode metadata = object.withObjectProperty("metadata");
      if (after == null) {
        metadata.put(RESOURCE_VERSION, String.valueOf(requestResourceVersion()));
      }
      if (object.path("kind").asText().equals("CustomResourceDefinition")
          && DEFINITION.endsWith("/" + metadata.path("name").asText())) {
        defined = after != null;
      }
      String type = after == null ? "DELETED" : before == null ? "ADDED" : "MODIFIED";
      ObjectNode event = json.createObjectNode().put("type", type);
      event.set("object", object);
      long when = metadata.path(RESOURCE_VERSION).asLong();
      history.add(new Change(when, path, json.writeValueAsString(event)));
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(path + ": " + malformed.getMessage(), malformed);
    }
  }
}
