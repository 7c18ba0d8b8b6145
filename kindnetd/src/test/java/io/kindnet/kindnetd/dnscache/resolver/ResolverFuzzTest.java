package io.kindnet.kindnetd.dnscache.resolver;

import static io.kindnet.kindnetd.dnscache.Answers.extended;
import static io.kindnet.kindnetd.dnscache.Answers.query;
import static io.kindnet.kindnetd.dnscache.Answers.records;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.dnscache.ScriptedServer;
import io.kindnet.kindnetd.dnscache.resolver.ResolverFixture.Client;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Clients and a server that send what nobody should: everyone gets an answer or knows of none. */
class ResolverFuzzTest {
  private static final int ROUNDS = 3_000;
  private static final int AT_ONCE = 100;

  @Test
  void neitherClientsNorServersBreakIt() throws Exception {
    Random random = new Random(11);
    Random ofServer = new Random(12);
    ScriptedServer server = ScriptedServer.start();
    ResolverFixture fixture = new ResolverFixture(Duration.ofMillis(300));
    try (server;
        fixture) {
      NameServer name = fixture.add(server.address());
      server.script(asked -> answerBadly(asked, ofServer));
      List<Client> clients = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        Message query =
            round % 2 == 0
                ? query("n" + random.nextInt(50) + ".example.", Type.A)
                : extended("n" + random.nextInt(50) + ".example.", Type.A, 1232, 0);
        byte[] bytes = random.nextInt(3) == 0 ? query.toWire() : mutated(query.toWire(), random);
        Transport transport = random.nextInt(5) == 0 ? Transport.TCP : Transport.UDP;
        clients.add(fixture.ask(name, transport, bytes));
        fixture.passSeconds(random.nextInt(3));
        if (clients.size() == AT_ONCE) {
          for (Client client : clients) {
            client.bytes();
          }
          clients.clear();
        }
      }
      // and lives
      server.script(asked -> asked.answer(records(asked.message(), 30, "192.0.2.1")));
      io.kindnet.netlink.testing.Eventually.within(
          ResolverFixture.LONG,
          () -> {
            Message answer = fixture.ask(name, query("last.example.", Type.A)).answer();
            assertThat(answer.getSection(Section.ANSWER)).hasSize(1);
          });
      assertThat(fixture.resolver().drain(ResolverFixture.LONG)).isTrue();
      assertThat(fixture.resolver().statistics().entries()).isPositive();
    }
  }

  private static synchronized void answerBadly(ScriptedServer.Asked asked, Random random) {
    byte[] answer = asked.bytes().clone();
    if (answer.length > 3) {
      answer[2] |= (byte) 0x80;
    }
    try {
      Message message = records(new Message(asked.bytes()), 5, "192.0.2.1", "192.0.2.2");
      if (random.nextInt(5) == 0) {
        message.getHeader().setFlag(Flags.TC);
      }
      answer = message.toWire();
    } catch (java.io.IOException | RuntimeException | AssertionError e) {
      // the query cannot be read; it comes back
    }
    switch (random.nextInt(4)) {
      case 0 -> asked.answer(answer);
      case 1 -> {
        // nothing
      }
      case 2 -> asked.answer(mutated(answer, random));
      default -> {
        asked.answer(mutated(answer, random));
        asked.answer(answer);
      }
    }
  }

  private static byte[] mutated(byte[] bytes, Random random) {
    byte[] message = bytes.clone();
    for (int changes = random.nextInt(4); changes > 0 && message.length > 0; changes--) {
      int at = random.nextInt(message.length);
      switch (random.nextInt(4)) {
        case 0 -> message[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> message[at] = (byte) random.nextInt(256);
        case 2 -> message[at] = (byte) 0xc0;
        default -> message = Arrays.copyOf(message, random.nextInt(message.length + 3));
      }
    }
    return message;
  }
}
