package io.kindnet.kindnetd.kube;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Creates Events of type {@code Warning}, as {@code kubectl describe} shows them. */
public final class WarningEvents {
  private static final String COMPONENT = "kindnetd";

  /** Where Events are that are about objects without a namespace. */
  private static final String DEFAULT_NAMESPACE = "default";

  private final ApiClient client;
  private final String node;

  /**
   * @param node the name of this machine's Node
   */
  public WarningEvents(ApiClient client, String node) {
    this.client = client;
    this.node = node;
  }

  /**
   * What an Event is about.
   *
   * @param namespace empty if it has none
   */
  public record Subject(
      String apiVersion, String kind, String namespace, String name, String uid) {}

  /**
   * Creates an Event.
   *
   * @param name of the Event, unique in its namespace
   * @param reason a word in CamelCase
   * @param message for people
   * @throws ApiException if the API server refuses it
   */
  public void create(String name, Subject subject, String reason, String message)
      throws IOException {
    String namespace = subject.namespace().isEmpty() ? DEFAULT_NAMESPACE : subject.namespace();
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("apiVersion", "v1").put("kind", "Event");
    event.putObject("metadata").put("name", name).put("namespace", namespace);
    ObjectNode involved = event.putObject("involvedObject");
    involved.put("apiVersion", subject.apiVersion()).put("kind", subject.kind());
    if (!subject.namespace().isEmpty()) {
      involved.put("namespace", subject.namespace());
    }
    involved.put("name", subject.name()).put("uid", subject.uid());
    event.put("type", "Warning").put("reason", reason).put("message", message);
    event.putObject("source").put("component", COMPONENT).put("host", node);
    event.put("reportingComponent", COMPONENT).put("reportingInstance", node);
    event.put("firstTimestamp", now).put("lastTimestamp", now).put("count", 1);
    client.create("api/v1/namespaces/" + namespace + "/events", event);
  }
}
