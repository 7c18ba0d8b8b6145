package io.kindnet.controller.daemonset;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The DaemonSet of {@code install-kindnet.yaml}, which this program has with it. */
final class AgentManifest {
  private static final String FILE = "install-kindnet.yaml";

  private AgentManifest() {}

  /** A copy of it. */
  static DaemonSet daemonSet(KubernetesSerialization serialization) {
    try (InputStream stream = AgentManifest.class.getResourceAsStream(FILE)) {
      if (stream == null) {
        throw new IllegalStateException(FILE + " is missing from this build");
      }
      for (String document : new String(stream.readAllBytes(), UTF_8).split("\n---\n", -1)) {
        if (document.contains("\nkind: DaemonSet\n")) {
          return serialization.unmarshal(document, DaemonSet.class);
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(FILE, unreadable);
    }
    throw new IllegalStateException(FILE + " has no DaemonSet");
  }
}
