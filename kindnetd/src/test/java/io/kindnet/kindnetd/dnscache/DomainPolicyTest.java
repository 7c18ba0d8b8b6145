package io.kindnet.kindnetd.dnscache;

import static io.kindnet.kindnetd.dnscache.Answers.query;
import static io.kindnet.kindnetd.dnscache.Answers.records;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVICE_V4;
import static io.kindnet.kindnetd.dnscache.DomainPolicyNode.DEADLINE;
import static io.kindnet.kindnetd.dnscache.DomainPolicyNode.allowlist;
import static io.kindnet.kindnetd.dnscache.DomainPolicyNode.assertAlive;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.MetricsPage;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Pods reach the addresses of domain names that policies let them reach, from their answer on. */
@NetworkNamespaces
@Tag("tproxy")
class DomainPolicyTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofSeconds(6);
  private static final int TTL = 300;

  private final Namespace host;
  private final Namespace pod;
  private final Namespace outside;

  @SuppressWarnings("NullAway.Init") // each test begins with it
  private DomainPolicyNode node;

  DomainPolicyTest(Namespace host, Namespace pod, Namespace outside) {
    this.host = host;
    this.pod = pod;
    this.outside = outside;
  }

  private void start(Duration grace) {
    node = new DomainPolicyNode(host, pod, outside, grace);
    node.server.script(query -> query.answer(answer(query.message(), TTL)));
  }

  /** The name {@code a7.example.} has {@code 203.0.113.7} and {@code 2001:db8:1::7}. */
  private static Message answer(Message query, int ttl) {
    String number = query.getQuestion().getName().getLabelString(0).replaceAll("\\D", "");
    return records(
        query,
        ttl,
        query.getQuestion().getType() == Type.A ? "203.0.113." + number : "2001:db8:1::" + number);
  }

  @AfterEach
  void end() throws IOException {
    node.close();
  }

  private Message ask(String name, int type) throws IOException {
    return node.node.client().ask(SERVICE_V4, query(name, type));
  }

  private void assertInSet(String address) {
    assertThat(node.policyTable()).contains(address + " timeout");
  }

  /** Not one packet is dropped, a hundred times. */
  @Test
  void letsTheFirstPacketAfterTheAnswerThrough() throws IOException {
    start(LONG);
    node.enforce(allowlist("*.example"));

    for (int i = 1; i <= 50; i++) {
      ask("a" + i + ".example.", Type.A);
      node.connect("203.0.113." + i).close();
      node.node.client().askOverTcp(SERVICE_V4, query("b" + i + ".example.", Type.AAAA));
      node.connect("2001:db8:1::" + i).close();
    }

    assertThat(node.denied()).isZero();
    assertThat(MetricsPage.of(node.status))
        .contains("kindnet_network_policy_domain_addresses 100.0");
  }

  @Test
  void letsNothingThroughThatNoAnswerHasGiven() throws IOException {
    start(LONG);
    node.enforce(allowlist("*.example", "a9.test"));

    assertThat(node.connects("203.0.113.7")).as("nobody has asked").isFalse();
    ask("a7.example.org.", Type.A);
    assertThat(node.connects("203.0.113.7")).as("of a name that is not meant").isFalse();
    assertThat(node.denied()).isPositive();
    ask("a7.example.", Type.A);
    ask("a8.b.c.example.", Type.A);
    ask("A9.Test.", Type.A);
    for (int i = 7; i <= 9; i++) {
      assertThat(node.connects("203.0.113." + i)).isTrue();
      assertThat(node.connects("2001:db8:1::" + i)).as("the other family").isFalse();
    }
  }

  @Test
  void endsWithTheAnswerButNotForConnections() throws IOException {
    start(SHORT);
    node.server.script(query -> query.answer(answer(query.message(), 1)));
    node.enforce(allowlist("a7.example"));
    ask("a7.example.", Type.A);
    try (Socket connection = node.connect("203.0.113.7")) {
      Eventually.within(DEADLINE, () -> assertThat(node.connects("203.0.113.7")).isFalse());
      assertAlive(connection);

      ask("a7.example.", Type.A);
      assertThat(node.connects("203.0.113.7")).as("asked again").isTrue();
      assertAlive(connection);
    }
    assertThat(MetricsPage.of(node.status))
        .contains("kindnet_repairs_total{agent=\"network-policy\"} 0.0");
  }

  /** Of a name that is an alias the addresses count, and not the names that it leads to. */
  @Test
  void followsAliases() throws IOException {
    start(LONG);
    node.server.script(query -> {
      Message answer = Answers.empty(query.message(), 0);
      Name asked = query.message().getQuestion().getName();
      Name target = Name.fromConstantString("a7.cdn.test.");
      Answers.add(answer, Section.ANSWER, asked, Type.CNAME, TTL, "a7.cdn.test.");
      Answers.add(answer, Section.ANSWER, target, Type.A, TTL, "203.0.113.7");
      query.answer(answer);
    });
    node.enforce(allowlist("*.cdn.test"));
    ask("www.example.", Type.A);
    assertThat(node.connects("203.0.113.7")).isFalse();

    node.enforce(allowlist("www.example"));
    ask("www.example.", Type.A);
    assertThat(node.connects("203.0.113.7")).isTrue();
  }

  @Test
  void knowsWhatPodsWereToldBeforeThePolicyCame() throws IOException {
    start(LONG);
    ask("a7.example.", Type.A);
    node.enforce(allowlist("a7.example"));

    node.connect("203.0.113.7").close();
    assertThat(node.denied()).isZero();
    assertThat(DnsNode.questions(node.status)).isEqualTo(1);
  }

  /** Pods go on, and need not ask again. */
  @Test
  void staysWhenPoliciesChange() throws IOException {
    start(LONG);
    node.enforce(allowlist("a7.example"));
    ask("a7.example.", Type.A);
    ask("a8.example.", Type.A);
    try (Socket connection = node.connect("203.0.113.7")) {
      node.enforce(allowlist("a7.example", "a8.example"));
      assertAlive(connection);
      node.connect("203.0.113.7").close();
      node.connect("203.0.113.8").close();

      node.enforce(allowlist("a8.example"));
      assertThat(node.connects("203.0.113.7")).isFalse();
      assertThat(node.connects("203.0.113.8")).isTrue();
    }
    node.policies.remove(DomainPolicyNode.POLICY);
    Eventually.within(DEADLINE, () -> assertThat(node.policyTable()).doesNotContain("names-"));
    ask("a9.example.", Type.A);
    assertThat(node.connects("203.0.113.9")).isTrue();
    node.enforce(allowlist("*.example"));
    for (int i = 7; i <= 9; i++) {
      assertThat(node.connects("203.0.113." + i)).as("still cached").isTrue();
    }
  }

  @Test
  void staysWhenKindnetdIsStartedAgain() throws IOException {
    start(LONG);
    node.enforce(allowlist("a7.example", "*.other"));
    ask("a7.example.", Type.A);
    try (Socket connection = node.connect("203.0.113.7")) {
      node.stop();
      assertAlive(connection);
      assertThat(node.connects("203.0.113.7")).isTrue();
      node.start();
      assertAlive(connection);
      assertThat(node.connects("203.0.113.7")).isTrue();
      assertInSet("203.0.113.7");
      ask("a7.example.", Type.A);
      assertThat(node.connects("203.0.113.7")).isTrue();
    }
    assertThat(MetricsPage.of(node.status))
        .contains(
            "kindnet_repairs_total{agent=\"network-policy\"} 0.0",
            "kindnet_network_policy_domain_addresses 1.0");
  }

  @Test
  void isPutBackWhenOthersTakeItAway() throws IOException {
    start(LONG);
    node.enforce(allowlist("a7.example"));
    ask("a7.example.", Type.A);
    try (Socket connection = node.connect("203.0.113.7")) {
      String table = Nft.ruleset(host);
      String set = table.replaceAll("(?s).*set (names-\\w+-v4).*", "$1");
      host.run("nft", "flush", "set", "inet", "kindnet-network-policies", set);
      Eventually.within(DEADLINE, () -> assertInSet("203.0.113.7"));
      assertThat(node.connects("203.0.113.7")).isTrue();

      host.run("nft", "delete", "table", "inet", "kindnet-network-policies");
      Eventually.within(DEADLINE, () -> assertInSet("203.0.113.7"));
      assertThat(node.connects("203.0.113.7")).isTrue();
      assertAlive(connection);

      host.run(
          "nft",
          "add element inet kindnet-network-policies " + set + " { 203.0.113.8 timeout 1h }");
      Eventually.within(
          DEADLINE, () -> assertThat(node.policyTable()).doesNotContain("203.0.113.8"));
      assertThat(node.connects("203.0.113.8")).isFalse();
    }
  }

  /** What the cache passes on as it is, because it does not know what it means. */
  @Test
  void seesAnswersThatArePassedOn() throws IOException {
    start(LONG);
    node.enforce(allowlist("a7.example"));
    Message query = query("a7.example.", Type.A);
    query.addRecord(
        new OPTRecord(1232, 0, 0, 0, new GenericEDNSOption(65001, new byte[] {1})),
        Section.ADDITIONAL);

    node.node.client().ask(SERVICE_V4, query);

    node.connect("203.0.113.7").close();
    assertThat(node.denied()).isZero();
  }

  /** A pod must not be believed by way of a server that sends back what it got. */
  @Test
  void doesNotBelieveWhatAPodHasSentItself() throws IOException {
    start(LONG);
    node.server.script(query -> {
      byte[] echo = query.bytes();
      echo[2] |= (byte) 0x80;
      query.answer(echo);
    });
    node.enforce(allowlist("a7.example"));
    Message forged = query("a7.example.", Type.A);
    Name name = Name.fromConstantString("a7.example.");
    Answers.add(forged, Section.ANSWER, name, Type.A, TTL, "203.0.113.7");

    Message answer = node.node.client().ask(SERVICE_V4, forged);

    assertThat(answer.getSection(Section.ANSWER)).hasSize(1);
    assertThat(node.connects("203.0.113.7")).isFalse();
  }

  /** A silent server's answers live on, and so do their addresses. */
  @Test
  void letsPodsUseAnswersThatHaveExpired() throws IOException {
    start(SHORT);
    node.server.script(query -> query.answer(answer(query.message(), 1)));
    node.enforce(allowlist("a7.example"));
    ask("a7.example.", Type.A);
    node.server.script(query -> {});
    Eventually.within(DEADLINE, () -> assertThat(node.connects("203.0.113.7")).isFalse());

    ask("a7.example.", Type.A);

    assertThat(node.connects("203.0.113.7")).isTrue();
  }
}
