package io.kindnet.kindnetd.cleanup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.CniCall;
import io.kindnet.cni.Kernel;
import io.kindnet.cni.Reply;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.kindnetd.AgentProcess;
import io.kindnet.kindnetd.install.BinDirectory;
import io.kindnet.kube.testing.ApiServerProcess;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node looks like after an agent and pods, with and without the cleanup. */
@NetworkNamespaces
class CleanupTest {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final Namespace node;
  private final Path directory;
  private final Path configurations;
  private final Path database;
  private final Path socket;
  private final BinDirectory plugins;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  CleanupTest(Namespace node, @TempDir Path directory) throws IOException {
    this.node = node;
    this.directory = directory;
    configurations = Files.createDirectory(directory.resolve("net.d"));
    database = directory.resolve("cni-kindnet");
    socket = Files.createDirectory(directory.resolve("run")).resolve("cni.sock");
    plugins = new BinDirectory(Files.createDirectory(directory.resolve("bin")));
  }

  /** What others have on the node. */
  private void putForeignThings(Namespace router) throws IOException {
    node.loopbackUp();
    router.loopbackUp();
    node.connect("eth0", router, "uplink");
    node.connect("knet0", router, "other");
    Ip.batch(
        node,
        """
        address add 192.0.2.1/24 dev eth0
        link set knet0 alias "somebody's"
        route add 198.51.100.0/24 via 192.0.2.9
        """);
    Ip.run(router, "address", "add", "192.0.2.254/24", "dev", "uplink");
    node.run("nft", "add table inet other");
    Files.writeString(configurations.resolve("99-other.conflist"), "{\"name\":\"other\"}");
    Files.writeString(plugins.path().resolve("portmap"), "other");
    awaitLinks();
  }

