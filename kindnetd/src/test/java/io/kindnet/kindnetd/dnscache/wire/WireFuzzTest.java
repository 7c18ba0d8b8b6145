package io.kindnet.kindnetd.dnscache.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;

/** Messages with a few octets that are wrong end in an error or in something that can be read. */
class WireFuzzTest {
  private static final int ROUNDS = 30_000;

  private final Random random = new Random(5);
  private final RandomMessages messages = new RandomMessages(random);

  @Test
  void queries() throws Exception {
    Query query = new Query();
    Set<Query.Kind> kinds = EnumSet.noneOf(Query.Kind.class);
    byte[] seed = messages.query().toWire();
    for (int round = 0; round < ROUNDS; round++) {
      if (round % 50 == 0) {
        seed = messages.query().toWire();
      }
      byte[] message = mutated(seed);
      Query.Kind kind = query.read(ByteBuffer.wrap(message));
      kinds.add(kind);
      if (kind == Query.Kind.PLAIN) {
        // what is asked for is what anybody else reads in it
        Message asked = new Message(query.toMessage(0));
        assertThat(asked.getQuestion().getType()).isEqualTo(query.type());
        assertThat(query.nameText()).endsWith(".");
      }
    }
    assertThat(kinds).hasSize(3);
  }

  @Test
  void answers() throws Exception {
    int good = 0;
    int bad = 0;
    Query query = new Query();
    Message asked = messages.query();
    byte[] seed = messages.answer(asked).toWire();
    ByteBuffer to = ByteBuffer.allocate(70_000);
    for (int round = 0; round < ROUNDS; round++) {
      if (round % 50 == 0) {
        asked = messages.query();
        Message answer = messages.answer(asked);
        if (round % 100 == 0) {
          messages.additional().forEach(each -> answer.addRecord(each, Section.ADDITIONAL));
        }
        seed = answer.toWire();
      }
      byte[] message = mutated(seed);
      if (Messages.answers(asked.toWire(), message)) {
        Messages.sameCase(asked.toWire(), message);
      }
      readAddresses(message);
      try {
        Answer answer = Answer.read(message, 1000);
        good++;
        query.read(ByteBuffer.wrap(messages.asker(asked).toWire()));
        if (answer.isAbout(query) && query.type() == answer.type()) {
          to.clear();
          int turn = random.nextInt(3);
          answer.write(query, query.sizeLimit(Transport.UDP), random.nextInt(100), turn, to);
          answer.isReordered(answer);
          assertThat(to.position()).isLessThanOrEqualTo(query.sizeLimit(Transport.UDP));
        }
      } catch (MessageFormatException e) {
        bad++;
      }
    }
    assertThat(good).isGreaterThan(ROUNDS / 100);
    assertThat(bad).isGreaterThan(ROUNDS / 100);
  }

  @Test
  void noise() throws Exception {
    Query query = new Query();
    for (int round = 0; round < ROUNDS; round++) {
      byte[] message = new byte[random.nextInt(80)];
      random.nextBytes(message);
      query.read(ByteBuffer.wrap(message));
      readAddresses(message);
      if (message.length >= Dns.HEADER) {
        byte[] answer = mutated(message);
        if (Messages.answers(message, answer)) {
          Messages.sameCase(message, answer);
        }
        Messages.isTransfer(message);
      }
      try {
        Answer.read(message, 1000);
      } catch (MessageFormatException e) {
        // as it should be
      }
    }
  }

  private static void readAddresses(byte[] message) {
    try {
      AnswerAddresses.of(ByteBuffer.wrap(message));
    } catch (MessageFormatException e) {
      // as it should be
    }
  }

  private byte[] mutated(byte[] seed) throws IOException {
    byte[] message = seed.clone();
    for (int changes = random.nextInt(4); changes > 0; changes--) {
      int at =
          random.nextInt(random.nextInt(3) == 0 ? Math.min(12, message.length) : message.length);
      switch (random.nextInt(4)) {
        case 0 -> message[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> message[at] = (byte) random.nextInt(256);
        case 2 -> message[at] = (byte) 0xc0;
        default ->
            message =
                Arrays.copyOf(
                    message, Math.max(1, message.length + random.nextInt(5) - random.nextInt(9)));
      }
    }
    return message;
  }
}
