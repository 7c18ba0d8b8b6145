package io.kindnet.netlink.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The namespaces and machines of one test (or of one class), and how the host looked before it. */
final class NamespaceScope {
  /** Links of a deleted namespace go a little later than its name. */
  private static final Duration CLEANUP = Duration.ofSeconds(60);

  private final HostState before;
  private final Map<String, Namespace> namespaces = new LinkedHashMap<>();
  private final Map<String, Machine> machines = new LinkedHashMap<>();

  private NamespaceScope(HostState before) {
    this.before = before;
  }

  static NamespaceScope begin() {
    Capabilities.require();
    return new NamespaceScope(HostState.now());
  }

  /** The namespace that this test calls {@code label}. */
  synchronized Namespace namespace(String label) {
    return namespaces.computeIfAbsent(label, Namespace::create);
  }

  /** The machine that this test calls {@code label}. */
  synchronized Machine machine(String label) {
    return machines.computeIfAbsent(label, Machine::create);
  }

  /** Removes the machines and namespaces, then fails if anything else is left. */
  synchronized void end() {
    machines.values().forEach(Machine::close);
    namespaces.values().forEach(Namespace::close);
    Set<String> leaked = HostState.now().namespacesSince(before);
    leaked.forEach(Namespace::remove);
    assertThat(leaked).as("network namespaces that the test made and did not close").isEmpty();
    Eventually.within(CLEANUP, () -> HostState.now().assertSameMachineAs(before));
  }
}
