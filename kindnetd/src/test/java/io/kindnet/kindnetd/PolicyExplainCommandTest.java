package io.kindnet.kindnetd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.kube.LocalApiServer;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyOptions;
import io.kindnet.kindnetd.networkpolicy.TierMetric;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kindnetd.status.StatusServer;
import io.kindnet.kube.testing.Definitions;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.libc.KernelRelease;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code kindnetd policy explain}, with an API server in this process. */
class PolicyExplainCommandTest {
  private final LocalApiServer server = new LocalApiServer(0);
  private final KubernetesClient admin = server.client();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private StatusServer agent = agent(/* enabled= */ true, /* adminTier= */ false);

  // another one than that of the pods, so that this machine's kernel is not asked
  private String thisNode = "node2";

  @BeforeEach
  void cluster() {
    for (String namespace : List.of("shop", "other")) {
      admin
          .resource(
              new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
          .create();
    }
    admin.resource(Nodes.node("node1", List.of(), List.of("192.0.2.1"))).create();
    pod("shop", "web", "Running", false, "10.1.0.1", "fd00::1");
    pod("shop", "db", "Running", false, "10.1.0.2");
    pod("other", "client", "Running", false, "10.1.0.3", "fd00::3");
    pod("other", "done", "Succeeded", false, "10.1.0.9");
    pod("other", "host", "Running", true, "192.0.2.1");
    pod("other", "new", "Pending", false);
  }

  private void pod(
      String namespace, String name, String phase, boolean hostNetwork, String... addresses) {
    admin
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .addToLabels("app", name)
                .endMetadata()
                .withNewSpec()
                .withNodeName("node1")
                .withHostNetwork(hostNetwork)
                .addNewContainer()
                .withName("main")
                .addNewPort()
                .withName("http")
                .withContainerPort(8080)
                .endPort()
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase(phase)
                .withPodIPs(Arrays.stream(addresses).map(PodIP::new).toList())
                .endStatus()
                .build())
        .create();
  }

  private void policy(String name, String spec) {
    admin
        .resource(
            """
            {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
             "metadata": {"namespace": "shop", "name": "%s"}, "spec": %s}
            """
                .formatted(name, spec))
        .create();
  }

  private void adminPolicy() {
    admin.resource(Definitions.CLUSTER_NETWORK_POLICIES).create();
    admin
        .resource(
            """
            {"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy",
             "metadata": {"name": "rules"},
             "spec": {"tier": "Admin", "priority": 7, "subject": {"namespaces": {}},
              "ingress": [{"name": "web", "action": "Accept", "from": [{"namespaces": {}}]}]}}
            """)
        .create();
  }

  @AfterEach
  void stop() {
    agent.close();
    admin.close();
    server.close();
  }

