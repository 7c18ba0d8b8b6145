package io.kindnet.bench;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.kube.testing.ApiServerProcess;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.measuring.ProcessFiles;
import io.kindnet.measuring.Sample;
import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Namespace;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A node with an API server and an agent, a pod that asks, and pods that answer. */
final class PolicyNode implements AutoCloseable {
  private static final String NAME = "node0";
  private static final String CLIENT = "client";
  private static final String ADDED = "added";
  private static final int API_PORT = 18_080;
  private static final int OTHER_PORT = 9;

  private final BenchFixture fixture;
  private final Node node;
  private final Connections connections;
  private final ApiServerProcess server;
  private final BenchAgent agent;
  private final Caller caller;
  private final Map<String, String> addresses = new HashMap<>();
  private final Namespace client;

  /**
   * @param enforced whether its agent enforces policies
   */
  PolicyNode(BenchFixture fixture, Connections connections, boolean enforced, int peers) {
    this.fixture = fixture;
    this.connections = connections;
    node = fixture.node(enforced ? "policies" : "plain");
    // as after the first call of all
    node.machine().run("mkdir", "-p", "/var/lib/cni-kindnet");
    server = ApiServerProcess.start(node.machine().namespace(), "192.0.2.2", API_PORT);
    server.apply(Nodes.node(NAME, List.of("10.244.1.0/24"), List.of("192.0.2.2")));
    server.apply(PolicyObjects.namespace());
    for (int number = 1; number < peers; number++) {
      server.apply(PolicyObjects.peer(number));
    }
    agent =
        BenchAgent.launch(
            node,
            fixture.agentProgram(),
            "--master=" + server.url(),
            "--hostname-override=" + NAME,
            "--network-policy=" + enforced);
    agent.await(() -> node.machine().run("curl", "-sSf", "http://127.0.0.1:19080/readyz"));
    agent.await(() -> node.machine().run("test", "-S", "/run/kindnet/cni.sock"));
    node.meter().watch(agent.pid());
    caller = new Directly(node.meter()::run, BenchFixture.kindnet(Work.IPV4));
    client = fixture.podNamespace();
    server.apply(PolicyObjects.client(NAME, ""));
    server.apply(PolicyObjects.client(NAME, add(CLIENT, client)));
  }

  /** A pod that answers, with policies of so many rules. */
  void addServer(PolicyRules rules) {
    Namespace pod = fixture.podNamespace();
    String name = rules.server();
    server.apply(PolicyObjects.policy(rules));
    server.apply(PolicyObjects.server(name, rules, NAME, ""));
    String address = add(name, pod);
    server.apply(PolicyObjects.server(name, rules, NAME, address));
    connections.serve(pod);
    addresses.put(name, address);
  }

  private String add(String name, Namespace pod) {
    return address(caller.add(new Pod(name, pod.path(), 0)));
  }

  /** The first address that an ADD gave. */
  static String address(Sample add) {
    try {
      String cidr = new ObjectMapper().readTree(add.output()).at("/ips/0/address").asText();
      return cidr.substring(0, cidr.indexOf('/'));
    } catch (JsonProcessingException notJson) {
      throw new AssertionError("ADD says: " + add.output(), notJson);
    }
  }

  /** Waits until the client gets through to a server where its policies let it. */
  void awaitServed(PolicyRules rules) {
    agent.await(() -> {
      CommandResult asked = connections.tryConnect(client, address(rules), Connections.PORT);
      if (!asked.succeeded()) {
        throw new AssertionError("no connection to " + rules.server() + ": " + asked.stderr());
      }
    });
  }

  /** Waits until the client is denied: it has no answer, rather than that nobody listens. */
  void awaitEnforced(PolicyRules rules) {
    agent.await(() -> {
      CommandResult asked = connections.tryConnect(client, address(rules), OTHER_PORT);
      if (!asked.stderr().contains("in progress")) {
        throw new AssertionError(rules.server() + " is not isolated: " + asked.stderr());
      }
    });
  }

  private String address(PolicyRules rules) {
    return requireNonNull(addresses.get(rules.server()));
  }

  double connectMicros(PolicyRules rules, int count) {
    return connections.connectMicros(client, address(rules), count);
  }

  double throughput(PolicyRules rules, int millis) {
    return connections.throughput(client, address(rules), millis);
  }

  /** Has the next {@link #addAndDelete} be of a pod with the policies of such a server. */
  void expectPod(PolicyRules rules) {
    server.apply(PolicyObjects.server(ADDED, rules, NAME, ""));
  }

  /** The ADD of a pod that comes and goes. */
  Sample addAndDelete(Pod pod) {
    Sample add = caller.add(pod);
    caller.delete(pod);
    return add;
  }

  /** The pod that comes and goes. */
  static Pod added(Namespace namespace) {
    return new Pod(ADDED, namespace.path(), 0);
  }

  ProcessFiles agentProcess() {
    return agent.process();
  }

  @Override
  public void close() {
    agent.close();
    server.close();
  }
}
