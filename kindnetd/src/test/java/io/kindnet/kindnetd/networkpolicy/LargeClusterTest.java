package io.kindnet.kindnetd.networkpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.netlink.testing.MessageRecorder;
import io.kindnet.netlink.testing.MessageRecorder.Direction;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What events cost in a cluster of 50,000 pods with 1,000 policies. */
@NetworkNamespaces
class LargeClusterTest {
  private final Namespace node;
  private final PolicyFixture fixture;
  private final MessageRecorder recorder = new MessageRecorder();

  LargeClusterTest(Namespace node) {
    this.node = node;
    this.fixture = new PolicyFixture(node);
  }

  @BeforeEach
  void fill() {
    LargeCluster.fill(fixture);
    fixture.nftables.listener(recorder::datagram);
    fixture.reconcile(Pass.KERNEL);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private long writes() {
    return fixture.nftables.requests().writes();
  }

  private int sent() {
    return recorder.messages(Direction.SENT).size();
  }

  @Test
  void aRestartWritesNothing() {
    String made = Nft.table(node, "inet", PolicyTable.TABLE.name());
    long before = writes();
    fixture.restart();
    fixture.reconcile(Pass.KERNEL);
    assertThat(writes()).isEqualTo(before);
    assertThat(Nft.table(node, "inet", PolicyTable.TABLE.name())).isEqualTo(made);
  }

  /** As what a watch that has to begin again tells. */
  @Test
  void aListWithoutChangesAsksAndWritesNothing() {
    int before = sent();
    for (int i = 0; i < LargeCluster.PODS; i++) {
      fixture.put(LargeCluster.pod(i));
    }
    fixture.listed();
    fixture.reconcile(Pass.CHANGES);
    assertThat(sent()).isEqualTo(before);
  }

  @Test
  void aPodElsewhereCostsItsElements() {
    int without = 0;
    for (int i = 1; i < 400; i += 7) {
      ClusterPod pod = LargeCluster.pod(i * 125 + 1);
      long writes = writes();
      int sent = sent();
      fixture.removePod(pod.namespace() + "/" + pod.name());
      fixture.reconcile(Pass.CHANGES);
      assertThat(writes() - writes).as("messages").isLessThanOrEqualTo(4);
      assertThat(sent() - sent).as("datagrams").isLessThanOrEqualTo(1);
      without += writes() == writes ? 1 : 0;
      fixture.put(pod);
      fixture.reconcile(Pass.CHANGES);
      assertThat(writes() - writes).as("messages").isLessThanOrEqualTo(8);
    }
    assertThat(without).as("pods that no rule of this node is about").isPositive();
  }

  /** An ADD waits for it: its class and what that needs, then its addresses. */
  @Test
  void aPodOfThisNodeIsTwoTransactions() {
    ClusterPod pod = LargeCluster.pod(0);
    fixture.removePod(pod.namespace() + "/" + pod.name());
    fixture.local.remove(pod.addresses());
    fixture.reconcile(Pass.CHANGES);
    int before = sent();
    fixture.putLocal(pod);
    fixture.reconcile(Pass.CHANGES);
    assertThat(sent() - before).isEqualTo(2);
    assertThat(Nft.table(node, "inet", PolicyTable.TABLE.name())).contains("\"ns0/pod0\"");
  }

  /** As after a roll-out, while the watch was away. */
  @Test
  void thousandsOfChangesAtOnce() {
    for (int i = 1; i < LargeCluster.PODS; i += 10) {
      ClusterPod pod = LargeCluster.pod(i);
      if (i % 20 == 1) {
        fixture.removePod(pod.namespace() + "/" + pod.name());
      } else {
        fixture.put(PolicySamples.withLabels(pod, "app", "app" + (i + 1) % 10));
      }
    }
    long before = writes();
    fixture.reconcile(Pass.CHANGES);
    assertThat(writes()).isGreaterThan(before);
    before = writes();
    fixture.restart();
    fixture.reconcile(Pass.KERNEL);
    assertThat(writes()).as("what an agent would change that knows only the end").isEqualTo(before);
  }
}
