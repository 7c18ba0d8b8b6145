package io.kindnet.kindnetd.dnscache.resolver;

import static io.kindnet.kindnetd.dnscache.Answers.extended;
import static io.kindnet.kindnetd.dnscache.Answers.negative;
import static io.kindnet.kindnetd.dnscache.Answers.query;
import static io.kindnet.kindnetd.dnscache.Answers.records;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.dnscache.ScriptedServer;
import io.kindnet.kindnetd.dnscache.resolver.ResolverFixture.Client;
import io.kindnet.netlink.testing.Eventually;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Servers that do not answer, or not in time. */
class SilentServerTest extends ResolverTestCase {
  /** Long enough for an answer on a busy machine: what has to come must come within it. */
  private static final Duration DEADLINE = Duration.ofMillis(1500);

  SilentServerTest() {
    super(DEADLINE);
  }

  @Test
  void aLostDatagramIsSentAgainFromAnotherPort() throws Exception {
    ResolverFixture patient = new ResolverFixture(Duration.ofSeconds(20));
    try (patient) {
      NameServer slow = patient.add(server.address());
      Client client = patient.ask(slow, query("www.example.", Type.A));
      ScriptedServer.Asked lost = server.next();
      ScriptedServer.Asked next = server.next();
      while (next.message().getQuestion().getType() != Type.A) {
        next = server.next(); // whether it answers at all
      }
      assertThat(next.from()).isNotEqualTo(lost.from());
      assertThat(next.message().getHeader().getID())
          .isNotEqualTo(lost.message().getHeader().getID());
      // the answer to the first one is as good
      lost.answer(records(lost.message(), 30, "192.0.2.1"));
      assertThat(client.answer().getSection(Section.ANSWER)).hasSize(1);
      assertThat(patient.resolver().statistics().servers().getFirst().questions()).isEqualTo(1);
    }
  }

  @Test
  void whatIsNotAnsweredIsDeclinedInTime() throws Exception {
    server.script(asked -> {});
    long start = System.nanoTime();
    Client client = fixture.ask(name, query("www.example.", Type.A));
    client.assertDeclined();
    assertThat(System.nanoTime() - start).isGreaterThan(DEADLINE.toNanos() - 1);
    ServerStatistics statistics = fixture.resolver().statistics().servers().getFirst();
    assertThat(statistics.timeouts()).isEqualTo(1);
    assertThat(statistics.answers()).isFalse();
    assertThat(fixture.heard()).containsExactly("silent");
    // others need not wait as long
    start = System.nanoTime();
    fixture.ask(name, query("ww2.example.", Type.A)).assertDeclined();
    assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(30));
  }

  @Test
  void anAnswerThatComesTooLateIsNotUsed() throws Exception {
    Client client = fixture.ask(name, query("www.example.", Type.A));
    ScriptedServer.Asked asked = server.next();
    client.assertDeclined();
    asked.answer(records(asked.message(), 30, "192.0.2.1"));
    Eventually.within(
        ResolverFixture.LONG,
        () ->
            assertThat(fixture.resolver().statistics().servers().getFirst().discarded())
                .isPositive());
    assertThat(client.answers()).isZero();
    assertThat(fixture.cached(name, query("www.example.", Type.A))).isNull();
  }

  @Test
  void oneSlowNameDoesNotMakeTheServerSilent() throws Exception {
    server.script(asked -> {
      if (!asked.message().getQuestion().getName().toString().startsWith("slow")) {
        asked.answer(records(asked.message(), 30, "192.0.2.1"));
      }
    });
    fixture.ask(name, query("www.example.", Type.A)).answer();
    for (int i = 0; i < 3; i++) {
      fixture.ask(name, query("slow" + i + ".example.", Type.A)).assertDeclined();
    }
    assertThat(name.answers()).isTrue();
    assertThat(fixture.heard()).isEmpty();
  }

  @Test
  void whatHasExpiredIsUsedWhileTheServerIsSilent() throws Exception {
    server.script(asked -> asked.answer(records(asked.message(), 60, "192.0.2.1")));
    Message query = extended("www.example.", Type.A, 1232, 0);
    fixture.ask(name, query).answer();
    server.script(asked -> asked.answer(negative(asked.message(), Rcode.NXDOMAIN, 60)));
    fixture.ask(name, query("absent.example.", Type.A)).answer();
    fixture.passSeconds(61);
    // not yet: it is asked first
    server.script(asked -> {});
    assertThat(fixture.cached(name, query)).isNull();
    Message stale = fixture.ask(name, query).answer();
    assertThat(stale.getSection(Section.ANSWER).getFirst().getTTL()).isEqualTo(30);
    assertThat(stale.getOPT().getOptions()).containsExactly(new ExtendedErrorCodeOption(3));

    // at once, as long as the server is silent
    Eventually.within(ResolverFixture.LONG, () -> assertThat(name.answers()).isFalse());
    assertThat(fixture.cached(name, query)).isNotNull();
    assertThat(fixture.hit(name, query("absent.example.", Type.A)).getRcode())
        .isEqualTo(Rcode.NXDOMAIN);
    assertThat(fixture.resolver().statistics().stale()).isEqualTo(3);
    // for an hour
    fixture.passSeconds(3600);
    assertThat(fixture.cached(name, query)).isNull();
    fixture.ask(name, query).assertDeclined();
  }

  @Test
  void aServerThatAnswersAgainIsAskedAgain() throws Exception {
    server.script(asked -> {});
    fixture.ask(name, query("www.example.", Type.A)).assertDeclined();
    Eventually.within(
        ResolverFixture.LONG, () -> assertThat(fixture.heard()).containsExactly("silent"));
    server.script(asked -> asked.answer(records(asked.message(), 30, "192.0.2.1")));
    // nobody has to ask for that
    Eventually.within(
        ResolverFixture.LONG,
        () -> assertThat(fixture.heard()).containsExactly("silent", "answers"));
    assertThat(fixture.ask(name, query("www.example.", Type.A)).answer()).isNotNull();
  }

  @Test
  void whereNobodyListensTheClientDoesNotWait() throws Exception {
    ResolverFixture patient = new ResolverFixture(Duration.ofMinutes(10));
    try (patient) {
      NameServer nobody = patient.add(address(server));
      server.close();
      Client client = patient.ask(nobody, query("www.example.", Type.A));
      client.assertDeclined();
      Eventually.within(ResolverFixture.LONG, () -> assertThat(nobody.answers()).isFalse());
    }
  }

  @Test
  void oneServerDoesNotHoldUpAnother() throws Exception {
    ScriptedServer good = ScriptedServer.start();
    try (good) {
      good.script(asked -> asked.answer(records(asked.message(), 0, "192.0.2.1")));
      server.script(asked -> {});
      NameServer other = fixture.add(good.address());
      fixture.ask(name, query("www.example.", Type.A));
      for (int i = 0; i < 100; i++) {
        fixture.ask(other, query("n" + i + ".example.", Type.A)).answer();
      }
      assertThat(other.answers()).isTrue();
    }
  }

  @Test
  void overTcpNobodyWaitsForeverEither() throws Exception {
    Client client =
        fixture.ask(
            name,
            io.kindnet.kindnetd.dnscache.wire.Transport.TCP,
            query("example.", Type.AXFR).toWire());
    assertThat(server.next().overTcp()).isTrue();
    client.assertDeclined();
  }

  private static InetSocketAddress address(ScriptedServer server) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), server.address().getPort());
  }
}
