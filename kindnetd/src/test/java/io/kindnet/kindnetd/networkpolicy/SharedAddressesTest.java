package io.kindnet.kindnetd.networkpolicy;

import static io.kindnet.kindnetd.networkpolicy.PolicySamples.allow;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.ingressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.labels;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pod;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pods;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.selector;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.withLabels;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.withPhase;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.Phase;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two Pods whose status has the same address, as when one of them is about to go. */
@NetworkNamespaces
class SharedAddressesTest {
  private static final String ADDRESS = "10.244.7.9";
  private static final ClusterPod OLD = pod("a", "old", labels("app", "client"), "n1", ADDRESS);
  private static final ClusterPod NEW = pod("a", "new", labels("app", "client"), "n1", ADDRESS);

  private final Namespace node;
  private final PolicyFixture fixture;

  SharedAddressesTest(Namespace node) {
    this.node = node;
    this.fixture = new PolicyFixture(node);
  }

  @BeforeEach
  void start() {
    fixture.putNamespace("a", labels("kubernetes.io/metadata.name", "a"));
    fixture.putLocal(pod("a", "server", labels("app", "server"), "self", "10.244.0.3"));
    fixture.put(
        ingressPolicy(
            "a",
            "web",
            selector("app", "server"),
            allow(List.of(pods("a", selector("app", "client"))))));
    fixture.put(OLD);
    fixture.put(NEW);
    fixture.listed();
    fixture.reconcile(Pass.KERNEL);
    assertPeer(true);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void assertPeer(boolean expected) {
    fixture.reconcile(Pass.CHANGES);
    String table = Nft.table(node, "inet", PolicyTable.TABLE.name());
    assertThat(table.contains(ADDRESS)).as(table).isEqualTo(expected);
  }

  @Test
  void staysAsLongAsOneOfThemIsThere() {
    fixture.removePod("a/old");
    assertPeer(true);
    fixture.put(OLD);
    assertPeer(true);
    fixture.removePod("a/new");
    assertPeer(true);
    fixture.removePod("a/old");
    assertPeer(false);
  }

  @Test
  void staysWhenOneOfThemHasEnded() {
    fixture.put(withPhase(OLD, Phase.SUCCEEDED));
    assertPeer(true);
    fixture.put(withPhase(NEW, Phase.FAILED));
    assertPeer(false);
  }

  @Test
  void staysWhenOneOfThemIsSomethingElse() {
    fixture.put(withLabels(OLD, "app", "other"));
    assertPeer(true);
    fixture.put(withLabels(NEW, "app", "other"));
    assertPeer(false);
    fixture.put(OLD);
    assertPeer(true);
  }

  /** On this node the plugin knows better than any status whose it is. */
  @Test
  void anAddressOfThisNodeIsThatOfThePodThatHasItHere() {
    fixture.put(withLabels(NEW, "app", "other"));
    fixture.local.add("a", "new", NEW.addresses());
    assertPeer(false);
    fixture.local.remove(NEW.addresses());
    assertPeer(true);
  }
}
