package io.kindnet.kindnetd.dnscache.resolver;

import static io.kindnet.kindnetd.dnscache.Answers.empty;
import static io.kindnet.kindnetd.dnscache.Answers.query;
import static io.kindnet.kindnetd.dnscache.Answers.records;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.dnscache.ScriptedServer;
import io.kindnet.kindnetd.dnscache.resolver.ResolverFixture.Client;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.CookieOption;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Queries of which only the server knows what they mean: they go there as they are, and back. */
class PassedQueriesTest extends ResolverTestCase {
  PassedQueriesTest() {
    super(ResolverFixture.LONG);
  }

  @ParameterizedTest
  @EnumSource
  void anUpdateIsPassedOn(Transport transport) throws Exception {
    Message update = query("www.example.", Type.SOA);
    update.getHeader().setOpcode(Opcode.UPDATE);
    assertPassed(transport, update.toWire());
  }

  @ParameterizedTest
  @EnumSource
  void anotherClassIsPassedOn(Transport transport) throws Exception {
    Record version = Record.newRecord(Name.fromString("version.bind."), Type.TXT, DClass.CHAOS);
    assertPassed(transport, Message.newQuery(version).toWire());
  }

  @ParameterizedTest
  @EnumSource
  void severalQuestionsArePassedOn(Transport transport) throws Exception {
    Message two = query("www.example.", Type.A);
    two.addRecord(query("ww2.example.", Type.A).getQuestion(), Section.QUESTION);
    assertPassed(transport, two.toWire());
  }

  @ParameterizedTest
  @EnumSource
  void aSubnetIsPassedOn(Transport transport) throws Exception {
    Message query = query("www.example.", Type.A);
    query.addRecord(
        opt(new ClientSubnetOption(24, java.net.InetAddress.ofLiteral("192.0.2.0"))),
        Section.ADDITIONAL);
    assertPassed(transport, query.toWire());
  }

  @ParameterizedTest
  @EnumSource
  void noiseIsPassedOn(Transport transport) throws Exception {
    byte[] noise = query("www.example.", Type.A).toWire();
    Arrays.fill(noise, 12, noise.length, (byte) 0xff);
    assertPassed(transport, noise);
  }

  /** With whatever comes back, and nothing of it is kept. */
  private void assertPassed(Transport transport, byte[] query) throws Exception {
    for (int i = 0; i < 2; i++) {
      Client client = fixture.ask(name, transport, query);
      ScriptedServer.Asked asked = server.next();
      assertThat(asked.overTcp()).isEqualTo(transport == Transport.TCP);
      assertThat(Arrays.copyOfRange(asked.bytes(), 2, asked.bytes().length))
          .isEqualTo(Arrays.copyOfRange(query, 2, query.length));
      byte[] answer = asked.bytes().clone();
      answer[2] |= (byte) 0x80;
      answer[3] |= Rcode.REFUSED;
      asked.answer(answer);
      byte[] expected = answer.clone();
      expected[0] = query[0];
      expected[1] = query[1];
      assertThat(client.bytes()).isEqualTo(expected);
    }
    assertThat(fixture.resolver().statistics().passed()).isEqualTo(2);
    assertThat(fixture.resolver().statistics().entries()).isZero();
  }

  @Test
  void aPassedAnswerThatIsTruncatedIsTheClientsBusiness() throws Exception {
    Message any = query("www.example.", Type.ANY);
    Client client = fixture.ask(name, any);
    ScriptedServer.Asked asked = server.next();
    Message truncated = empty(asked.message(), 0);
    truncated.getHeader().setFlag(Flags.TC);
    asked.answer(truncated);
    assertThat(client.answer().getHeader().getFlag(Flags.TC)).isTrue();
    assertThat(server.connections()).isZero();
  }

  @Test
  void aTransferHasAllItsMessages() throws Exception {
    Message transfer = query("example.", Type.AXFR);
    Client client = fixture.ask(name, Transport.TCP, transfer.toWire());
    ScriptedServer.Asked asked = server.next();
    for (int i = 0; i < 5; i++) {
      asked.answer(records(asked.message(), 30, new String[0]));
      Message answer = client.answer();
      assertThat(answer.getHeader().getID()).isEqualTo(transfer.getHeader().getID());
    }
    // another question has another connection
    Client other = fixture.ask(name, Transport.TCP, query("example.", Type.ANY).toWire());
    asked = server.next();
    asked.answer(empty(asked.message(), Rcode.NOTIMP));
    other.answer();
    assertThat(server.connections()).isEqualTo(2);
    assertThat(fixture.resolver().drain(ResolverFixture.LONG)).isTrue();
  }

  @Test
  void anAnswerThatNobodyCanReadIsPassedOn() throws Exception {
    Client client = fixture.ask(name, query("www.example.", Type.A));
    ScriptedServer.Asked asked = server.next();
    byte[] broken = records(asked.message(), 30, "192.0.2.1").toWire();
    broken[7] = 9; // more records than there are
    asked.answer(broken);
    // who has asked gets it as it comes for their own query
    asked = server.next();
    assertThat(asked.message().getOPT()).isNull();
    broken[0] = asked.bytes()[0];
    broken[1] = asked.bytes()[1];
    asked.answer(broken);
    assertThat(client.bytes()).hasSize(broken.length);
    assertThat(fixture.resolver().statistics().entries()).isZero();
  }

  @Test
  void cookiesOfAServerAreTheClients() throws Exception {
    byte[] clientCookie = {1, 2, 3, 4, 5, 6, 7, 8};
    for (int i = 0; i < 2; i++) {
      Message query = query("www.example.", Type.A);
      query.addRecord(opt(new CookieOption(clientCookie)), Section.ADDITIONAL);
      Client client = fixture.ask(name, query);
      ScriptedServer.Asked asked = server.next();
      CookieOption both = new CookieOption(clientCookie, new byte[] {9, 9, 9, 9, 9, 9, 9, 9});
      Message answer = records(query("www.example.", Type.A), 30, "192.0.2.1");
      answer.getHeader().setID(asked.message().getHeader().getID());
      answer.addRecord(opt(both), Section.ADDITIONAL);
      asked.answer(answer);
      assertThat(client.answer().getOPT().getOptions()).containsExactly(both);
    }
  }

  @Test
  void cookiesThatAServerDoesNotKnowAreNoHindrance() throws Exception {
    server.script(asked -> asked.answer(records(asked.message(), 30, "192.0.2.1")));
    for (int i = 0; i < 5; i++) {
      Message query = query("www.example.", Type.A);
      query.addRecord(opt(new CookieOption(new byte[8])), Section.ADDITIONAL);
      assertThat(fixture.ask(name, query).answer().getSection(Section.ANSWER)).hasSize(1);
    }
    ResolverStatistics statistics = fixture.resolver().statistics();
    assertThat(statistics.passed()).isEqualTo(1);
    assertThat(statistics.misses()).isEqualTo(1);
  }

  @Test
  void whatIsNoQueryIsDeclined() throws Exception {
    fixture.ask(name, Transport.UDP, new byte[0]).assertDeclined();
    fixture.ask(name, Transport.UDP, new byte[11]).assertDeclined();
    byte[] answer = empty(query("www.example.", Type.A), 0).toWire();
    fixture.ask(name, Transport.TCP, answer).assertDeclined();
    assertThat(server.waiting()).isZero();
  }

  private static OPTRecord opt(EDNSOption option) {
    return new OPTRecord(1232, 0, 0, 0, option);
  }
}
