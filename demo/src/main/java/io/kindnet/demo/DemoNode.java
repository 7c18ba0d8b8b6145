package io.kindnet.demo;

import static java.util.stream.Collectors.joining;

import io.kindnet.demo.CniClient.Added;
import io.kindnet.netlink.testing.Daemon;
import io.kindnet.netlink.testing.EchoPeer;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.Sqlite3;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A node of the cluster: kindnetd runs on it, and pods. */
final class DemoNode implements AutoCloseable {
  // for an emulated processor beside other work; an agent that ends is noticed at once
  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final String DATABASE = "/var/lib/cni-kindnet/cni.db";
  private static final String CONFLIST = "/etc/cni/net.d/10-kindnet.conflist";

  private final int number;
  private final Machine machine;
  private final String plugin;
  private final String kindnetd;
  private final CniClient client;
  private final EchoPeer host;
  private final String apiServer;
  private final List<String> agentCommand;
  private Daemon agent;
  private final List<Pod> pods = new ArrayList<>();

  DemoNode(int number, Machine machine, Path dist, String apiServer) {
    this.number = number;
    this.machine = machine;
    plugin = dist.resolve("cni/bin/cni-kindnet").toString();
    client = new CniClient(machine, plugin, "1.0.0");
    host = EchoPeer.in(machine.namespace(), name());
    machine.run("mkdir", "-p", "/etc/cni/net.d"); // which every node with a container runtime has
    this.apiServer = apiServer;
    kindnetd = dist.resolve("kindnetd/bin/kindnetd").toString();
    String nodeAddress = addressV4(number);
    agentCommand =
        List.of(
            "env",
            "NODE_NAME=" + name(),
            "HOST_IP=" + nodeAddress,
            "POD_IP=" + nodeAddress,
            kindnetd,
            "--master=" + apiServer,
            "--network-policy-log=text",
            "--dns-caching",
            "--dns-caching-nameservers=" + Infrastructure.OUTSIDE_V4,
            // which is for documentation, so that NAT64 would refuse it
            "--nat64-allow=" + Infrastructure.OUTSIDE_V4 + "/32",
            "-v=2");
    agent = machine.start(agentCommand.toArray(String[]::new));
  }

  /** Kills the agent with SIGKILL. */
  void killAgent() {
    agent.close();
  }

  /** Starts the agent again. */
  void startAgent() {
    agent = machine.start(agentCommand.toArray(String[]::new));
  }

  static String addressV4(int number) {
    return "172.30.1." + number;
  }

  static String addressV6(int number) {
    return "fd00:172:30::1:" + number;
  }

  static String podCidrV4(int number) {
    return "10.244." + number + ".0/24";
  }

  static String podCidrV6(int number) {
    return "fd00:10:244:" + number + "::/64";
  }

  static String name(int number) {
    return "node" + number;
  }

  String name() {
    return name(number);
  }

  String addressV4() {
    return addressV4(number);
  }

  String addressV6() {
    return addressV6(number);
  }

  /** A process in the node's own network namespace. */
  EchoPeer host() {
    return host;
  }

  List<Pod> pods() {
    return List.copyOf(pods);
  }

  /** Waits until pods can be made, and until the agent answers calls. */
  void awaitReady() {
    Eventually.within(
        DEADLINE,
        () -> {
          if (!agent.isAlive()) {
            throw new AssertionError(
                "kindnetd on "
                    + name()
                    + " ended with "
                    + agent.awaitExit()
                    + ":\n"
                    + agent.output());
          }
          machine.run("curl", "--silent", "--fail", "http://127.0.0.1:19080/readyz");
          machine.run(plugin, "status"); // an agent that was killed leaves a socket behind
        });
  }

  Pod addPod(CallPath way, String podName, List<Pod.HostPort> hostPorts) {
    Namespace namespace = Namespace.create(podName);
    String containerId = "demo-" + podName;
    Added added = client.add(way, conflist(), containerId, podName, namespace, hostPorts);
    Pod pod = Pod.started(podName, namespace, containerId, hostPorts, added);
    pods.add(pod);
    return pod;
  }

  void removePods(CallPath way) {
    for (Pod pod : pods) {
      pod.peer().close();
      client.delete(way, conflist(), pod.containerId(), pod.name(), pod.namespace());
      pod.namespace().close();
    }
    pods.clear();
  }

  /** What is left of pods: interfaces, rows, port mappings. */
  String leftovers() {
    return machine.run("sh", "-c", "ip -o link | grep -o 'knet[0-9a-f][0-9a-f]*' || true")
        + machine.run(
            Sqlite3.command(DATABASE, "SELECT * FROM pods; SELECT * FROM portmap_entries;"))
        + machine.run(
            "sh",
            "-c",
            "nft list map inet cni-kindnet hostport-any-v4 | grep ' : .*\\..*' | grep -v type || true");
  }

