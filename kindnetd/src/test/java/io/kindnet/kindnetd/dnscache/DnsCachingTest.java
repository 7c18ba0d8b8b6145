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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Type;

/** kindnetd as a process, with a Service and a pod from the API server. */
@NetworkNamespaces
@Tag("tproxy")
class DnsCachingTest {
  private static final Duration DEADLINE = Deadlines.scaled(Duration.ofMinutes(2));
  private static final String BRIDGE = "kind-br";
  private static final List<String> OBJECTS =
      List.of(
          """
          {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}
          """,
          """
          {"apiVersion": "v1", "kind": "Service",
           "metadata": {"name": "kube-dns", "namespace": "kube-system"},
           "spec": {"clusterIP": "SERVICE", "clusterIPs": ["SERVICE"],
            "ports": [{"name": "dns", "protocol": "UDP", "port": 53, "targetPort": 5353}]}}
          """,
          """
          {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
           "metadata": {"name": "kube-dns-1", "namespace": "kube-system",
            "labels": {"kubernetes.io/service-name": "kube-dns"}},
           "addressType": "FAMILY", "endpoints": [{"addresses": ["ROUTER"]}],
           "ports": [{"name": "dns", "protocol": "UDP", "port": 5353}]}
          """,
          """
          {"apiVersion": "v1", "kind": "Pod",
           "metadata": {"name": "client", "namespace": "default", "labels": {"app": "client"}},
           "spec": {"nodeName": "node1", "containers": [{"name": "main"}]},
           "status": {"phase": "Running", "podIP": "POD", "podIPs": [{"ip": "POD"}]}}
          """);
  private static final String POLICY =
      """
      {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
       "metadata": {"name": "closed", "namespace": "default"},
       "spec": {"podSelector": {}, "policyTypes": ["Egress"]}}
      """;

  /** The only one that anything has an address of. */
  enum Family {
    IPv4("10.96.0.10", "192.0.2.254", "192.0.2.1", "10.244.1.1", "10.244.1.5", "10.244.1.0/24"),
    IPv6("fd96::10", "2001:db8::254", "2001:db8::1", "fd00:1::1", "fd00:1::5", "fd00:1::/64");

    private final String service;
    private final String router;
    private final String node;
    private final String gateway;
    private final String pod;
    private final String range;

    Family(String service, String router, String node, String gateway, String pod, String range) {
      this.service = service;
      this.router = router;
      this.node = node;
      this.gateway = gateway;
      this.pod = pod;
      this.range = range;
    }

