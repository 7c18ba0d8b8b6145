package io.kindnet.kindnetd.cluster.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiServer;
import io.kindnet.kindnetd.kube.ApiServerConfig;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.kube.ScriptedApiServer;
import io.kindnet.kindnetd.kube.ScriptedApiServer.Stream;
import io.kindnet.kindnetd.kube.TlsKeys;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.testing.Eventually;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a cluster is followed over TLS whose heartbeats never end. */
class ManyNodesTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int MANY = 1000;

  private final ClusterNodes nodes = new ClusterNodes("self");
  private final Set<InetAddress> connections = ConcurrentHashMap.newKeySet();

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

  private ApiClient client(ScriptedApiServer server, TlsKeys keys, Path directory)
      throws Exception {
    Files.writeString(directory.resolve("token"), "secret");
    Files.copy(keys.certificate(), directory.resolve("ca.crt"));
    return ApiServer.connect(
        new ApiServerConfig(directory),
        new ApiServerOptions(Optional.empty(), Optional.of(server.url()), Optional.empty()),
        Map.of("KUBERNETES_SERVICE_HOST", "192.0.2.1"),
        connections::add);
  }

  private List<String> podCidrsOf(String name) {
    return nodes.snapshot().orElseThrow(() -> new AssertionError("no list yet")).peers().stream()
        .filter(peer -> peer.name().equals(name))
        .map(peer -> peer.podCidrs().toString())
        .toList();
  }

  @Test
  void keepsUpWithHeartbeatsOverTls(@TempDir Path directory) throws Exception {
    TlsKeys keys = TlsKeys.make(directory.resolve("keys"));
    try (ScriptedApiServer server = new ScriptedApiServer(keys);
        ApiClient client = client(server, keys, directory);
        NodeWatch watch = new NodeWatch(client, nodes, new Status("test"))) {
      server.list(list(MANY));
      Stream stream = server.watch();
      watch.start();
      int version = 8;
      for (; version < 2000; version++) {
        int number = version % MANY;
        String event = node(number, version, "10.0." + number % 200 + ".0/24");
        stream.say("{\"type\":\"MODIFIED\",\"object\":" + event + "}");
      }
      String changed = node(1, version, "10.1.0.0/24");
      stream.say("{\"type\":\"MODIFIED\",\"object\":" + changed + "}");
      Eventually.within(
          DEADLINE, () -> assertThat(podCidrsOf("node1")).containsExactly("[10.1.0.0/24]"));
      assertThat(nodes.snapshot().orElseThrow().peers()).hasSize(MANY);
      assertThat(connections).containsExactly(InetAddress.getLoopbackAddress());
      assertThat(server.requests()).containsExactly("list limit=500&resourceVersion=0", "watch 7");
      assertThat(server.authorization()).isEqualTo("Bearer secret");
      assertThat(server.cipherSuites()).containsOnly("TLS_CHACHA20_POLY1305_SHA256");
    }
  }
}
