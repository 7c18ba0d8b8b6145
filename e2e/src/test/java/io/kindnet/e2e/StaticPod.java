package io.kindnet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.e2e.cluster.Node;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Sqlite3;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A pod that a kubelet runs because a file on its node says so, with or without an API server.
 *
 * @param node that it is on
 * @param name in the file; everybody else calls it {@code NAME-NODE}
 */
record StaticPod(Node node, String name) {

  /** Writes the file, and waits until the pod answers. */
  static StaticPod start(Node node, String name) {
    StaticPod pod = new StaticPod(node, name);
    String text = Manifests.pod(name, node.name()).replaceAll("(?m)^ *nodeName:.*\n", "");
    try {
      Files.writeString(pod.file(), text);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot write " + pod.file(), failed);
    }
    Eventually.within(
        TestCluster.DEADLINE,
        () -> {
          assertThat(pod.addresses()).hasSize(2);
          assertThat(node.machine().run(Http.ask(pod.addresses().getFirst(), Pod.PORT)))
              .startsWith(name + "-" + node.name() + " saw ");
        });
    return pod;
  }

  /** What the plugin gave it: IPv4, IPv6. */
  List<String> addresses() {
    String row =
        node.machine()
            .run(
                Sqlite3.command(
                    Leaks.DATABASE,
                    "SELECT ip_address_v4, ip_address_v6 FROM pods WHERE name = '"
                        + name
                        + "-"
                        + node.name()
                        + "'"))
            .strip();
    return row.isEmpty() ? List.of() : List.of(row.split("\\|", -1));
  }

  /** Deletes the file, and waits until nothing is left of the pod. */
  void remove() {
    try {
      Files.deleteIfExists(file());
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot delete " + file(), failed);
    }
    Eventually.within(TestCluster.DEADLINE, () -> assertThat(addresses()).isEmpty());
  }

  private Path file() {
    return node.machine().path("/etc/kubernetes/manifests/" + name + ".yaml");
  }
}
