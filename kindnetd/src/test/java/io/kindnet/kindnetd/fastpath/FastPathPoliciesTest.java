package io.kindnet.kindnetd.fastpath;

import static io.kindnet.kindnetd.networkpolicy.PolicySamples.egressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.ingressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.labels;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pod;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.selector;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyAgent;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyOptions;
import io.kindnet.kindnetd.networkpolicy.PolicyViews;
import io.kindnet.kindnetd.networkpolicy.compiler.LogRule;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import io.kindnet.kindnetd.networkpolicy.localpods.LocalPods;
import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.EchoRequest;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Transport;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Flows of pods that network policies select are not offloaded, or not any more. */
@NetworkNamespaces
@Tag("flowtable")
class FastPathPoliciesTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration SHORT = Deadlines.scaled(Duration.ofMillis(300));
  private static final String WEB = "10.244.0.5";
  private static final String OTHER = "10.244.0.6";
  private static final int PORT = 5001;
  private static final EchoRequest TO_OUTSIDE = EchoRequest.udp(FastPathNode.OUTSIDE, PORT);
  private static final EchoRequest TO_WEB = EchoRequest.udp(WEB, PORT);
  private static final EchoRequest TO_OTHER = EchoRequest.udp(OTHER, PORT);
  private static final ClusterPod WEB_POD =
      pod("default", "web", labels("app", "web"), "self", WEB);
  private static final ClusterPod OTHER_POD =
      pod("default", "other", labels("app", "other"), "self", OTHER);
  private static final Policy DENY_INGRESS =
      ingressPolicy("default", "deny-ingress", selector("app", "web"));
  private static final Policy DENY_EGRESS =
      egressPolicy("default", "deny-egress", selector("app", "web"));

  private final ClusterView<ClusterPod> pods = new ClusterView<>();
  private final ClusterView<ClusterNamespace> namespaces = new ClusterView<>();
  private final ClusterView<LabelledNode> nodes = new ClusterView<>();
  private final ClusterView<Policy> policies = new ClusterView<>();
  private final Namespace host;
  private final FastPathNode node;
  private final FakePods local = new FakePods();
  private final FastPathAgent agent;
  private final NetworkPolicyAgent enforcement;
  private final EchoPeer web;
  private final EchoPeer other;
  private final EchoPeer outside;

  FastPathPoliciesTest(Namespace host, Namespace pod, Namespace otherPod, Namespace outside) {
    this.host = host;
    this.node = new FastPathNode(host);
    node.connect(outside);
    this.agent = node.agent(/* byPolicies= */ true);
    this.enforcement =
        new NetworkPolicyAgent(
            new NetworkPolicyOptions(true, true, true),
            () -> new PolicyViews(pods, namespaces, nodes, List.of(policies)),
            local,
            () -> LogRule.NONE,
            Map.of(),
            agent.policies(),
            new DomainAddresses(() -> node.nftables),
            () -> node.nftables,
            node.nftablesEvents,
            node.status);
    node.plug("knet1", pod, WEB);
    node.plug("knet2", otherPod, OTHER);
    this.web = EchoPeer.in(pod, "web").listen(Transport.UDP, WEB, PORT);
    this.other = EchoPeer.in(otherPod, "other").listen(Transport.UDP, OTHER, PORT);
    this.outside =
        EchoPeer.in(outside, "outside").listen(Transport.UDP, FastPathNode.OUTSIDE, PORT);
  }

  /** The pods of this node, as the plugin knows them. */
  private static final class FakePods implements LocalPods {
    private volatile Snapshot snapshot = Snapshot.EMPTY;

    void set(ClusterPod... all) {
      Map<InetAddress, PodName> names = new HashMap<>();
      for (ClusterPod each : all) {
        names.put(each.addresses().getFirst(), new PodName(each.namespace(), each.name()));
      }
      snapshot = new Snapshot(names, Set.of());
    }

    @Override
    public Snapshot snapshot() {
      return snapshot;
    }

    @Override
    public void refresh() {}

    @Override
    public void onChange(Runnable listener) {}
  }

  @BeforeEach
  void fillViews() {
    local.set(WEB_POD, OTHER_POD);
    pods.put("default/web", WEB_POD);
    pods.put("default/other", OTHER_POD);
    namespaces.put(
        "default",
        new ClusterNamespace("default", labels("kubernetes.io/metadata.name", "default")));
    namespaces.listed(Set.of("default"));
    nodes.listed(Set.of());
    pods.listed(Set.of("default/web", "default/other"));
  }

  @AfterEach
  void close() {
    enforcement.close();
    agent.close();
    List.of(web, other, outside).forEach(EchoPeer::close);
    node.close();
  }

  private void start() {
    policies.listed(Set.of());
    node.start(agent);
    startEnforcement();
  }

  private void startEnforcement() {
    node.entered.call(() -> {
      enforcement.start();
      return true;
    });
  }

  private void awaitInterfaces(String... names) {
    String list = String.join(", ", names);
    Eventually.within(
        DEADLINE, () -> assertThat(node.table()).contains("devices = { " + list + " }"));
  }

  /** Until the packets of a pod go through the rules of a policy. */
  private void awaitPolicy(String verdict) {
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(Nft.table(host, "inet", "kindnet-network-policies"))
                .contains(" : " + verdict));
  }

  /** Packets of one connection, until it is offloaded. */
  private void offload(EchoPeer client, EchoRequest request, String address, int port) {
    Eventually.within(
        DEADLINE,
        () -> {
          client.ask(request.from(address, port));
          assertThat(node.isOffloaded(address, port)).isTrue();
        });
  }

  private static boolean answers(EchoPeer client, EchoRequest request, String from, int port) {
    return client.tryAsk(request.from(from, port).waiting(SHORT)).isPresent();
  }

  @Test
  void flowsOfPodsThatNoPolicySelectsAreOffloaded() {
    start();
    awaitInterfaces("eth0", "knet1", "knet2");
    offload(web, TO_OUTSIDE, WEB, 4000);
    offload(outside, TO_WEB, FastPathNode.OUTSIDE, 4001);
    offload(other, TO_WEB, OTHER, 4002);
  }

  @Test
  void aPolicyThatComesStopsWhatItDenies() {
    start();
    awaitInterfaces("eth0", "knet1", "knet2");
    offload(outside, TO_WEB, FastPathNode.OUTSIDE, 4000);
    offload(other, TO_WEB, OTHER, 4001);
    offload(outside, TO_OTHER, FastPathNode.OUTSIDE, 4002);

    policies.put(DENY_INGRESS.fullName(), DENY_INGRESS);
    awaitPolicy("goto ingress-default/deny-ingress");
    assertThat(answers(outside, TO_WEB, FastPathNode.OUTSIDE, 4000)).as("from outside").isFalse();
    assertThat(answers(other, TO_WEB, OTHER, 4001)).as("from a pod of the node").isFalse();
    outside.ask(TO_OTHER.from(FastPathNode.OUTSIDE, 4002));
    awaitInterfaces("eth0", "knet2");
    for (int i = 0; i <= FastPathNode.THRESHOLD; i++) {
      assertThat(answers(outside, TO_WEB, FastPathNode.OUTSIDE, 4000)).isFalse();
    }
    assertThat(node.isOffloaded(FastPathNode.OUTSIDE, 4000)).isFalse();
    offload(outside, TO_OTHER, FastPathNode.OUTSIDE, 4002);

    policies.remove(DENY_INGRESS.fullName());
    awaitInterfaces("eth0", "knet1", "knet2");
    offload(outside, TO_WEB, FastPathNode.OUTSIDE, 4000);
  }

  @Test
  void aPolicyOfTheSenderDoesSo() {
    start();
    awaitInterfaces("eth0", "knet1", "knet2");
    offload(web, TO_OUTSIDE, WEB, 4000);
    policies.put(DENY_EGRESS.fullName(), DENY_EGRESS);
    awaitPolicy("jump egress-default/deny-egress");
    assertThat(answers(web, TO_OUTSIDE, WEB, 4000)).isFalse();
    assertThat(node.isOffloaded(WEB, 4000)).isFalse();
  }

  @Test
  void whatAnEarlierRunOffloadedIsStopped() {
    FastPathAgent earlier = node.agent(/* byPolicies= */ false);
    node.start(earlier);
    awaitInterfaces("eth0", "knet1", "knet2");
    offload(web, TO_OUTSIDE, WEB, 4000);
    earlier.close();

    node.start(agent);
    policies.put(DENY_EGRESS.fullName(), DENY_EGRESS);
    policies.listed(Set.of(DENY_EGRESS.fullName()));
    startEnforcement();
    awaitPolicy("jump egress-default/deny-egress");
    assertThat(answers(web, TO_OUTSIDE, WEB, 4000)).isFalse();
    awaitInterfaces("eth0", "knet2");
  }

  @Test
  void nothingIsOffloadedBeforePoliciesAreKnown() {
    node.start(agent);
    startEnforcement();
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(node.status.problems())
                .anyMatch(line -> line.contains("fast-path waiting for network policies")));
    assertThat(node.table()).isEmpty();
    policies.listed(Set.of());
    enforcement.lookAgain();
    awaitInterfaces("eth0", "knet1", "knet2");
  }

  @Test
  void thePodOfAnInterfaceHasToBeKnown() {
    local.set(OTHER_POD);
    start();
    awaitInterfaces("eth0", "knet2");
    local.set(WEB_POD, OTHER_POD);
    enforcement.lookAgain();
    awaitInterfaces("eth0", "knet1", "knet2");
  }

  @Test
  void thatOfAPodThatStartsIsAdded(Namespace late) {
    start();
    awaitInterfaces("eth0", "knet1", "knet2");
    ClusterPod pod = pod("default", "late", labels("app", "late"), "self", "10.244.0.7");
    pods.put("default/late", pod);
    local.set(WEB_POD, OTHER_POD, pod);
    enforcement.lookAgain();
    node.plug("knet3", late, "10.244.0.7");
    awaitInterfaces("eth0", "knet1", "knet2", "knet3");
  }

  @Test
  void whatIsStoppedAndAllowedGoesOn() {
    start();
    awaitInterfaces("eth0", "knet1", "knet2");
    offload(web, TO_OUTSIDE, WEB, 4000);
    policies.put(DENY_INGRESS.fullName(), DENY_INGRESS);
    awaitPolicy("goto ingress-default/deny-ingress");
    web.ask(TO_OUTSIDE.from(WEB, 4000)); // egress is not denied
    assertThat(answers(outside, TO_WEB, FastPathNode.OUTSIDE, 4001)).isFalse();
  }
}
