package io.kindnet.kindnetd.dnscache.resolver;

import static io.kindnet.kindnetd.dnscache.Answers.empty;
import static io.kindnet.kindnetd.dnscache.Answers.extended;
import static io.kindnet.kindnetd.dnscache.Answers.negative;
import static io.kindnet.kindnetd.dnscache.Answers.query;
import static io.kindnet.kindnetd.dnscache.Answers.records;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.dnscache.ScriptedServer;
import io.kindnet.kindnetd.dnscache.resolver.ResolverFixture.Client;
import io.kindnet.kindnetd.dnscache.wire.AnswerKind;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What clients get of a server that answers, and what the server is asked for it. */
class ResolverTest extends ResolverTestCase {
  ResolverTest() {
    super(ResolverFixture.LONG);
  }

  @Test
  void theSecondIsAnsweredFromTheCache() throws Exception {
    Message first = query("www.example.", Type.A);
    Client client = fixture.ask(name, first);
    ScriptedServer.Asked asked = server.next();
    asked.answer(records(asked.message(), 30, "192.0.2.1"));
    assertThat(client.answer().getSection(Section.ANSWER)).hasSize(1);

    fixture.passSeconds(10);
    Message second = query("wWw.eXample.", Type.A);
    Message answer = fixture.ask(name, second).answer();
    assertThat(answer.getHeader().getID()).isEqualTo(second.getHeader().getID());
    assertThat(answer.getQuestion().getName().toString()).isEqualTo("wWw.eXample.");
    assertThat(answer.getSection(Section.ANSWER).getFirst().getTTL()).isEqualTo(20);
    assertThat(answer.getSection(Section.ANSWER).getFirst().rdataToString()).isEqualTo("192.0.2.1");
    assertThat(server.waiting()).isZero();

    fixture.passSeconds(20);
    Client third = fixture.ask(name, query("www.example.", Type.A));
    ScriptedServer.Asked again = server.next();
    again.answer(records(again.message(), 30, "192.0.2.2"));
    assertThat(third.answer().getSection(Section.ANSWER).getFirst().rdataToString())
        .isEqualTo("192.0.2.2");
    ResolverStatistics statistics = fixture.resolver().statistics();
    assertThat(statistics.hits().get(AnswerKind.RECORDS)).isEqualTo(1);
    assertThat(statistics.misses()).isEqualTo(2);
    assertThat(statistics.servers().getFirst().questions()).isEqualTo(2);
    assertThat(statistics.servers().getFirst().answered()).isEqualTo(2);
  }

