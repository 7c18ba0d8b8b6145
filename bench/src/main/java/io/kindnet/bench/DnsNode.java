package io.kindnet.bench;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kindnet.kube.testing.ApiServerProcess;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Namespace;
import java.nio.file.Path;
import java.util.List;

/**
 * A node with a pod that asks, and a name server beside it, which pods reach by the address of a
 * Service: through a cache on the node, or not.
 */
final class DnsNode implements AutoCloseable {
  /** Of the Service whose answers kindnetd caches. */
  static final String CACHED = "10.96.0.10";

  /** Of a Service with the same server, whose answers nobody caches. */
  static final String DIRECT = "10.96.0.20";

  static final String CORE_DNS = "169.254.20.10";
  static final String NODE_LOCAL_DNS = "169.254.20.11";

  /**
   * Where caches run, in turn, and the server, so that a query wakes another CPU as often with a
   * cache as without.
   */
  private static final int CACHE_CPU = 0;

  private static final int CLIENT_CPU = 1;

  private static final String NAME = "node0";
  private static final int API_PORT = 18_080;

  /** As kube-proxy translates, and as node-local-dns keeps its packets from being tracked. */
  private static final String RULES =
      """
      table ip services {
        chain prerouting {
          type nat hook prerouting priority dstnat;
          jump services
        }
        chain output {
          type nat hook output priority -100;
          jump services
        }
        chain services {
          ip daddr { 10.96.0.10, 10.96.0.20 } meta l4proto { tcp, udp } th dport 53 \
      dnat to 10.244.9.53:5353
        }
        chain untracked-prerouting {
          type filter hook prerouting priority raw;
          ip daddr 169.254.20.11 th dport 53 notrack
        }
        chain untracked-output {
          type filter hook output priority raw;
          ip saddr 169.254.20.11 th sport 53 notrack
        }
      }
      """;

  private static final List<String> OBJECTS =
      List.of(
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
           "addressType": "IPv4", "endpoints": [{"addresses": ["10.244.9.53"]}],
           "ports": [{"name": "dns", "protocol": "UDP", "port": 5353}]}
          """);

  private final Path agentProgram;
  private final Machine machine;
  private final ApiServerProcess api;
  private final PinnedProgram coreDns;
  private final PinnedProgram nodeLocalDns;
  private final DnsPerf client;

  DnsNode(BenchFixture fixture, DnsServers servers) {
    agentProgram = fixture.agentProgram();
    Node node = fixture.node("dns");
    machine = node.machine();
    machine.run("mkdir", "-p", "/var/lib/cni-kindnet");
    connect(fixture.podNamespace(), servers);
    coreDns = servers.coreDns(machine, CORE_DNS, DIRECT, CACHE_CPU);
    nodeLocalDns = servers.nodeLocalDns(machine, NODE_LOCAL_DNS, DIRECT, CACHE_CPU);
    Namespace pod = fixture.podNamespace();
    client = new DnsPerf(pod, CLIENT_CPU, servers.directory());
    Directly caller = new Directly(node.meter()::run, BenchFixture.kindnet(Work.IPV4));
    String address = PolicyNode.address(caller.add(new Pod("client", pod.path(), 0)));
    api = ApiServerProcess.start(machine.namespace(), "192.0.2.2", API_PORT);
    api.apply(Nodes.node(NAME, List.of("10.244.1.0/24"), List.of("192.0.2.2")));
    api.apply(PolicyObjects.namespace());
    api.apply(PolicyObjects.client(NAME, address));
    OBJECTS.forEach(json -> api.apply(new KubernetesSerialization().<HasMetadata>unmarshal(json)));
  }

  private void connect(Namespace server, DnsServers servers) {
    server.connect("eth0", machine.namespace(), "dns0");
    Ip.batch(
        machine.namespace(),
        """
        addr add 10.244.9.1/24 dev dns0
        addr add 169.254.20.10/32 dev lo
        addr add 169.254.20.11/32 dev lo
        """);
    Ip.batch(
        server,
        """
        addr add 10.244.9.53/24 dev eth0
        route add default via 10.244.9.1
        """);
    machine.tryRunWithInput(RULES, "nft", "-f", "-");
    servers.serve(server, CACHE_CPU);
  }

  /** Starts kindnetd, and waits until it caches what the pod asks. */
  PinnedProgram startAgent() {
    PinnedProgram agent =
        PinnedProgram.start(
            machine,
            CACHE_CPU,
            List.of(
                agentProgram.resolve("bin/kindnetd").toString(),
                "--master=" + api.url(),
                "--hostname-override=" + NAME,
                "--masquerading=false",
                "--dns-caching"));
    // the table of the one before it is there until it begins
    agent.await(() -> machine.run("curl", "-sSf", "http://127.0.0.1:19080/readyz"));
    agent.await(() -> {
      String table = machine.run("nft", "list", "table", "inet", "kindnet-dnscache");
      if (!table.contains(CACHED + " . udp")) {
        throw new AssertionError("the pod is not served: " + table);
      }
    });
    return agent;
  }

  /** A metric of the agent. */
  double metric(String name) {
    return machine
        .run("curl", "-sSf", "http://127.0.0.1:19080/metrics")
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("the agent has no metric " + name));
  }

  PinnedProgram coreDns() {
    return coreDns;
  }

  PinnedProgram nodeLocalDns() {
    return nodeLocalDns;
  }

  /** The pod. */
  DnsPerf client() {
    return client;
  }

  @Override
  public void close() {
    coreDns.close();
    nodeLocalDns.close();
    api.close();
  }
}
