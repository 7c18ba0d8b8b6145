package io.kindnet.kindnetd.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.kindnet.kindnetd.kube.ScriptedApiServer.Stream;
import io.kindnet.kindnetd.metrics.Status;
import io.kindnet.netlink.testing.Eventually;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a cluster is followed over TLS whose heartbeats never end. */
class ManyNodesTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int MANY = 1000;

  private final ClusterNodes nodes = new ClusterNodes("self");

  private static String node(int number, int version, String podCidr) {
    return """
    {"metadata":{"name":"node%d","resourceVersion":"%d"},"spec":{"podCIDRs":["%s"]},"status":{"conditions":\
    [{"type":"Ready","status":"True","message":"%s"}]}}\
    """
        .formatted(number, version, podCidr, "well ".repeat(number % 5000));
  }

  private static String list(int count) {
    List<String> items = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      items.add(node(number, 1, "10.0." + number % 200 + ".0/24"));
    }
    return "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[" + String.join(",", items) + "]}";
  }

  private static KubernetesClient client(ScriptedApiServer server, TlsKeys keys) {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(server.url().toString())
            .withCaCertFile(keys.certificate().toString())
            .build();
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientFactory(new JdkHttpClientFactory())
        .build();
  }

  private List<String> podCidrsOf(String name) {
    return nodes.snapshot().orElseThrow(() -> new AssertionError("no list yet")).peers().stream()
        .filter(peer -> peer.name().equals(name))
        .map(peer -> peer.podCidrs().toString())
        .toList();
  }

  /** Follows a list of so many Nodes and a storm of events, and tells how both were encrypted. */
  private List<String> follow(int count, Path folder) throws Exception {
    TlsKeys keys = TlsKeys.make(folder.resolve("keys" + count));
    try (ScriptedApiServer server = new ScriptedApiServer(keys);
        KubernetesClient client = client(server, keys);
        NodeWatch watch = new NodeWatch(client, nodes, new Status("test"))) {
      server.list(list(count));
      Stream stream = server.watch();
      Set<InetAddress> connections = ConcurrentHashMap.newKeySet();
      watch.onConnection(connections::add);
      watch.start();
      int version = 8;
      for (; version < 2000; version++) {
        int number = version % count;
        String event = node(number, version, "10.0." + number % 200 + ".0/24");
        stream.say("{\"type\":\"MODIFIED\",\"object\":" + event + "}");
      }
      String changed = node(1, version, "10.1.0.0/24");
      stream.say("{\"type\":\"MODIFIED\",\"object\":" + changed + "}");
      Eventually.within(
          DEADLINE, () -> assertThat(podCidrsOf("node1")).containsExactly("[10.1.0.0/24]"));
      assertThat(nodes.snapshot().orElseThrow().peers()).hasSize(count);
      assertThat(connections).containsExactly(InetAddress.getLoopbackAddress());
      assertThat(server.requests()).containsExactly("list limit=500", "watch 7");
      return server.cipherSuites();
    }
  }

  @Test
  void decryptsWithTheProcessorsAesWhereThereAreMany(@TempDir Path folder) throws Exception {
    assertThat(follow(MANY, folder))
        .containsExactly("TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256");
  }

  @Test
  void doesWithoutANativeLibraryWhereThereAreFew(@TempDir Path folder) throws Exception {
    assertThat(follow(3, folder))
        .containsExactly("TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256");
  }
}