  @Test
  void theServerIsAskedOnceHoweverManyWait() throws Exception {
    List<Client> clients = new ArrayList<>();
    List<Message> queries = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Message query =
          i % 2 == 0
              ? query(i % 3 == 0 ? "WWW.example." : "www.example.", Type.A)
              : extended("www.EXAMPLE.", Type.A, 1232, 0);
      queries.add(query);
      clients.add(fixture.ask(name, query));
    }
    ScriptedServer.Asked asked = server.next();
    assertThat(asked.message().getOPT().getPayloadSize()).isEqualTo(1232);
    asked.answer(records(asked.message(), 0, "192.0.2.1"));
    for (int i = 0; i < clients.size(); i++) {
      Message answer = clients.get(i).answer();
      Message query = queries.get(i);
      assertThat(answer.getHeader().getID()).isEqualTo(query.getHeader().getID());
      assertThat(answer.getQuestion().getName().toString())
          .isEqualTo(query.getQuestion().getName().toString());
      assertThat(answer.getOPT() != null).isEqualTo(query.getOPT() != null);
      assertThat(answer.getSection(Section.ANSWER)).hasSize(1);
    }
    assertThat(server.waiting()).isZero();
    // the TTL was 0
    fixture.ask(name, query("www.example.", Type.A));
    server.next();
  }

  @Test
  void negativeAnswersAreCached() throws Exception {
    Client noName = fixture.ask(name, query("absent.example.", Type.A));
    ScriptedServer.Asked asked = server.next();
    asked.answer(negative(asked.message(), Rcode.NXDOMAIN, 30));
    assertThat(noName.answer().getRcode()).isEqualTo(Rcode.NXDOMAIN);
    Client noData = fixture.ask(name, query("www.example.", Type.AAAA));
    asked = server.next();
    asked.answer(negative(asked.message(), Rcode.NOERROR, 30));
    assertThat(noData.answer().getRcode()).isEqualTo(Rcode.NOERROR);

    fixture.passSeconds(29.5);
    Message again = fixture.hit(name, query("absent.example.", Type.A));
    assertThat(again.getRcode()).isEqualTo(Rcode.NXDOMAIN);
    assertThat(again.getSection(Section.AUTHORITY).getFirst().getTTL()).isEqualTo(1);
    assertThat(fixture.hit(name, query("www.example.", Type.AAAA)).getRcode())
        .isEqualTo(Rcode.NOERROR);
    assertThat(fixture.resolver().cached("WWW.example"))
        .containsExactly(
            new CachedAnswer(
                server.address(), "www.example.", Type.AAAA, AnswerKind.NO_DATA, 0, 1));
    fixture.passSeconds(0.6);
    assertThat(fixture.cached(name, query("absent.example.", Type.A))).isNull();
    assertThat(fixture.cached(name, query("www.example.", Type.AAAA))).isNull();
  }

  @Test
  void aFailureIsToldAndKeptForASecond() throws Exception {
    Client client = fixture.ask(name, query("www.example.", Type.A));
    ScriptedServer.Asked asked = server.next();
    asked.answer(empty(asked.message(), Rcode.SERVFAIL));
    assertThat(client.answer().getRcode()).isEqualTo(Rcode.SERVFAIL);
    assertThat(fixture.hit(name, query("www.example.", Type.A)).getRcode())
        .isEqualTo(Rcode.SERVFAIL);
    fixture.passSeconds(1.1);
    assertThat(fixture.cached(name, query("www.example.", Type.A))).isNull();
    assertThat(fixture.resolver().statistics().servers().getFirst().failures()).isEqualTo(1);
  }

  @Test
  void whatDoesNotFitIsAskedOverOneConnection() throws Exception {
    String[] many = new String[200];
    for (int i = 0; i < many.length; i++) {
      many[i] = "192.0.2." + i;
    }
    server.script(asked -> {
      if (asked.overTcp()) {
        asked.answer(records(asked.message(), 30, many));
      } else {
        Message truncated = records(asked.message(), 30, "192.0.2.0");
        truncated.getHeader().setFlag(Flags.TC);
        asked.answer(truncated);
      }
    });
    for (int i = 0; i < 20; i++) {
      Message small = fixture.ask(name, query("n" + i + ".example.", Type.A)).answer();
      assertThat(small.getHeader().getFlag(Flags.TC)).isTrue();
      // what fits into 512 octets, for clients that know no TCP
      assertThat(small.getSection(Section.ANSWER)).hasSizeGreaterThan(20);
      Message large = fixture.ask(name, extended("n" + i + ".example.", Type.A, 4096, 0)).answer();
      assertThat(large.getHeader().getFlag(Flags.TC)).isFalse();
      assertThat(large.getSection(Section.ANSWER)).hasSize(200);
      byte[] query = query("n" + i + ".example.", Type.A).toWire();
      assertThat(fixture.ask(name, Transport.TCP, query).answer().getSection(Section.ANSWER))
          .hasSize(200);
    }
    assertThat(server.connections()).isEqualTo(1);
    ServerStatistics statistics = fixture.resolver().statistics().servers().getFirst();
    assertThat(statistics.questions()).isEqualTo(20);
    assertThat(statistics.truncated()).isEqualTo(20);
  }

  @Test
  void answersOverTcpMayComeInAnyOrder() throws Exception {
    List<Client> clients = new ArrayList<>();
    List<ScriptedServer.Asked> overTcp = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      clients.add(fixture.ask(name, query("n" + i + ".example.", Type.A)));
      ScriptedServer.Asked asked = server.next();
      Message truncated = empty(asked.message(), 0);
      truncated.getHeader().setFlag(Flags.TC);
      asked.answer(truncated);
      overTcp.add(server.next());
    }
    assertThat(server.connections()).isBetween(1, 4);
    for (ScriptedServer.Asked asked : overTcp.reversed()) {
      asked.answer(records(asked.message(), 30, "192.0.2.1"));
    }
    for (int i = 0; i < clients.size(); i++) {
      Message answer = clients.get(i).answer();
      assertThat(answer.getQuestion().getName().toString()).isEqualTo("n" + i + ".example.");
      assertThat(answer.getSection(Section.ANSWER)).hasSize(1);
    }
  }

  @Test
  void aConnectionThatTheServerClosesIsMadeAgain() throws Exception {
    Client client = fixture.ask(name, query("www.example.", Type.A));
    ScriptedServer.Asked asked = server.next();
    Message truncated = empty(asked.message(), 0);
    truncated.getHeader().setFlag(Flags.TC);
    asked.answer(truncated);
    server.next().hangUp();
    ScriptedServer.Asked again = server.next();
    assertThat(again.overTcp()).isTrue();
    again.answer(records(again.message(), 30, "192.0.2.1"));
    assertThat(client.answer().getSection(Section.ANSWER)).hasSize(1);
  }

  @Test
  void withoutTcpTheClientGetsTheTruncatedAnswer() throws Exception {
    server.script(asked -> {
      try {
        if (asked.overTcp()) {
          asked.hangUp();
        } else {
          Message truncated = records(asked.message(), 30, "192.0.2.1");
          truncated.getHeader().setFlag(Flags.TC);
          asked.answer(truncated);
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    });
    Message answer = fixture.ask(name, query("www.example.", Type.A)).answer();
    assertThat(answer.getHeader().getFlag(Flags.TC)).isTrue();
    assertThat(answer.getSection(Section.ANSWER)).hasSize(1);
    assertThat(fixture.cached(name, query("www.example.", Type.A))).isNull();
  }

  @Test
  void aServerWithoutEdnsIsAskedWithout() throws Exception {
    server.script(asked -> {
      Message query = asked.message();
      if (query.getOPT() == null) {
        asked.answer(records(query, 30, "192.0.2.1"));
      } else {
        Message formatError = new Message(query.getHeader().getID());
        formatError.getHeader().setFlag(Flags.QR);
        formatError.getHeader().setRcode(Rcode.FORMERR);
        asked.answer(formatError);
      }
    });
    Message extended = extended("www.example.", Type.A, 1232, 0);
    Message answer = fixture.ask(name, extended).answer();
    assertThat(answer.getSection(Section.ANSWER)).hasSize(1);
    assertThat(answer.getOPT()).isNull();
    fixture.ask(name, query("two.example.", Type.A)).answer();
    // once with, and then without
    assertThat(fixture.resolver().statistics().servers().getFirst().questions()).isEqualTo(3);
  }

  @Test
  void whatIsNoAnswerToTheQuestionIsIgnored() throws Exception {
    Client client = fixture.ask(name, query("www.example.", Type.A));
    ScriptedServer.Asked asked = server.next();
    Message good = records(asked.message(), 30, "192.0.2.1");
    byte[] wrongId = good.toWire();
    wrongId[1]++;
    asked.answer(wrongId);
    asked.answer(records(query("ww2.example.", Type.A), 30, "192.0.2.66"));
    byte[] wrongType = good.toWire();
    wrongType[12 + 13 + 1] = Type.AAAA;
    asked.answer(wrongType);
    asked.answer(asked.bytes());
    asked.answer(new byte[0]);
    asked.answer(new byte[] {1});
    asked.answerFromElsewhere(records(asked.message(), 30, "192.0.2.66").toWire());
    asked.answer(good);
    asked.answer(records(asked.message(), 30, "192.0.2.66"));
    assertThat(client.answer().getSection(Section.ANSWER).getFirst().rdataToString())
        .isEqualTo("192.0.2.1");
    Eventually.within(
        ResolverFixture.LONG,
        () ->
            assertThat(fixture.resolver().statistics().servers().getFirst().discarded())
                .isGreaterThanOrEqualTo(5));
    assertThat(
            fixture
                .hit(name, query("www.example.", Type.A))
                .getSection(Section.ANSWER)
                .getFirst()
                .rdataToString())
        .isEqualTo("192.0.2.1");
    assertThat(client.answers()).isZero();
  }

  @Test
  void anAnswerWhoseCaseIsAnotherIsCheckedOverTcp() throws Exception {
    Client client = fixture.ask(name, query("wWw.eXAMPLe.", Type.A));
    ScriptedServer.Asked asked = server.next();
    Message lower = query("www.example.", Type.A);
    lower.getHeader().setID(asked.message().getHeader().getID());
    asked.answer(records(lower, 30, "192.0.2.66"));
    ScriptedServer.Asked overTcp = server.next();
    assertThat(overTcp.overTcp()).isTrue();
    lower.getHeader().setID(overTcp.message().getHeader().getID());
    overTcp.answer(records(lower, 30, "192.0.2.1"));
    Message answer = client.answer();
    assertThat(answer.getSection(Section.ANSWER).getFirst().rdataToString()).isEqualTo("192.0.2.1");
    assertThat(answer.getQuestion().getName().toString()).isEqualTo("wWw.eXAMPLe.");
  }

  @Test
  void portsAndIdsAreHardToGuess() throws Exception {
    Set<Object> ports = new HashSet<>();
    Set<Integer> ids = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      Client client = fixture.ask(name, query("n" + i + ".example.", Type.A));
      ScriptedServer.Asked asked = server.next();
      ports.add(asked.from());
      ids.add(asked.message().getHeader().getID());
      asked.answer(records(asked.message(), 30, "192.0.2.1"));
      client.answer();
    }
    assertThat(ports).hasSizeGreaterThan(10);
    assertThat(ids).hasSizeGreaterThan(190);
  }

  @Test
  void whatIsAskedOftenIsRefreshedBeforeItExpires() throws Exception {
    server.script(asked -> asked.answer(records(asked.message(), 60, "192.0.2.1")));
    Message query = extended("www.example.", Type.A, 1232, ExtendedFlags.DO);
    fixture.ask(name, query).answer();
    fixture.passSeconds(50);
    for (int i = 0; i < 5; i++) {
      assertThat(fixture.hit(name, query).getSection(Section.ANSWER).getFirst().getTTL())
          .isEqualTo(10);
    }
    assertThat(fixture.resolver().statistics().refreshed()).isZero();
    fixture.passSeconds(5);
    assertThat(fixture.cached(name, query)).isNotNull();
    Eventually.within(
        ResolverFixture.LONG,
        () ->
            assertThat(fixture.hit(name, query).getSection(Section.ANSWER).getFirst().getTTL())
                .isEqualTo(60));
    assertThat(fixture.resolver().statistics().refreshed()).isEqualTo(1);
    assertThat(fixture.resolver().statistics().misses()).isEqualTo(1);
  }

  @Test
  void addressesAreSharedOutAsTheServerDoes() throws Exception {
    Message query = query("www.example.", Type.A);
    for (String[] order : new String[][] {{"192.0.2.1", "192.0.2.2"}, {"192.0.2.2", "192.0.2.1"}}) {
      Client client = fixture.ask(name, query);
      ScriptedServer.Asked asked = server.next();
      asked.answer(records(asked.message(), 30, order));
      client.answer();
      Set<String> first = new HashSet<>();
      for (int i = 0; i < 4; i++) {
        Message answer = fixture.hit(name, query);
        first.add(answer.getSection(Section.ANSWER).getFirst().rdataToString());
      }
      // only after the server has been seen to change the order
      assertThat(first).hasSize(order[0].endsWith(".1") ? 1 : 2);
      fixture.passSeconds(31);
    }
  }

  @Test
  void whatIsNotAskedOftenIsNot() throws Exception {
    server.script(asked -> asked.answer(records(asked.message(), 60, "192.0.2.1")));
    Message query = query("www.example.", Type.A);
    fixture.ask(name, query).answer();
    fixture.passSeconds(59);
    assertThat(fixture.cached(name, query)).isNotNull();
    assertThat(fixture.resolver().statistics().refreshed()).isZero();
  }

  @Test
  void whatWaitsIsAnsweredBeforeItIsDrained() throws Exception {
    assertThat(fixture.resolver().drain(java.time.Duration.ZERO)).isTrue();
    Client client = fixture.ask(name, query("www.example.", Type.A));
    assertThat(fixture.resolver().drain(java.time.Duration.ofMillis(1))).isFalse();
    ScriptedServer.Asked asked = server.next();
    asked.answer(records(asked.message(), 60, "192.0.2.1"));
    assertThat(fixture.resolver().drain(ResolverFixture.LONG)).isTrue();
    assertThat(client.answers()).isEqualTo(1);
  }

  @Test
  void whatWaitsForAServerThatIsRemovedIsDeclined() throws Exception {
    server.script(asked -> {});
    Client client = fixture.ask(name, query("www.example.", Type.A));
    fixture.resolver().remove(name);
    client.assertDeclined();
    fixture.ask(name, query("www.example.", Type.A)).assertDeclined();
    assertThat(fixture.resolver().statistics().servers()).isEmpty();

    NameServer again = fixture.add(server.address());
    assertThat(again).isNotSameAs(name);
    assertThat(fixture.add(server.address())).isSameAs(again);
    Client last = fixture.ask(again, query("www.example.", Type.A));
    fixture.close();
    last.assertDeclined();
  }

  @Test
  void moreThanTheLimitIsDeclined() throws Exception {
    server.script(asked -> {});
    for (int i = 0; i < 1000; i++) {
      fixture.ask(name, query("n" + i + ".example.", Type.A));
    }
    fixture.ask(name, query("more.example.", Type.A)).assertDeclined();
    // who asks what others wait for waits with them
    assertThat(fixture.ask(name, query("n0.example.", Type.A)).answers()).isZero();
  }
}