  /**
   * Looks at who did the calls: two pods came and went in each way.
   *
   * @return who did how many, as the plugin wrote it down
   */
  String checkCalls() {
    String calls =
        machine.run(
            Sqlite3.command(DATABASE, "SELECT number, verb, way FROM calls ORDER BY way, verb"));
    if (!calls.equals("2|ADD|COLD\n2|DEL|COLD\n2|ADD|WARM\n2|DEL|WARM\n")) {
      throw new AssertionError("calls were " + calls.replace('\n', ' '));
    }
    return "two ADDs and two DELs cold, as many warm";
  }

  /** Ends the agent as a kubelet would. */
  void stopAgent() {
    int status = agent.stop();
    if (status != 0) {
      throw new AssertionError(
          "kindnetd on " + name() + " ended with " + status + ":\n" + agent.output());
    }
  }

  /** Shows the node as an operator would look at it. */
  void show(Report report) {
    String on = "[" + name() + "] ";
    String ready = "http://127.0.0.1:19080/readyz";
    report.sheet(on + "curl -s " + ready, machine.run("curl", "-s", ready));
    report.sheet(on + "cat " + CONFLIST, conflist());
    report.sheet(on + "ip route", machine.run("ip", "route"));
    report.sheet(on + "ip -6 route", machine.run("ip", "-6", "route"));
    report.sheet(on + "nft list ruleset", machine.run("nft", "list", "ruleset"));
    report.sheet(on + "cni-kindnet status", machine.run(plugin, "status"));
    report.sheet(
        on + "sqlite3 -box " + DATABASE + " 'SELECT …'",
        machine.run(
            "sqlite3",
            "-box",
            "-cmd",
            ".timeout 60000",
            DATABASE,
            "SELECT id, subnet FROM ipam_ranges;"
                + "SELECT container_id, namespace, name, ip_address_v4, ip_address_v6, interface_name FROM pods;"
                + "SELECT container_id, host_ip, host_port, protocol, container_ip, container_port FROM portmap_entries;"));
  }

  /**
   * What {@code kindnetd trace} tells of the packets that a pod of this node gets meanwhile.
   *
   * @param traffic runs once packets are traced
   */
  String trace(Pod pod, Runnable traffic, Report report) {
    List<String> command =
        List.of(
            kindnetd,
            "trace",
            "--pod=" + PolicyObjects.NAMESPACE + "/" + pod.name(),
            "--port=" + Pod.PORT,
            "--count=1",
            "--timeout=60s");
    List<String> whole = new ArrayList<>(List.of("env", "NODE_NAME=" + name()));
    whole.addAll(command);
    whole.add("--master=" + apiServer);
    try (Daemon trace = machine.start(whole.toArray(String[]::new))) {
      Eventually.within(
          DEADLINE,
          () -> {
            if (!trace.output().contains("tracing ")) {
              throw new AssertionError("does not trace: " + trace.output());
            }
          });
      traffic.run();
      trace.awaitExit();
      List<String> shown = new ArrayList<>(command);
      shown.set(0, "kindnetd");
      report.sheet("[" + name() + "] " + String.join(" ", shown), trace.output());
      return trace.output();
    }
  }

  /** Shows what there is while policies apply: the table, and what the agent says of denials. */
  void showPolicies(Report report) {
    String on = "[" + name() + "] ";
    report.sheet(
        on + "nft list table inet kindnet-network-policies",
        machine.run("nft", "list", "table", "inet", "kindnet-network-policies"));
    report.sheet(
        on + "kubectl logs … | grep 'Denied by network policy'",
        agent
            .output()
            .lines()
            .filter(line -> line.contains("Denied by"))
            .limit(5)
            .collect(joining("\n")));
  }

  /** Shows the cache of DNS answers. */
  void showDns(Report report, String dnsName) {
    String on = "[" + name() + "] ";
    report.sheet(
        on + "kindnetd dns --name " + dnsName, machine.run(kindnetd, "dns", "--name", dnsName));
    report.sheet(
        on + "nft list table inet kindnet-dnscache",
        machine.run("nft", "list", "table", "inet", "kindnet-dnscache"));
  }

  /** Shows what translates packets of a pod. */
  void showNat64(Report report) {
    String on = "[" + name() + "] ";
    report.sheet(
        on + "ip -brief link show type veth",
        machine.run("ip", "-brief", "link", "show", "type", "veth"));
    report.sheet(
        on + "nft list table inet kindnet-nat64",
        machine.run("nft", "list", "table", "inet", "kindnet-nat64"));
    report.sheet(
        on + "curl -s http://127.0.0.1:19080/metrics | grep ^kindnet_nat64",
        machine.run(
            "sh", "-c", "curl -s http://127.0.0.1:19080/metrics | grep ^kindnet_nat64 || true"));
  }

  private String conflist() {
    return machine.run("cat", CONFLIST);
  }

  @Override
  public void close() {
    agent.close();
    host.close();
    for (Pod pod : pods) {
      pod.peer().close();
      pod.namespace().close();
    }
    machine.close();
  }
}
