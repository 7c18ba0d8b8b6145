package io.kindnet.kindnetd.cluster.nodes;

import static io.kindnet.kindnetd.cluster.nodes.ClusterNodeSamples.clusterNode;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterNodesTest {
  private final ClusterNodes nodes = new ClusterNodes("self");
  private final AtomicInteger changes = new AtomicInteger();

  @BeforeEach
  void count() {
    nodes.onChange(changes::incrementAndGet);
  }

  private List<String> peers() {
    return nodes.snapshot().orElseThrow().peers().stream().map(ClusterNode::name).toList();
  }

  @Test
  void saysNothingBeforeTheListIsComplete() {
    nodes.put(clusterNode("a", List.of("10.244.1.0/24"), "192.0.2.1"));
    assertThat(nodes.snapshot()).isEmpty();
    assertThat(changes).hasValue(0);
    nodes.markComplete();
    assertThat(peers()).containsExactly("a");
    assertThat(changes).hasValue(1);
  }

  @Test
  void tellsOnlyWhatChanges() {
    nodes.markComplete();
    nodes.put(clusterNode("a", List.of("10.244.1.0/24"), "192.0.2.1"));
    assertThat(changes).hasValue(2);
    nodes.put(clusterNode("a", List.of("10.244.1.0/24"), "192.0.2.1"));
    nodes.remove("b");
    nodes.markComplete();
    assertThat(changes).hasValue(2);
    nodes.put(clusterNode("a", List.of("10.244.1.0/24"), "192.0.2.9"));
    nodes.remove("a");
    assertThat(changes).hasValue(4);
    assertThat(peers()).isEmpty();
  }

  @Test
  void knowsItsOwnNodeFromThePeers() {
    nodes.put(clusterNode("self", List.of("10.244.0.0/24"), "192.0.2.1"));
    nodes.put(clusterNode("a", List.of("10.244.1.0/24"), "192.0.2.2"));
    nodes.markComplete();
    assertThat(nodes.snapshot().orElseThrow().self()).map(ClusterNode::name).contains("self");
    assertThat(peers()).containsExactly("a");
    nodes.remove("self");
    assertThat(nodes.snapshot().orElseThrow().self()).isEmpty();
  }

  @Test
  void putsTheNewestClaimLast() {
    nodes.put(created("a", "2026-01-03T00:00:00Z"));
    nodes.put(created("b", "2026-01-01T00:00:00Z"));
    nodes.put(created("c", "2026-01-02T00:00:00Z"));
    nodes.markComplete();
    assertThat(peers()).containsExactly("b", "c", "a");
    nodes.put(clusterNode("b", List.of("10.244.7.0/24"), "192.0.2.1"));
    assertThat(peers()).containsExactly("c", "a", "b");
    nodes.put(clusterNode("c", List.of(), "192.0.2.7"));
    assertThat(peers()).containsExactly("c", "a", "b");
  }

  private static ClusterNode created(String name, String time) {
    return new ClusterNode(name, time, List.of(), List.of(), List.of(), "");
  }
}