  /** A link says that it is up a moment after both of its ends are. */
  private void awaitLinks() {
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(Ip.run(node, "link").lines())
                .filteredOn(link -> !link.contains("LOOPBACK"))
                .allMatch(link -> link.contains("state UP")));
  }

  /** A pod that a call of its own process started is pending until the agent has seen to it. */
  private void awaitNothingPending() {
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(List.of("pending-v4", "pending-v6"))
                .allSatisfy(set ->
                    assertThat(
                            node.run("nft", "list", "set", "inet", "kindnet-network-policies", set))
                        .doesNotContain("elements")));
  }

  private String network() {
    return Nft.withoutCounters(Nft.ruleset(node))
        + Ip.run(node, "-d", "-o", "link").replaceAll("(?m)^\\d+: ", "")
        + Ip.run(node, "route")
        + Ip.run(node, "-6", "route", "show", "proto", "75");
  }

  private List<String> files() throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths
          .filter(path -> !path.startsWith(directory.resolve("plugin")))
          .map(path -> directory.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  private int cleanUp() {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    Cleanup cleanup = new Cleanup(configurations, plugins, database, socket);
    try (NetworkNamespace own = NetworkNamespace.open(node.path().toString())) {
      return own.call(() -> cleanup.run(new PrintWriter(out, true), new PrintWriter(err, true)));
    }
  }

  private void add(String container, Namespace pod, String more) {
    Map<String, String> variables = new TreeMap<>();
    variables.put("CNI_COMMAND", "ADD");
    variables.put("CNI_CONTAINERID", container);
    variables.put("CNI_NETNS", pod.path().toString());
    variables.put("CNI_IFNAME", "eth0");
    variables.put("CNI_ARGS", "K8S_POD_NAMESPACE=default;K8S_POD_NAME=" + container);
    String config =
        """
        {"cniVersion": "1.1.0", "name": "kindnet", "type": "cni-kindnet", "dataDir": "%s",
         "ranges": ["10.244.1.0/24", "fd00:1::/64"]%s,
         "runtimeConfig": {"portMappings":
           [{"hostPort": 80, "containerPort": 8080, "protocol": "tcp", "hostIP": "192.0.2.1"}]}}
        """
            .formatted(database, more);
    try (NetworkNamespace own = NetworkNamespace.open(node.path().toString())) {
      Reply reply =
          own.call(() ->
              CniCall.answer(
                  variables, config.getBytes(UTF_8), Kernel::open, ExecutionMode.COLD, null));
      assertThat(reply.exitCode()).as(reply.document()).isZero();
    }
  }

  private AgentProcess agent() {
    return AgentProcess.start(
        node,
        Map.of("NODE_NAME", "node1", "HOST_IP", "192.0.2.1", "POD_IP", "192.0.2.1"),
        "--master=http://192.0.2.254:8080",
        "--cni-conf-dir=" + configurations,
        "--cni-socket=" + socket,
        "--cni-bin-dir=" + plugins.path(),
        "--cni-bin-source=" + directory.resolve("plugin"));
  }

  @Test
  void leavesNothingOfAnAgentAndPodsAndAllThatIsOfOthers(Namespace router, Namespace pod)
      throws Exception {
    putForeignThings(router);
    String networkBefore = network();
    List<String> filesBefore = files();
    Files.createDirectories(directory.resolve("plugin/bin"));
    Files.writeString(directory.resolve("plugin/bin/cni-kindnet"), "program");
    try (ApiServerProcess api = ApiServerProcess.start(router, "192.0.2.254", 8080)) {
      api.apply(Nodes.node("node1", List.of("10.244.1.0/24"), List.of("192.0.2.1")));
      api.apply(Nodes.node("node2", List.of("10.244.2.0/24"), List.of("192.0.2.2")));
      try (AgentProcess agent = agent()) {
        Eventually.within(
            DEADLINE,
            () -> {
              assertThat(agent.get("/readyz")).as(agent.log()).endsWith("\nready\n");
              assertThat(socket).exists();
            });
        add("web", pod, "");
        awaitLinks();
        awaitNothingPending();
        String networkOfAll = network();
        assertThat(networkOfAll).contains("10.244.2.0/24 via", "kindnet-ipmasq", "hostport-map");

        assertThat(cleanUp()).isEqualTo(1);

        assertThat(err.toString())
            .isEqualTo(
                "kindnetd: an agent runs on this node and would bring everything back: it listens"
                    + " at "
                    + socket
                    + "; stop it first\n");
        assertThat(network()).isEqualTo(networkOfAll);
        agent.stop("KILL");
      }
    }

    assertThat(cleanUp()).as(err.toString()).isZero();

    assertThat(network()).isEqualTo(networkBefore);
    assertThat(files()).isEqualTo(filesBefore);
    assertThat(out.toString())
        .contains(
            "removed " + configurations + "/10-kindnet.conflist\n",
            "removed " + plugins.path() + "/cni-kindnet\n",
            "removed " + plugins.path() + "/.cni-kindnet\n",
            "removed table inet kindnet-ipmasq\n",
            "removed table inet cni-kindnet\n",
            "removed route to 10.244.2.0/24",
            "removed " + database + "/cni.db\n",
            "removed " + database + "\n",
            "removed " + socket + "\n")
        .containsPattern("removed interface knet[0-9a-f]{8}, link-pod default/web\n");

    assertThat(cleanUp()).isZero();
    assertThat(out.toString()).isEqualTo("nothing of kindnet is on this node\n");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void removesTheBridgeUnlessOthersUseIt(Namespace router, Namespace pod) throws IOException {
    putForeignThings(router);
    String before = network();
    add("web", pod, ", \"bridge\": \"kind-br\"");
    Ip.run(node, "link", "set", "knet0", "master", "kind-br");

    assertThat(cleanUp()).isZero();
    assertThat(out.toString())
        .contains("left bridge kind-br: it has ports that are not kindnet's, knet0\n");

    Ip.run(node, "link", "set", "knet0", "nomaster");
    assertThat(cleanUp()).isZero();
    assertThat(out.toString()).isEqualTo("removed bridge kind-br\n");
    assertThat(network()).isEqualTo(before);
  }

  @Test
  void goesOnAfterAFailureAndNamesIt(Namespace pod) throws IOException {
    node.loopbackUp();
    Path file = configurations.resolve("10-kindnet.conflist");
    Files.writeString(file, "{\"name\": \"kindnet\"}");
    node.run("mount", "--bind", file.toString(), file.toString());
    try {
      add("web", pod, "");
      Files.writeString(Files.createDirectory(database.resolve("mine")).resolve("file"), "other");

      assertThat(cleanUp()).isEqualTo(1);

      assertThat(err.toString())
          .isEqualTo(
              "kindnetd: cannot remove " + file + ": " + file + ": Device or resource busy\n");
      assertThat(out.toString())
          .contains("removed interface knet", "removed table inet cni-kindnet\n")
          .contains("left " + database + ": not kindnet's is mine\n");
      assertThat(Nft.ruleset(node)).isEmpty();
    } finally {
      node.run("umount", file.toString());
    }
  }

  @Test
  void leavesAConfigurationAndAPluginOfOthers() throws Exception {
    Files.writeString(configurations.resolve("10-kindnet.conflist"), "{\"name\": \"mine\"}");
    Files.writeString(plugins.path().resolve("cni-kindnet"), "built by hand");
    List<String> before = files();

    assertThat(cleanUp()).isZero();

    assertThat(out.toString()).isEqualTo("nothing of kindnet is on this node\n");
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void removesTheHostPortsOfAnotherVersionAndLeavesThoseOfOthers() {
    Nft.apply(
        node,
        """
        table inet cni-kindnet {
          map hostport-map-v4 { type ipv4_addr . inet_service : ipv4_addr . inet_service; }
        }
        """);

    assertThat(cleanUp()).isZero();

    assertThat(out.toString()).isEqualTo("removed table inet cni-kindnet\n");
    assertThat(Nft.ruleset(node)).isEmpty();

    Nft.apply(node, "table inet cni-kindnet { set hairpin-v4 { type mark; }; }");
    String before = Nft.ruleset(node);

    assertThat(cleanUp()).isZero();

    assertThat(out.toString())
        .startsWith(
            "left table inet cni-kindnet: table inet cni-kindnet is not as this plugin makes it:"
                + " set inet cni-kindnet hairpin-v4 is a set of mark and should be a set of"
                + " ipv4_addr . ipv4_addr\n");
    assertThat(Nft.ruleset(node)).isEqualTo(before);
  }

  /** As {@code --accept-forwarded-pods} leaves them in a chain of Docker's. */
  @Test
  void removesItsRulesFromTheChainsOfOthers() {
    String docker =
        """
        table ip filter {
          chain FORWARD {
            type filter hook forward priority filter; policy drop;
            iifname "docker0" accept
            ip saddr 10.244.1.0/24 counter accept comment "kindnet: pods of this node"
            ip daddr 10.244.1.0/24 counter accept comment "kindnet: pods of this node"
            ip daddr 10.244.1.0/24 counter accept comment "mine"
          }
        }
        """;
    Nft.apply(node, docker);

    assertThat(cleanUp()).isZero();

    assertThat(out.toString()).isEqualTo("removed rules in chains of others\n");
    assertThat(Nft.ruleset(node)).contains("docker0", "mine").doesNotContain("kindnet");
  }
}
