package io.kindnet.kindnetd.dnscache;

import static io.kindnet.kindnetd.dnscache.DnsNode.SERVER_V4;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVICE_V4;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.allow;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.egressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.podsOf;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.selector;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.networkpolicy.EnforcementListener;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyAgent;
import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Policies may be in force before the cache has started. */
@NetworkNamespaces
@Tag("tproxy")
class DnsPolicyStartTest {
  private static final Duration DEADLINE = Deadlines.scaled(Duration.ofSeconds(60));

  private final FixedNameServers servers = new FixedNameServers(SERVICE_V4);
  private final AtomicInteger passes = new AtomicInteger();
  private final Namespace host;
  private final DnsNode node;
  private final DnsCacheAgent cache;
  private final NetworkPolicyAgent enforcement;

  DnsPolicyStartTest(Namespace host, Namespace pod, Namespace outside) {
    this.host = host;
    this.node = new DnsNode(host, pod, outside, /* bridged= */ false);
    this.cache = node.agent(servers, /* byPolicies= */ true);
    EnforcedCluster cluster = new EnforcedCluster();
    cluster.put(
        egressPolicy(
            "default",
            "dns",
            selector("app", "client"),
            allow(
                List.of(podsOf(selector(), selector("k8s-app", "kube-dns"))),
                udp(DnsNode.SERVER_PORT))));
    EnforcementListener counted =
        new ObservedEnforcement(cache.flows(), () -> {}, passes::incrementAndGet);
    this.enforcement = cluster.agent(node, counted, node.domains, node.status);
  }

  @AfterEach
  void end() {
    enforcement.close();
    node.close();
  }

  @Test
  void servesPodsThoughWhoAnswersIsKnownOnlyAfterThePolicies() {
    servers.endpoints(Map.of());
    cache.flows().onUnknown(enforcement::lookAgain);
    DnsNode.in(
        host,
        () -> {
          enforcement.start();
          return true;
        });
    Eventually.within(DEADLINE, () -> assertThat(passes).hasPositiveValue());

    servers.endpoints(Map.of(SERVICE_V4, new InetSocketAddress(SERVER_V4, DnsNode.SERVER_PORT)));
    node.start(cache);

    Eventually.within(
        DEADLINE, () -> assertThat(node.table()).contains("10.244.0.5 . 10.96.0.10 . udp"));
  }
}
