package io.kindnet.kindnetd.dnscache;

import static io.kindnet.kindnetd.dnscache.Answers.query;
import static io.kindnet.kindnetd.dnscache.Answers.records;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVER_V4;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVICE_V4;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.allow;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.egressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.ingressPolicy;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.labels;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.pod;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.podsOf;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.selector;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.tcp;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.udp;
import static io.kindnet.kindnetd.networkpolicy.PolicySamples.withLabels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.networkpolicy.EnforcementListener;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyAgent;
import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Whom policies do not let reach the name server, the cache does not answer either. */
@NetworkNamespaces
@Tag("tproxy")
class DnsPolicyTest {
  private static final Duration DEADLINE = Deadlines.scaled(Duration.ofSeconds(60));
  private static final int SHORT_MILLIS = 500;
  private static final String UDP_FLOW = "10.244.0.5 . 10.96.0.10 . udp";
  private static final String TCP_FLOW = "10.244.0.5 . 10.96.0.10 . tcp";

  private final EnforcedCluster cluster = new EnforcedCluster();
  private final List<String> tablesWhenChanging = new CopyOnWriteArrayList<>();
  private final FixedNameServers servers = new FixedNameServers(SERVICE_V4);
  private final Namespace host;
  private final DnsNode node;
  private final DnsCacheAgent cache;
  private final NetworkPolicyAgent enforcement;
  private ScriptedServer server;

  DnsPolicyTest(Namespace host, Namespace pod, Namespace outside) {
    this.host = host;
    this.node = new DnsNode(host, pod, outside, /* bridged= */ false);
    this.cache = node.agent(servers, /* byPolicies= */ true);
    EnforcementListener recorded =
        new ObservedEnforcement(
            cache.flows(), () -> tablesWhenChanging.add(Nft.ruleset(host)), () -> {});
    this.enforcement = cluster.agent(node, recorded, node.domains, node.status);
  }

  @BeforeEach
  void start() {
    server = node.server(SERVER_V4);
    server.script(query -> query.answer(records(query.message(), 60, "192.0.2.1")));
    EnforcedCluster.start(node, cache, enforcement);
    awaitFlows(UDP_FLOW, TCP_FLOW);
  }

  @AfterEach
  void end() throws IOException {
    enforcement.close();
    node.close();
    server.close();
  }

  /** These and no others are served. */
  private void awaitFlows(String... flows) {
    Eventually.within(
        DEADLINE,
        () -> {
          for (String flow : List.of(UDP_FLOW, TCP_FLOW)) {
            if (List.of(flows).contains(flow)) {
              assertThat(node.table()).contains(flow);
            } else {
              assertThat(node.table()).doesNotContain(flow);
            }
          }
        });
  }

  private String answer() throws IOException {
    return node.client()
        .ask(SERVICE_V4, query("a.example.", Type.A))
        .getSection(Section.ANSWER)
        .getFirst()
        .rdataToString();
  }

  /** Until then, what the cache does not answer any more goes to the server, which does. */
  private void awaitEnforced(String policy) {
    Eventually.within(
        DEADLINE, () -> assertThat(Nft.ruleset(host)).contains(" : jump egress-default/" + policy));
  }

  /** What came before the policy may be under way. */
  private void assertNoAnswer() {
    Eventually.within(
        DEADLINE,
        () ->
            assertThatThrownBy(
                    () -> {
                      try (DatagramSocket socket = node.client().datagramSocket()) {
                        socket.setSoTimeout(SHORT_MILLIS);
                        socket.connect(new InetSocketAddress(SERVICE_V4, 53));
                        DnsClient.ask(socket, query("a.example.", Type.A));
                      }
                    })
                .isInstanceOf(SocketTimeoutException.class));
  }

  @Test
  void servesWhomNoPolicySelects() throws IOException {
    answer();
    answer();

    assertThat(node.questions()).isEqualTo(1);
  }

  /** Not even what it has cached. */
  @Test
  void answersNothingToWhoMayReachNobody() throws IOException {
    answer();

    cluster.put(egressPolicy("default", "nothing", selector("app", "client")));
    awaitFlows();
    awaitEnforced("nothing");
    assertNoAnswer();

    cluster.policies.remove("default/nothing");
    awaitFlows(UDP_FLOW, TCP_FLOW);
    answer();
    assertThat(node.questions()).isEqualTo(1);
  }

  @Test
  void servesByProtocolAndByThePortOfTheEndpoints() throws IOException {
    cluster.put(
        egressPolicy(
            "default",
            "dns",
            selector("app", "client"),
            allow(
                List.of(podsOf(selector(), selector("k8s-app", "kube-dns"))),
                udp(DnsNode.SERVER_PORT))));
    awaitFlows(UDP_FLOW);

    assertThat(answer()).isEqualTo("192.0.2.1");
    answer();
    assertThat(node.questions()).isEqualTo(1);

    cluster.put(
        egressPolicy(
            "default",
            "dns",
            selector("app", "client"),
            allow(List.of(podsOf(selector(), selector("k8s-app", "kube-dns"))), tcp(53))));
    awaitFlows();
    assertNoAnswer();
  }

  /** The pods of the name server decide, too. */
  @Test
  void servesNobodyWhomTheServerDoesNotLetIn() {
    cluster.put(
        ingressPolicy(
            "kube-system",
            "some",
            selector("k8s-app", "kube-dns"),
            allow(List.of(podsOf(selector(), selector("app", "other"))))));
    awaitFlows();

    cluster.put(withLabels(EnforcedCluster.CLIENT, "app", "other"));
    awaitFlows(UDP_FLOW, TCP_FLOW);
  }

  /** An answer is one whichever address the server's pods have behind the Service. */
  @Test
  void servesAPodThatLetsNobodyIn() throws IOException {
    cluster.put(ingressPolicy("default", "closed", selector("app", "client")));
    Eventually.within(
        DEADLINE, () -> assertThat(Nft.ruleset(host)).contains("ingress-default/closed"));

    assertThat(answer()).isEqualTo("192.0.2.1");
    answer();
    assertThat(node.questions()).isEqualTo(1);
  }

  @Test
  void takesItAwayBeforeThePolicyIsInForce() {
    tablesWhenChanging.clear();

    cluster.put(egressPolicy("default", "nothing", selector("app", "client")));
    awaitFlows();
    awaitEnforced("nothing");

    String before =
        tablesWhenChanging.stream()
            .filter(table -> !table.contains("egress-default/nothing"))
            .toList()
            .getLast();
    assertThat(before).contains("table inet kindnet-dnscache").doesNotContain(UDP_FLOW);
  }

  @Test
  void servesNobodyBeforeItKnowsWhoAnswers() {
    cluster.put(
        ingressPolicy(
            "kube-system",
            "none",
            selector("k8s-app", "closed-dns"),
            allow(List.of(podsOf(selector(), selector("app", "other"))))));
    ClusterPod closed =
        pod("kube-system", "closed", labels("k8s-app", "closed-dns"), "other", "10.244.9.54");
    cluster.put(closed);
    servers.endpoints(Map.of(SERVICE_V4, new InetSocketAddress(closed.addresses().getFirst(), 53)));
    awaitFlows();

    servers.endpoints(Map.of(SERVICE_V4, new InetSocketAddress(SERVER_V4, DnsNode.SERVER_PORT)));
    awaitFlows(UDP_FLOW, TCP_FLOW);
  }
}
