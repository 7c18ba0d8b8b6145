package io.kindnet.cni.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A cold call takes all its classes from its cache. What the JVM has to make at run time comes by
 * the dozen and takes a millisecond each, such as that for the {@code equals} and {@code hashCode}
 * that a record has of itself, which the cache of Java 25 does not hold.
 */
@NetworkNamespaces
class CachedClassesIT {
  private static final String LOG = "/opt/cni/classes";
  private static final String FROM_THE_CACHE = " source: shared objects file";

  private final Machine node;
  private final Namespace first;
  private final Namespace second;

  CachedClassesIT(Machine node, Namespace first, Namespace second) {
    this.node = node;
    this.first = first;
    this.second = second;
  }

  @BeforeEach
  void logClasses() {
    node.run("cp", "-a", Dist.cni().toString(), "/opt/cni");
    node.run(
        "sh",
        "-ec",
        "echo -Xlog:class+load:file=$0 >>$1",
        LOG,
        "/opt/cni/lib/cni-kindnet/jvm.options");
  }

  @Test
  void areAllThatCallsNeedBesideAnotherPod() {
    assertAllCached("ADD", first, 8080, "");
    String added = assertAllCached("ADD", second, 8090, "");
    assertAllCached("CHECK", second, 8090, ", \"prevResult\": " + added);
    assertAllCached("STATUS", second, 8090, "");
    assertAllCached("DEL", second, 8090, "");
    assertAllCached("ADD", second, 8090, "");
    assertAllCached(
        "GC",
        second,
        8090,
        ", \"cni.dev/valid-attachments\": [{\"containerID\": \"%s\", \"ifname\": \"eth0\"}]"
            .formatted(first.name()));
    assertAllCached("DEL", first, 8080, "");
    KindnetNode.assertNoPodIsLeft(node);
  }

  /** Calls the plugin, and returns what it answers. */
  private String assertAllCached(String verb, Namespace pod, int hostPort, String more) {
    CommandResult result = call(verb, pod, hostPort, more);
    assertThat(result.exit()).as(verb + ": " + result).isZero();
    List<String> loaded =
        node.run("cat", LOG).lines().filter(line -> line.contains(" source: ")).toList();
    assertThat(loaded).as(verb).hasSizeGreaterThan(500);
    assertThat(loaded.stream().filter(line -> !line.endsWith(FROM_THE_CACHE)))
        .as("what %s makes or reads itself", verb)
        .isEmpty();
    return result.stdout();
  }

  private CommandResult call(String verb, Namespace pod, int hostPort, String more) {
    String configuration =
        """
        {"cniVersion": "1.1.0", "name": "kindnet", "type": "cni-kindnet",
          "ranges": ["10.244.1.0/24", "fd00:10:244:1::/64"],
          "runtimeConfig": {"portMappings": [
            {"hostPort": %d, "containerPort": 80, "protocol": "tcp"},
            {"hostPort": %d, "containerPort": 53, "protocol": "udp"}]}%s}
        """
            .formatted(hostPort, hostPort + 1, more);
    return node.tryRunWithInput(
        configuration,
        "env",
        "--ignore-environment",
        "CNI_COMMAND=" + verb,
        "CNI_CONTAINERID=" + pod.name(),
        "CNI_NETNS=" + pod.path(),
        "CNI_IFNAME=eth0",
        "CNI_PATH=/opt/cni/bin",
        "CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=" + pod.name(),
        "/opt/cni/bin/cni-kindnet");
  }
}