  /** An agent of this node, as far as its metrics go. */
  private static StatusServer agent(boolean enabled, boolean adminTier) {
    Status status = new Status("test");
    TierMetric.register(
        new NetworkPolicyOptions(enabled, adminTier, /* baselineTier= */ false), status);
    try {
      StatusServer pages =
          new StatusServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), status);
      pages.start();
      return pages;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return CommandRunner.run(
        new Kindnetd(Map.of("NODE_NAME", thisNode), KernelRelease.running()),
        List.of(arguments),
        new PrintWriter(out, true),
        new PrintWriter(err, true));
  }

  private int explain(String from, String to, String port, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "policy",
                "explain",
                "--from",
                from,
                "--to=" + to,
                "-port=" + port,
                "--metrics-bind-address=:" + agent.address().getPort(),
                "--master=http://127.0.0.1:" + server.port()));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  @Test
  void saysThatNoPolicySpeaks() {
    assertThat(explain("other/client", "shop/db", "80")).as("%s", err).isZero();
    assertThat(out.toString())
        .isEqualTo(
            """
            allowed: other/client (10.1.0.3, node node1) -> shop/db (10.1.0.2, node node1), 80/tcp
              egress of other/client: allowed, no policy speaks of it
                Admin          None    no policy selects the pod
                NetworkPolicy  None    no policy selects the pod
                Baseline       None    no policy selects the pod
              ingress of shop/db: allowed, no policy speaks of it
                Admin          None    no policy selects the pod
                NetworkPolicy  None    no policy selects the pod
                Baseline       None    no policy selects the pod

            note: the kernel is not asked, since neither end is a pod of this node, node2
            """);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void saysWhichPolicyDeniesAndWhichRuleAllows() {
    policy("deny", "{\"podSelector\": {}}");
    policy(
        "web",
        """
        {"podSelector": {"matchLabels": {"app": "web"}},
         "ingress": [{"from": [{"podSelector": {}}]}, {"ports": [{"port": "http"}]}]}
        """);

    assertThat(explain("198.51.100.7", "shop/web", "8080/tcp")).isZero();
    assertThat(out.toString())
        .isEqualTo(
            """
            allowed: 198.51.100.7 -> shop/web (10.1.0.1, node node1), 8080/tcp
              ingress of shop/web: allowed, shop/web, ingress[1]
                Admin          None    no policy selects the pod
                NetworkPolicy  Accept  shop/web, ingress[1]

            note: the kernel is not asked, since neither end is a pod of this node, node2
            """);
    assertThat(explain("198.51.100.7", "shop/web", "http")).isZero();
    assertThat(out.toString()).contains(", 8080/tcp\n");

    assertThat(explain("198.51.100.7", "shop/web", "8080/udp")).isEqualTo(1);
    assertThat(out.toString())
        .startsWith("denied: 198.51.100.7 -> shop/web (10.1.0.1, node node1), 8080/udp\n")
        .contains("ingress of shop/web: denied, default deny of shop/deny, shop/web\n");
    assertThat(explain("198.51.100.7", "shop/web", "icmp")).isEqualTo(1);
    assertThat(out.toString()).contains(", icmp\n");
  }

  @Test
  void looksAtEachFamilyThatBothEndsHave() {
    policy(
        "web",
        """
        {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}
        """);
    assertThat(explain("other/client", "shop/web", "80")).isEqualTo(1);
    assertThat(out.toString())
        .contains(
            "allowed: other/client (10.1.0.3, node node1) -> shop/web (10.1.0.1, node node1), 80/tcp\n",
            "\ndenied: other/client (fd00::3, node node1) -> shop/web (fd00::1, node node1), 80/tcp\n");
  }

  @Test
  void asksTheTiersThatTheAgentEnforces() {
    policy("deny", "{\"podSelector\": {}}");
    adminPolicy();
    assertThat(explain("other/client", "shop/db", "80")).isEqualTo(1);
    assertThat(out.toString())
        .contains(
            "note: 1 policy of the tier Admin is not asked, since --admin-network-policy is off\n");

    assertThat(explain("other/client", "shop/db", "80", "--admin-network-policy")).isZero();
    assertThat(out.toString())
        .contains("Admin          Accept  rules, ingress[0] (web)\n")
        .doesNotContain("is not asked, since --");

    agent.close();
    agent = agent(/* enabled= */ true, /* adminTier= */ true);
    assertThat(explain("other/client", "shop/db", "80")).isZero();
    assertThat(out.toString())
        .contains("Admin          Accept  rules, ingress[0] (web)\n")
        .doesNotContain("is not asked, since --", "no agent");
    assertThat(explain("other/client", "shop/db", "80", "--admin-network-policy=false"))
        .as("the flag of the command decides")
        .isEqualTo(1);

    agent.close();
    agent = agent(/* enabled= */ false, /* adminTier= */ true);
    assertThat(explain("other/client", "shop/db", "80")).isZero();
    assertThat(out.toString())
        .contains(
            "note: 1 policy of the tier Admin is not asked, since --admin-network-policy is off\n",
            "note: 1 policy of the tier NetworkPolicy is not asked, since --network-policy is off\n");
  }

  @Test
  void saysThatNoAgentAnswers() throws Exception {
    policy("deny", "{\"podSelector\": {}}");
    adminPolicy();
    String address = "127.0.0.1:" + agent.address().getPort();
    agent.close();
    assertThat(explain("other/client", "shop/db", "80")).isEqualTo(1);
    assertThat(out.toString())
        .contains(
            "note: 1 policy of the tier Admin is not asked, since --admin-network-policy is off\n")
        .contains(
            "note: no agent of this node says which tiers it enforces, so flags and defaults do: "
                + address
                + ": Connection refused\n");
    assertThat(
            explain(
                "other/client",
                "shop/db",
                "80",
                "--network-policy",
                "--admin-network-policy",
                "--baseline-admin-network-policy=false"))
        .as("%s", err)
        .isZero();
    assertThat(out.toString()).doesNotContain("no agent");

    Status older = new Status("older");
    agent = new StatusServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), older);
    agent.start();
    assertThat(explain("other/client", "shop/db", "80")).isEqualTo(1);
    assertThat(out.toString()).contains(": no metric of that\n");
  }

  /** As the agent, which has the same rights, goes without these policies. */
  @Test
  void answersWithoutTheRightToListClusterNetworkPolicies() {
    policy("deny", "{\"podSelector\": {}}");
    server.refuse("/apis/policy.networking.k8s.io", 403);
    assertThat(explain("other/client", "shop/db", "80")).isEqualTo(1);
    assertThat(out.toString())
        .contains(
            "note: ClusterNetworkPolicies are not asked: no list of ClusterNetworkPolicies from")
        .contains(": status 403");
  }

  @Test
  void writesJson() throws Exception {
    policy("deny", "{\"podSelector\": {}}");
    assertThat(explain("other/client", "shop/db", "80", "-o", "json")).isEqualTo(1);
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.path("allowed").isBoolean()).isTrue();
    assertThat(json.path("allowed").asBoolean()).isFalse();
    JsonNode connection = json.at("/connections/0");
    assertThat(connection.path("source"))
        .hasToString("{\"address\":\"10.1.0.3\",\"pod\":\"other/client\",\"node\":\"node1\"}");
    assertThat(connection.path("protocol").asText()).isEqualTo("tcp");
    assertThat(connection.path("port").asInt()).isEqualTo(80);
    assertThat(connection.at("/directions/0/allowed").asBoolean()).isTrue();
    assertThat(connection.at("/directions/1/direction").asText()).isEqualTo("ingress");
    assertThat(connection.at("/directions/1/tiers/1"))
        .hasToString(
            "{\"tier\":\"NetworkPolicy\",\"decision\":\"Deny\",\"selecting\":[\"shop/deny\"],"
                + "\"policies\":[\"shop/deny\"],\"reason\":\"default deny of shop/deny\"}");
  }

  @Test
  void knowsTheNodesOwnAddresses() {
    policy("deny", "{\"podSelector\": {}}");
    thisNode = "node1";
    assertThat(explain("192.0.2.1", "shop/db", "80")).isZero();
    assertThat(out.toString()).contains("its own node always reaches a pod");
    assertThat(explain("127.0.0.1", "shop/db", "80")).as("an address of this machine").isZero();
    assertThat(explain("other/host", "shop/db", "80")).isZero();
    assertThat(out.toString())
        .contains(
            "note: pod other/host is in the network of its node, so that no policy selects it");
    assertThat(explain("198.51.100.7", "192.0.2.1", "80")).isZero();
    assertThat(out.toString()).contains("neither end is a pod that policies are about");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "shop/nobody  | shop/db    | 80     | there is no pod shop/nobody",
        "shop/db      | shelf/db   | 80     | there is no namespace shelf, and so no pod shelf/db",
        "other/done   | shop/db    | 80     | pod other/done has ended (succeeded), its addresses may be another pod's",
        "other/new    | shop/db    | 80     | pod other/new has no address yet",
        "shop/db      | fd00::1    | 80     | shop/db and fd00::1 have no address of the same family",
        "client       | shop/db    | 80     | 'client' is neither a pod, as NAMESPACE/NAME, nor an IP address",
        "shop/db      | shop/web   | ftp    | pod shop/web has no tcp port that is called 'ftp'",
        "shop/db      | shop/web   | http/udp | pod shop/web has no udp port that is called 'http'",
        "shop/db      | 192.0.2.9  | http   | port 'http' is a name, and the destination is no pod",
      })
  void namesWhatIsNotThere(String from, String to, String port, String message) {
    assertThat(explain(from, to, port)).isEqualTo(2);
    assertThat(err.toString()).isEqualTo("kindnetd: " + message + "\n");
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "80/icmp | invalid value \"80/icmp\" for flag -port: protocol 'icmp' is not tcp, udp or sctp",
        "0       | invalid value \"0\" for flag -port: not a port such as 80/tcp, 53/udp or http/tcp, and not icmp",
        "65536   | invalid value \"65536\" for flag -port: not a port such as 80/tcp, 53/udp or http/tcp, and not icmp",
        "/tcp    | invalid value \"/tcp\" for flag -port: not a port such as 80/tcp, 53/udp or http/tcp, and not icmp",
      })
  void refusesWhatIsNoPort(String port, String message) {
    assertThat(explain("shop/db", "shop/web", port)).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo("kindnetd: " + message + "\nkindnetd policy explain --help shows all flags\n");
  }

  @Test
  void saysWhatIsWrongWithItsFlags() {
    assertThat(run("policy", "explain", "--from=a/b", "--to=c/d")).isEqualTo(2);
    assertThat(err.toString()).startsWith("kindnetd: Missing required option: '--port=PORT'");
    assertThat(explain("shop/db", "shop/web", "80", "--cni-socket=x")).isEqualTo(2);
    assertThat(err.toString()).startsWith("kindnetd: flag provided but not defined: -cni-socket\n");
    assertThat(explain("shop/db", "shop/web", "80", "-o", "yaml")).isEqualTo(2);
    assertThat(err.toString()).startsWith("kindnetd: invalid value \"yaml\" for flag -o: ");
    assertThat(run("policy", "forget")).isEqualTo(2);
    assertThat(run("policy")).isEqualTo(2);
    assertThat(err.toString()).contains("explain");
  }

  @Test
  void saysThatTheApiServerDoesNotAnswer() {
    server.refuse("/apis/networking.k8s.io", 403);
    assertThat(explain("shop/db", "shop/web", "80")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("kindnetd: no list of NetworkPolicies from http://127.0.0.1:")
        .contains(": status 403");
  }

  @Test
  void showsHelp() {
    assertThat(run("policy", "explain", "--help")).isZero();
    assertThat(out.toString())
        .contains(
            "kindnetd policy explain --from POD|IP --to POD|IP --port PORT",
            "the connection is allowed",
            "--kubeconfig=FILE");
    assertThat(run("policy", "-h")).isZero();
    assertThat(out.toString()).contains("explain", "whether network policies let a connection");
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("policy explain --from POD|IP", "--metrics-bind-address");
  }
}
