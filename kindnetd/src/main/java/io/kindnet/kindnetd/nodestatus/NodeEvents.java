package io.kindnet.kindnetd.nodestatus;

import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiException;
import io.kindnet.kindnetd.kube.WarningEvents;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Events about this machine's Node, as {@code kubectl describe node} shows them. */
public final class NodeEvents {
  private static final Logger log = LoggerFactory.getLogger(NodeEvents.class);

  private final WarningEvents events;
  private final String node;
  private boolean refused;

  /**
   * @param node the name of the Node
   */
  public NodeEvents(ApiClient client, String node) {
    this.events = new WarningEvents(client, node);
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
    String name = node + "." + Long.toHexString(System.nanoTime());
    // the kubelet does not know the UID of a Node either, and has its name there
    WarningEvents.Subject subject = new WarningEvents.Subject("v1", "Node", "", node, node);
    try {
      events.create(name, subject, reason, message);
      refused = false;
    } catch (IOException failure) {
      boolean forbidden = failure instanceof ApiException answer && answer.isForbidden();
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
}
