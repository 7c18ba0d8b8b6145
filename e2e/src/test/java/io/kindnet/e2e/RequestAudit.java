package io.kindnet.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What kindnet's controller has asked the API server for, from a moment on. */
final class RequestAudit {
  private static final String BINDING = "by RoleBinding \"kindnet-controller/kube-system\"";

  private final TestCluster cluster;
  private final Path log;
  private final long begin;

  private RequestAudit(TestCluster cluster) {
    this.cluster = cluster;
    log = cluster.auditLog();
    begin = Files.exists(log) ? log.toFile().length() : 0;
  }

  /** From now on. */
  static RequestAudit begin(TestCluster cluster) {
    return new RequestAudit(cluster);
  }

  /**
   * Fails unless it was allowed everything that it asked for, and had no right of its Role that it
   * did not use. Nobody else gives it these: it would have been refused without.
   */
  void assertRightsAreThoseItUsed() {
    // an apply of a DaemonSet that is not there takes it, but that is no request of its own
    TreeSet<String> used = new TreeSet<>(List.of("apps/daemonsets create"));
    TreeSet<String> refused = new TreeSet<>();
    for (JsonNode event : events()) {
      JsonNode annotations = event.path("annotations");
      if (!annotations.path("authorization.k8s.io/decision").asText().equals("allow")) {
        refused.add(right(event));
      } else if (annotations.path("authorization.k8s.io/reason").asText().contains(BINDING)) {
        used.add(right(event));
      }
    }
    assertThat(refused).as("what the controller asked for and had no right to").isEmpty();
    assertThat(used).as("rights of the Role").containsExactlyElementsOf(granted());
  }

  /** Each verb on each resource of the Role, which is there as long as the controller is. */
  private Set<String> granted() {
    TreeSet<String> granted = new TreeSet<>();
    JsonNode role =
        Json.read(
            cluster
                .kubectl()
                .run("-n", "kube-system", "get", "role", "kindnet-controller", "-o", "json"));
    for (JsonNode rule : role.path("rules")) {
      for (JsonNode resource : rule.path("resources")) {
        for (JsonNode verb : rule.path("verbs")) {
          String group = rule.path("apiGroups").path(0).asText();
          granted.add(text(group, resource.asText(), verb.asText()));
        }
      }
    }
    return granted;
  }

  private static String right(JsonNode event) {
    JsonNode object = event.path("objectRef");
    String subresource = object.path("subresource").asText();
    return text(
        object.path("apiGroup").asText(),
        object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
        event.path("verb").asText());
  }

  private static String text(String group, String resource, String verb) {
    return (group.isEmpty() ? "" : group + "/") + resource + " " + verb;
  }

  private List<JsonNode> events() {
    try {
      byte[] all = Files.readAllBytes(log);
      String text = new String(all, (int) begin, all.length - (int) begin, UTF_8);
      List<JsonNode> events = new ArrayList<>();
      // the last line may not be whole yet
      for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n", -1)) {
        if (!line.isEmpty()) {
          events.add(Json.read(line));
        }
      }
      return events;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(log.toString(), unreadable);
    }
  }
}
