package io.kindnet.kindnetd.kube;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the informer itself has to remember of each Node: that it exists, and in which version. A
 * whole Node (images, conditions, labels) is some ten kilobytes, thousands of them are the heap.
 */
final class NodeVersions implements ItemStore<Node> {
  private final Map<String, String> versions = new ConcurrentHashMap<>();

  @Override
  public String getKey(Node node) {
    return node.getMetadata().getName();
  }

  @Override
  public @Nullable Node put(String key, Node node) {
    String version = node.getMetadata().getResourceVersion();
    return stub(key, versions.put(key, version == null ? "" : version));
  }

  @Override
  public @Nullable Node remove(String key) {
    return stub(key, versions.remove(key));
  }

  @Override
  public Stream<String> keySet() {
    return versions.keySet().stream();
  }

  @Override
  public Stream<Node> values() {
    return versions.entrySet().stream().map(entry -> existing(entry.getKey(), entry.getValue()));
  }

  @Override
  public int size() {
    return versions.size();
  }

  @Override
  public @Nullable Node get(String key) {
    return stub(key, versions.get(key));
  }

  /** No: the informer must hand each Node on when it arrives, it cannot be had again later. */
  @Override
  public boolean isFullState() {
    return false;
  }

  private static @Nullable Node stub(String name, @Nullable String version) {
    return version == null ? null : existing(name, version);
  }

  private static Node existing(String name, String version) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(name)
        .withResourceVersion(version)
        .endMetadata()
        .build();
  }
}