    /** A text with the addresses of this family. */
    String fill(String text) {
      boolean v6 = this == IPv6;
      String[][] words = {
        {"SERVICE", service},
        {"ROUTER", router},
        {"NODE", node},
        {"GATEWAY", gateway},
        {"POD", pod},
        {"RANGE", range},
        {"FAMILY", name()},
        {"HOST-BITS", v6 ? "128" : "32"},
        {"LINK-BITS", v6 ? "64" : "24"},
        {"FLAG", v6 ? "nodad" : ""},
        {"IP", v6 ? "ip6" : "ip"},
        {"ENDPOINT", v6 ? "[" + router + "]:5353" : router + ":5353"}
      };
      String filled = text;
      for (String[] word : words) {
        filled = filled.replaceAll("\\b" + word[0] + "\\b", word[1]);
      }
      return filled;
    }
  }

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
  }

  private void connect(Family family, boolean bridged) {
    node.connect("eth0", router, "port1");
    pod.connect("eth0", node, bridged ? "veth00000001" : "knet00000001");
    if (bridged) {
      Ip.batch(
          node,
          """
          link add kind-br type bridge
          link set kind-br up
          link set veth00000001 master kind-br
          """);
    }
    Ip.batch(
        router,
        family.fill("address add ROUTER/LINK-BITS dev port1 FLAG\nroute add RANGE via NODE\n"));
    Ip.batch(
        node,
        family
            .fill(
                """
                address add NODE/LINK-BITS dev eth0 FLAG
                route add default via ROUTER
                address add GATEWAY/HOST-BITS dev LINK FLAG
                route add POD dev LINK src GATEWAY
                """)
            .replace("LINK", bridged ? BRIDGE : "knet00000001"));
    Ip.batch(
        pod,
        family.fill(
            """
            address add POD/HOST-BITS dev eth0 FLAG
            route add GATEWAY dev eth0
            route add default via GATEWAY
            """));
    node.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
    Nft.apply(
        node,
        family.fill(
            """
            table inet kube-proxy {
              chain prerouting {
                type nat hook prerouting priority dstnat;
                IP daddr SERVICE udp dport 53 dnat IP to ENDPOINT
              }
              chain output {
                type nat hook output priority -100;
                IP daddr SERVICE udp dport 53 dnat IP to ENDPOINT
              }
            }
            """));
  }

  private AgentProcess agent(ApiServerProcess api, Family family, String... more) {
    String[] flags = new String[more.length + 4];
    flags[0] = "--master=" + api.url();
    flags[1] = "--cni-conf-dir=" + directory.resolve("net.d");
    flags[2] = "--cni-socket=" + directory.resolve("cni.sock");
    flags[3] = "--cni-plugins=standard";
    System.arraycopy(more, 0, flags, 4, more.length);
    String address = family.node;
    return AgentProcess.start(
        node, Map.of("NODE_NAME", "node1", "HOST_IP", address, "POD_IP", address), flags);
  }

  private static HasMetadata object(Family family, String json) {
    return new KubernetesSerialization().unmarshal(family.fill(json));
  }

  private void awaitFlow(Family family, AgentProcess agent, boolean whether) {
    String flow = family.fill("POD . SERVICE . udp");
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(Nft.table(node, "inet", "kindnet-dnscache").contains(flow))
                .as(agent.log())
                .isEqualTo(whether));
  }

  @ParameterizedTest
  @CsvSource({"IPv4, false", "IPv6, false", "IPv6, true"})
  void servesThePodsThatMayAskTheServersOfTheService(Family family, boolean bridged)
      throws Exception {
    connect(family, bridged);
    InetAddress service = InetAddress.ofLiteral(family.service);
    InetAddress routerAddress = InetAddress.ofLiteral(family.router);
    String shown = family == Family.IPv4 ? "10.96.0.10:53" : "[fd96::10]:53";
    AtomicInteger asked = new AtomicInteger();
    try (ApiServerProcess api = ApiServerProcess.start(router, family.router, 8080);
        ScriptedServer server =
            DnsNode.in(
                router, () -> ScriptedServer.start(new InetSocketAddress(routerAddress, 5353)))) {
      server.script(question -> {
        asked.incrementAndGet();
        question.answer(records(question.message(), 60, "192.0.2.77"));
      });
      api.apply(Nodes.node("node1", List.of(family.range), List.of(family.node)));
      OBJECTS.forEach(json -> api.apply(object(family, json)));
      DnsClient client = new DnsClient(pod);
      try (AgentProcess agent = agent(api, family, "--dns-caching")) {
        awaitFlow(family, agent, true);
        client.ask(service, query("a.example.", Type.A));
        client.ask(service, query("a.example.", Type.A));
        assertThat(agent.get("/dns?a.example"))
            .contains(shown, "a.example.", "records", "1 of 2 queries");
        assertThat(agent.get("/metrics"))
            .contains(
                "kindnet_dns_cache_hits_total{kind=\"records\"} 1",
                "kindnet_dns_cache_misses_total 1",
                "kindnet_dns_cache_queries_total{transport=\"udp\"} 2",
                "kindnet_dns_cache_server_answers{server=\"" + shown + "\"} 1");
        assertThat(agent.get("/readyz")).contains("[+]dns-cache ok");

        api.apply(object(family, POLICY));
        awaitFlow(family, agent, false);
        api.delete(object(family, POLICY));
        awaitFlow(family, agent, true);
        assertThat(agent.stop("TERM")).isZero();
      }
      asked.set(0);
      client.ask(service, query("a.example.", Type.A));
      assertThat(asked).hasValue(1);

      try (AgentProcess without = agent(api, family)) {
        Eventually.within(
            DEADLINE,
            () -> {
              assertThat(Nft.ruleset(node)).as(without.log()).doesNotContain("kindnet-dnscache");
              assertThat(Ip.run(node, "rule")).doesNotContain("10053");
              assertThat(Ip.run(node, "-6", "rule")).doesNotContain("10053");
            });
      }
    }
  }
}
