package io.kindnet.kindnetd.dnscache;

import static io.kindnet.kindnetd.dnscache.Answers.query;
import static io.kindnet.kindnetd.dnscache.Answers.records;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kindnet.kindnetd.AgentProcess;
import io.kindnet.kube.testing.ApiServerProcess;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Type;

/** kindnetd as a process, with a Service and a pod from the API server. */
@NetworkNamespaces
@Tag("tproxy")
class DnsCachingTest {
  private static final Duration DEADLINE = Deadlines.scaled(Duration.ofMinutes(2));
  private static final InetAddress SERVICE = InetAddress.ofLiteral("10.96.0.10");
  private static final String ROUTER = "192.0.2.254";
  private static final String FLOW = "10.244.1.5 . 10.96.0.10 . udp";

  private static final List<String> OBJECTS =
      List.of(
          """
          {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}
          """,
          """
          {"apiVersion": "v1", "kind": "Service",
           "metadata": {"name": "kube-dns", "namespace": "kube-system"},
           "spec": {"clusterIP": "10.96.0.10", "clusterIPs": ["10.96.0.10"],
            "ports": [{"name": "dns", "protocol": "UDP", "port": 53, "targetPort": 5353}]}}
          """,
          """
          {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
           "metadata": {"name": "kube-dns-1", "namespace": "kube-system",
            "labels": {"kubernetes.io/service-name": "kube-dns"}},
           "addressType": "IPv4", "endpoints": [{"addresses": ["192.0.2.254"]}],
           "ports": [{"name": "dns", "protocol": "UDP", "port": 5353}]}
          """,
          """
          {"apiVersion": "v1", "kind": "Pod",
           "metadata": {"name": "client", "namespace": "default", "labels": {"app": "client"}},
           "spec": {"nodeName": "node1", "containers": [{"name": "main"}]},
           "status": {"phase": "Running", "podIP": "10.244.1.5",
            "podIPs": [{"ip": "10.244.1.5"}]}}
          """);
  private static final String POLICY =
      """
      {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
       "metadata": {"name": "closed", "namespace": "default"},
       "spec": {"podSelector": {}, "policyTypes": ["Egress"]}}
      """;

  private final Namespace router;
  private final Namespace node;
  private final Namespace pod;
  private final Path directory;

  DnsCachingTest(Namespace router, Namespace node, Namespace pod, @TempDir Path directory) {
    this.router = router;
    this.node = node;
    this.pod = pod;
    this.directory = directory;
    router.loopbackUp();
    node.loopbackUp();
    node.connect("eth0", router, "port1");
    pod.connect("eth0", node, "knet00000001");
    Ip.batch(
        router, "address add 192.0.2.254/24 dev port1\nroute add 10.244.1.0/24 via 192.0.2.1\n");
    Ip.batch(
        node,
        """
        address add 192.0.2.1/24 dev eth0
        route add default via 192.0.2.254
        address add 10.244.1.1/32 dev knet00000001
        route add 10.244.1.5 dev knet00000001 src 10.244.1.1
        """);
    Ip.batch(
        pod,
        """
        address add 10.244.1.5/32 dev eth0
        route add 10.244.1.1 dev eth0
        route add default via 10.244.1.1
        """);
    node.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
    Nft.apply(
        node,
        """
        table inet kube-proxy {
          chain prerouting {
            type nat hook prerouting priority dstnat;
            ip daddr 10.96.0.10 udp dport 53 dnat ip to 192.0.2.254:5353
          }
          chain output {
            type nat hook output priority -100;
            ip daddr 10.96.0.10 udp dport 53 dnat ip to 192.0.2.254:5353
          }
        }
        """);
  }

  private AgentProcess agent(String... more) {
    String[] flags = new String[more.length + 4];
    flags[0] = "--master=http://" + ROUTER + ":8080";
    flags[1] = "--cni-conf-dir=" + directory.resolve("net.d");
    flags[2] = "--cni-socket=" + directory.resolve("cni.sock");
    flags[3] = "--cni-plugins=standard";
    System.arraycopy(more, 0, flags, 4, more.length);
    return AgentProcess.start(
        node, Map.of("NODE_NAME", "node1", "HOST_IP", "192.0.2.1", "POD_IP", "192.0.2.1"), flags);
  }

  private static HasMetadata object(String json) {
    return new KubernetesSerialization().unmarshal(json);
  }

  private void awaitFlow(AgentProcess agent, boolean whether) {
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(Nft.table(node, "inet", "kindnet-dnscache").contains(FLOW))
                .as(agent.log())
                .isEqualTo(whether));
  }

  @Test
  void servesThePodsThatMayAskTheServersOfTheService() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (ApiServerProcess api = ApiServerProcess.start(router, ROUTER, 8080);
        ScriptedServer server =
            DnsNode.in(
                router,
                () ->
                    ScriptedServer.start(
                        new InetSocketAddress(InetAddress.ofLiteral(ROUTER), 5353)))) {
      server.script(question -> {
        asked.incrementAndGet();
        question.answer(records(question.message(), 60, "192.0.2.77"));
      });
      api.apply(Nodes.node("node1", List.of("10.244.1.0/24"), List.of("192.0.2.1")));
      OBJECTS.forEach(json -> api.apply(object(json)));
      DnsClient client = new DnsClient(pod);
      try (AgentProcess agent = agent("--dns-caching")) {
        awaitFlow(agent, true);
        client.ask(SERVICE, query("a.example.", Type.A));
        client.ask(SERVICE, query("a.example.", Type.A));
        assertThat(asked).hasValue(1);
        assertThat(agent.get("/dns?a.example"))
            .contains("10.96.0.10:53", "a.example.", "records", "1 of 2 queries");
        assertThat(agent.get("/metrics"))
            .contains(
                "kindnet_dns_cache_hits_total{kind=\"records\"} 1",
                "kindnet_dns_cache_misses_total 1",
                "kindnet_dns_cache_queries_total{transport=\"udp\"} 2",
                "kindnet_dns_cache_server_answers{server=\"10.96.0.10:53\"} 1");
        assertThat(agent.get("/readyz")).contains("[+]dns-cache ok");

        api.apply(object(POLICY));
        awaitFlow(agent, false);
        api.delete(object(POLICY));
        awaitFlow(agent, true);
        assertThat(agent.stop("TERM")).isZero();
      }
      client.ask(SERVICE, query("a.example.", Type.A));
      assertThat(asked).hasValue(2);

      try (AgentProcess without = agent()) {
        Eventually.within(
            DEADLINE,
            () -> {
              assertThat(Nft.ruleset(node)).as(without.log()).doesNotContain("kindnet-dnscache");
              assertThat(Ip.run(node, "rule")).doesNotContain("10053");
            });
      }
    }
  }
}
