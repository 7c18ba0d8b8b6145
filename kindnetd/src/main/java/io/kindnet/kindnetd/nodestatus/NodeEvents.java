package io.kindnet.kindnetd.nodestatus;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Events about this machine's Node, as {@code kubectl describe node} shows them. */
public final class NodeEvents {
  private static final Logger log = LoggerFactory.getLogger(NodeEvents.class);
  private static final String COMPONENT = "kindnetd";

  /** Where Events are that are about objects without a namespace. */
  private static final String NAMESPACE = "default";

  private final KubernetesClient client;
  private final String node;
  private boolean refused;

  /**
   * @param node the name of the Node
   */
  public NodeEvents(KubernetesClient client, String node) {
    this.client = client;
    this.node = node;
  }

  /**
   * Makes an Event of type {@code Warning}. Where the API server does not take it, the log has to
   * do: it has the same.
   *
   * @param reason a word in CamelCase
   * @param message for people
   */
  public void warn(String reason, String message) {
    Event event = event(reason, message, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    try {
      client.v1().events().inNamespace(NAMESPACE).resource(event).create();
      refused = false;
    } catch (KubernetesClientException failure) {
      boolean forbidden = failure.getCode() == HttpURLConnection.HTTP_FORBIDDEN;
      if (!forbidden || !refused) {
        log.warn(
            "Node {}: no Event {}{}: {}",
            node,
            reason,
            forbidden ? ", kindnetd needs the verb create on events" : "",
            failure.getMessage());
      }
      refused |= forbidden;
    }
  }

  private Event event(String reason, String message, String now) {
    return new EventBuilder()
        .withNewMetadata()
        .withName(node + "." + Long.toHexString(System.nanoTime()))
        .withNamespace(NAMESPACE)
        .endMetadata()
        .withNewInvolvedObject()
        .withApiVersion("v1")
        .withKind("Node")
        .withName(node)
        // as the kubelet does, which does not know the UID either
        .withUid(node)
        .endInvolvedObject()
        .withType("Warning")
        .withReason(reason)
        .withMessage(message)
        .withNewSource()
        .withComponent(COMPONENT)
        .withHost(node)
        .endSource()
        .withReportingComponent(COMPONENT)
        .withReportingInstance(node)
        .withFirstTimestamp(now)
        .withLastTimestamp(now)
        .withCount(1)
        .build();
  }
}
