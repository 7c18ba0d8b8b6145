package io.kindnet.kindnetd.networkpolicy.compiler;

import static io.kindnet.kindnetd.networkpolicy.PolicySamples.allow;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.ingressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.labels;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pod;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.selector;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.cluster.policies.PolicyPort;
import io.kindnet.kindnetd.networkpolicy.compiler.DenyChain.Reason;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods.PodName;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlannerTest {
  private final ClusterIndex cluster = new ClusterIndex();
  private final Map<InetAddress, PodName> local = new HashMap<>();

  private void put(ClusterPod pod) {
    cluster.put(pod);
    local.put(pod.addresses().getFirst(), new PodName(pod.namespace(), pod.name()));
  }

  /** No reader makes such a policy; there may be others that the compiler has no answer to. */
  @Test
  void aPolicyThatCannotBeCompiledHoldsUpNoOther() {
    cluster.putNamespace("a", Labels.NONE);
    put(pod("a", "one", labels("app", "one"), "node", "10.244.1.5"));
    put(pod("a", "other", labels("app", "other"), "node", "10.244.1.6"));
    PolicyPort impossible = new PolicyPort.Range(TransportProtocol.TCP, 70_000, 70_000);
    Policy bad = ingressPolicy("a", "bad", selector("app", "one"), allow(List.of(), impossible));
    Policy good = ingressPolicy("a", "good", selector("app", "other"), allow(List.of(), tcp(80)));
    Planner planner = new Planner();
    planner.policies(List.of(bad, good));

    LocalPods.Snapshot snapshot = new LocalPods.Snapshot(local, Set.of());
    cluster.local(snapshot);
    Plan plan = planner.plan(cluster, snapshot);

    assertThat(plan.denials().values())
        .anySatisfy(chain -> {
          assertThat(chain.reason()).isEqualTo(Reason.UNUSABLE);
          assertThat(chain.policies()).containsExactly("a/bad");
        })
        .anySatisfy(chain -> {
          assertThat(chain.reason()).isEqualTo(Reason.DEFAULT);
          assertThat(chain.policies()).containsExactly("a/good");
        });
  }
}
