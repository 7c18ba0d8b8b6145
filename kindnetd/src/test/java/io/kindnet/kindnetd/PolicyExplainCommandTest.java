package io.kindnet.kindnetd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kindnetd.status.StatusServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** What {@code kindnetd policy explain} answers. */
class PolicyExplainCommandTest extends PolicyExplainTestCase {
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
}
