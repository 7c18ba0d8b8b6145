package io.kindnet.netlink.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

@NetworkNamespaces
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NetworkNamespacesTest {
  private static final List<String> OF_THE_CLASS = new ArrayList<>();
  private static final List<String> SEEN = new ArrayList<>();

  private final Namespace host;

  NetworkNamespacesTest(Namespace host) {
    this.host = host;
  }

  @BeforeAll
  static void shared(Namespace shared) {
    OF_THE_CLASS.add(shared.name());
  }

  @BeforeEach
  void prepare(Namespace host) {
    host.loopbackUp();
  }

  @Test
  @Order(1)
  void givesTheSameNamespaceForTheSameName(Namespace host, Namespace pod) {
    assertThat(host).isSameAs(this.host);
    assertThat(pod).isNotSameAs(host);
    assertThat(Ip.json(host, "addr", "show", "lo")).contains("127.0.0.1");
    assertThat(Ip.json(pod, "addr", "show", "lo")).doesNotContain("127.0.0.1");
    SEEN.addAll(List.of(host.name(), pod.name()));
  }

  @Test
  @Order(2)
  void givesEachTestFreshOnesAndRemovesTheOld() {
    assertThat(SEEN).hasSize(2).doesNotContain(host.name());
    assertThat(Namespace.existing()).doesNotContainAnyElementsOf(SEEN).contains(host.name());
  }

  @Test
  @Order(3)
  void keepsThoseOfBeforeAllForTheClass() {
    assertThat(Namespace.existing()).containsAll(OF_THE_CLASS);
  }

  @Test
  void failsAndCleansWhereATestForgetsANamespace() {
    NamespaceScope scope = NamespaceScope.begin();
    Namespace forgotten = Namespace.create("forgotten");

    assertThatThrownBy(scope::end)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("network namespaces that the test made and did not close")
        .hasMessageContaining(forgotten.name());
    assertThat(Namespace.existing()).doesNotContain(forgotten.name());
  }

  @Test
  void tellsWhichPartOfTheMachineATestChanged() {
    HostState before = new HostState(Set.of(), "links", "routes4", "routes6", "ruleset");

    assertChange(before, new HostState(Set.of(), "x", "routes4", "routes6", "ruleset"), "links");
    assertChange(before, new HostState(Set.of(), "links", "x", "routes6", "ruleset"), "IPv4");
    assertChange(before, new HostState(Set.of(), "links", "routes4", "x", "ruleset"), "IPv6");
    assertChange(before, new HostState(Set.of(), "links", "routes4", "routes6", "x"), "nftables");
    before.assertSameMachineAs(before);
  }

  @Test
  void seesLinksRoutesAndRulesOfTheProcess() {
    HostState now = HostState.now();

    assertThat(now.links()).contains("\"ifname\": \"lo\"");
    assertThat(now.routes4()).contains("\"127.0.0.1\"");
    assertThat(now.namespaces()).contains(host.name()).isEqualTo(new TreeSet<>(now.namespaces()));
  }

  private static void assertChange(HostState before, HostState after, String part) {
    assertThatThrownBy(() -> after.assertSameMachineAs(before))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the test changed the host's " + part);
  }
}
