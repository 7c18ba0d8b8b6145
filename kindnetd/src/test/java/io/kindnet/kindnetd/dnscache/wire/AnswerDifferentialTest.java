package io.kindnet.kindnetd.dnscache.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What is made of thousands of answers, as dnsjava reads it, beside the answers. */
class AnswerDifferentialTest {
  private static final int ROUNDS = 4000;
  private static final int MAX_TTL = 100_000;

  private final Query query = new Query();

  @Test
  void anAnswerOverTcpIsThatOfTheServer() throws Exception {
    RandomMessages messages = new RandomMessages(new Random(1));
    Random random = new Random(2);
    for (int round = 0; round < ROUNDS; round++) {
      Message asked = messages.query();
      Message answered = messages.answer(asked);
      Message asker = messages.asker(asked);
      int age = random.nextInt(200);
      Answer answer = Answer.read(answered.toWire(), MAX_TTL);
      Message told = write(answer, asker, Transport.TCP, age);
      String about = "round " + round + ": " + answered;

      assertThat(told.getHeader().getID()).as(about).isEqualTo(asker.getHeader().getID());
      assertThat(told.getQuestion().getName().toString())
          .as(about)
          .isEqualTo(asker.getQuestion().getName().toString());
      assertSameFlags(told, answered, about);
      int negative = negativeTtl(answered);
      for (int section : new int[] {Section.ANSWER, Section.AUTHORITY, Section.ADDITIONAL}) {
        List<Record> expected = withoutOpt(answered.getSection(section));
        List<Record> actual = withoutOpt(told.getSection(section));
        assertThat(actual).as(about).isEqualTo(expected);
        for (int i = 0; i < expected.size(); i++) {
          long most = Math.min(Math.min(expected.get(i).getTTL(), MAX_TTL), negative);
          assertThat(actual.get(i).getTTL()).as(about).isEqualTo(Math.max(0, most - age));
        }
      }
      assertSameOpt(told.getOPT(), asker.getOPT() == null ? null : answered.getOPT(), about);
    }
  }

  @Test
  void anAnswerOverUdpIsTheBeginningOfThat() throws Exception {
    RandomMessages messages = new RandomMessages(new Random(3));
    int truncated = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Message asked = messages.query();
      Message answered = messages.answer(asked);
      Message asker = messages.asker(asked);
      Answer answer = Answer.read(answered.toWire(), MAX_TTL);
      Message told = write(answer, asker, Transport.UDP, 0);
      String about = "round " + round + ": " + answered;

      int size = asker.getOPT() == null ? 512 : Math.max(512, asker.getOPT().getPayloadSize());
      assertThat(told.numBytes()).as(about).isLessThanOrEqualTo(Math.min(size, 4096));
      boolean missing = false;
      for (int section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
        List<Record> expected = answered.getSection(section);
        List<Record> actual = told.getSection(section);
        assertThat(actual).as(about).isEqualTo(expected.subList(0, actual.size()));
        missing |= actual.size() < expected.size();
      }
      assertThat(told.getHeader().getFlag(Flags.TC)).as(about).isEqualTo(missing);
      assertThat(told.getOPT() != null)
          .as(about)
          .isEqualTo(asker.getOPT() != null && answered.getOPT() != null);
      truncated += missing ? 1 : 0;
    }
    assertThat(truncated).isGreaterThan(ROUNDS / 20);
  }

  @Test
  void theOptRecordMayBeAnywhereAmongTheAdditional() throws Exception {
    RandomMessages messages = new RandomMessages(new Random(4));
    int behind = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Message asked = messages.query();
      Message answered = messages.answer(asked);
      if (answered.getOPT() == null) {
        continue;
      }
      List<Record> more = messages.additional();
      more.forEach(record -> answered.addRecord(record, Section.ADDITIONAL));
      Message told =
          write(
              Answer.read(answered.toWire(), Integer.MAX_VALUE),
              messages.asker(asked),
              Transport.TCP,
              0);
      String about = "round " + round + ": " + answered;
      assertThat(withoutOpt(told.getSection(Section.ADDITIONAL)))
          .as(about)
          .isEqualTo(withoutOpt(answered.getSection(Section.ADDITIONAL)));
      behind += more.isEmpty() ? 0 : 1;
    }
    assertThat(behind).isGreaterThan(ROUNDS / 10);
  }

  private Message write(Answer answer, Message asker, Transport transport, int age)
      throws IOException {
    assertThat(query.read(ByteBuffer.wrap(asker.toWire()))).isEqualTo(Query.Kind.PLAIN);
    assertThat(answer.isAbout(query)).isTrue();
    ByteBuffer to = ByteBuffer.allocate(70_000).position(3);
    assertThat(answer.write(query, query.sizeLimit(transport), age, 0, to)).isTrue();
    byte[] bytes = new byte[to.position() - 3];
    to.get(3, bytes);
    Message told = new Message(bytes);
    assertThat(told.numBytes()).isEqualTo(bytes.length);
    return told;
  }

  private static void assertSameFlags(Message told, Message answered, String about) {
    for (int flag :
        new int[] {Flags.QR, Flags.AA, Flags.TC, Flags.RD, Flags.RA, Flags.AD, Flags.CD}) {
      assertThat(told.getHeader().getFlag(flag))
          .as(Flags.string(flag) + " " + about)
          .isEqualTo(answered.getHeader().getFlag(flag));
    }
    assertThat(told.getRcode()).as(about).isEqualTo(answered.getRcode());
  }

  private static void assertSameOpt(
      @Nullable OPTRecord told, @Nullable OPTRecord expected, String about) {
    if (expected == null || told == null) {
      assertThat(told).as(about).isEqualTo(expected);
      return;
    }
    assertThat(told.getPayloadSize()).as(about).isEqualTo(expected.getPayloadSize());
    assertThat(told.getFlags()).as(about).isEqualTo(expected.getFlags());
    List<EDNSOption> options = expected.getOptions();
    assertThat(told.getOptions()).as(about).isEqualTo(options);
  }

  private static int negativeTtl(Message answered) {
    for (Record record : answered.getSection(Section.AUTHORITY)) {
      if (record instanceof SOARecord soa
          && (answered.getRcode() == Rcode.NXDOMAIN
              || answered.getSection(Section.ANSWER).stream()
                  .noneMatch(answer -> answer.getType() == answered.getQuestion().getType()))) {
        return (int) Math.min(soa.getTTL(), soa.getMinimum());
      }
    }
    return Integer.MAX_VALUE;
  }

  private static List<Record> withoutOpt(List<Record> records) {
    return records.stream().filter(record -> record.getType() != Type.OPT).toList();
  }
}
