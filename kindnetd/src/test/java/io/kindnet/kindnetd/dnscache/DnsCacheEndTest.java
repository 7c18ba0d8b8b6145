package io.kindnet.kindnetd.dnscache;

import static io.kindnet.kindnetd.dnscache.Answers.query;
import static io.kindnet.kindnetd.dnscache.Answers.records;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVER_V4;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVICE_V4;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.JavaProcess;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Type;

/** The cache goes while pods ask. */
@NetworkNamespaces
@Tag("tproxy")
class DnsCacheEndTest {
  private static final Duration DEADLINE = Deadlines.scaled(Duration.ofSeconds(60));
  private static final int PER_SECOND = 10_000;

  private final DnsNode node;
  private final Namespace host;
  private final AtomicInteger asked = new AtomicInteger();
  private ScriptedServer server;

  DnsCacheEndTest(Namespace host, Namespace pod, Namespace outside) {
    this.host = host;
    this.node = new DnsNode(host, pod, outside, /* bridged= */ false);
  }

  @BeforeEach
  void startServer() {
    server = node.server(SERVER_V4);
    server.script(query -> {
      asked.incrementAndGet();
      query.answer(DnsLoad.answer(query.bytes()));
    });
  }

  @AfterEach
  void end() throws IOException {
    node.close();
    server.close();
  }

  private void awaitIntercepted() {
    Eventually.within(
        DEADLINE, () -> assertThat(node.table()).contains("elements = { 10.96.0.10 }"));
  }

  private static void awaitAnswers(DnsLoad load, int more) {
    long before = load.answered();
    Eventually.within(DEADLINE, () -> assertThat(load.answered()).isGreaterThan(before + more));
  }

  @Test
  void losesNothingWhenItStops() throws Exception {
    DnsCacheAgent agent =
        node.start(node.agent(new FixedNameServers(SERVICE_V4), /* byPolicies= */ false));
    awaitIntercepted();
    try (DnsLoad load = new DnsLoad(node.client(), SERVICE_V4, PER_SECOND)) {
      awaitAnswers(load, PER_SECOND);
      assertThat(asked.get()).as("most come from the cache").isLessThan(PER_SECOND / 2);

      agent.close();

      awaitAnswers(load, PER_SECOND / 2);
      load.stop();
      Eventually.within(DEADLINE, () -> assertThat(load.unanswered()).isZero());
      assertThat(load.sent()).isEqualTo(load.answered());
    }
  }

  /**
   * What waits in its sockets is lost, and answered at the first retry; what comes later is not.
   */
  @Test
  void losesNoMoreThanWhatItHadWhenItIsKilled() throws Exception {
    Process process =
        host.start(JavaProcess.command(DnsCacheProcess.class, "10.96.0.10").toArray(String[]::new));
    try {
      awaitIntercepted();
      try (DnsLoad load = new DnsLoad(node.client(), SERVICE_V4, PER_SECOND)) {
        awaitAnswers(load, PER_SECOND);
        assertThat(asked.get()).as("most come from the cache").isLessThan(PER_SECOND / 2);

        process.destroyForcibly().waitFor();
        long sentBefore = load.sent();

        awaitAnswers(load, PER_SECOND / 2);
        load.stop();
        Eventually.within(
            DEADLINE, () -> assertThat(load.lastUnanswered()).isLessThanOrEqualTo(sentBefore));
        load.retry();
        Eventually.within(DEADLINE, () -> assertThat(load.unanswered()).isZero());
        assertThat(load.sent()).isEqualTo(load.answered());
      }
      assertThat(node.table()).contains("elements = { 10.96.0.10 }");
    } finally {
      process.destroyForcibly().onExit().join();
    }
  }

  @Test
  void answersWhatHasBegunOverTcpWhenItStops() throws Exception {
    DnsCacheAgent agent =
        node.start(node.agent(new FixedNameServers(SERVICE_V4), /* byPolicies= */ false));
    awaitIntercepted();
    DnsClient client = node.client();
    try (Socket connection = client.connect(SERVICE_V4)) {
      DnsClient.askOverTcp(connection, query("a.example.", Type.A));
      AtomicInteger late = new AtomicInteger();
      server.script(query ->
          Thread.ofVirtual()
              .start(() -> {
                // as late as a server that has to ask others
                LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
                late.incrementAndGet();
                query.answer(records(query.message(), 60, "192.0.2.2"));
              }));
      Thread closing = Thread.ofPlatform().unstarted(agent::close);
      assertThat(
              DnsClient.askOverTcp(connection, query("late.example.", Type.A), closing::start)
                  .getRcode())
          .isZero();
      closing.join();
      assertThat(late).hasPositiveValue();
    }
    client.askOverTcp(SERVICE_V4, query("later.example.", Type.A));
  }
}
