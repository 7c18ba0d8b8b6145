package io.kindnet.kindnetd.dnscache.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class AnswerTest {
  private static final int MAX_TTL = 3600;
  private static final String SOA = "example. 500 SOA ns.example. hostmaster.example. 1 2 3 4 60";

  private final Query query = new Query();

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        // RFC 1035 section 3.2.1: not longer than the record with the smallest TTL says
        "an address           | 0 | www.example. 300 A 192.0.2.1 | - | RECORDS | 300",
        "two TTLs             | 0 | www.example. 300 A 192.0.2.1;www.example. 20 A 192.0.2.2 | - | RECORDS | 20",
        "more than the limit  | 0 | www.example. 7200 A 192.0.2.1 | - | RECORDS | 3600",
        "TTL 0                | 0 | www.example. 0 A 192.0.2.1 | - | RECORDS | 0",
        "an alias             | 0 | www.example. 30 CNAME a.example.;a.example. 300 A 192.0.2.1 | - | RECORDS | 30",
        "alias to elsewhere   | 0 | www.example. 30 CNAME a.elsewhere. | - | RECORDS | 30",
        // RFC 2308 section 5: the smaller of the SOA's TTL and of its last field
        "no data              | 0 | - | example. 500 SOA a. b. 1 2 3 4 60 | NO_DATA | 60",
        "no data, smaller TTL | 0 | - | example. 5 SOA a. b. 1 2 3 4 60 | NO_DATA | 5",
        "no name              | 3 | - | example. 500 SOA a. b. 1 2 3 4 60 | NO_NAME | 60",
        "no name after alias  | 3 | www.example. 30 CNAME a.example. | example. 500 SOA a. b. 1 2 3 4 60 | NO_NAME | 30",
        "no data after alias  | 0 | www.example. 90 CNAME a.example. | example. 500 SOA a. b. 1 2 3 4 60 | NO_DATA | 60",
        "no data, minimum 0   | 0 | - | example. 500 SOA a. b. 1 2 3 4 0 | NO_DATA | 0",
        // RFC 2308 section 5: without an SOA record nothing is cached
        "no name without SOA  | 3 | - | - | OTHER | -",
        "no data without SOA  | 0 | - | - | OTHER | -",
        "a delegation         | 0 | - | example. 500 NS ns.example. | OTHER | -",
        "SERVFAIL             | 2 | - | - | FAILURE | -",
        "REFUSED              | 5 | - | - | FAILURE | -",
        "NOTIMP               | 4 | - | - | OTHER | -",
      })
  void saysWhatItIsAndForHowLong(
      String what,
      int code,
      @Nullable String answers,
      @Nullable String authorities,
      AnswerKind kind,
      @Nullable Integer ttl)
      throws Exception {
    Message message = message(code, answers, authorities);
    Answer answer = Answer.read(message.toWire(), MAX_TTL);
    assertThat(answer.kind()).as(what).isEqualTo(kind);
    if (ttl != null) {
      assertThat(answer.ttl()).as(what).isEqualTo(ttl);
    }
  }

  @Test
  void aTtlWithTheHighestBitIsZero() throws Exception {
    // RFC 2181 section 8
    byte[] message = message(0, "www.example. 300 A 192.0.2.1", null).toWire();
    message[message.length - 10] = (byte) 0x80;
    Answer answer = Answer.read(message, MAX_TTL);
    assertThat(answer.ttl()).isZero();
    assertThat(write(answer, asker(), 0).getSection(Section.ANSWER).getFirst().getTTL()).isZero();
  }

  @Test
  void theClientIsToldNoLargerNegativeTtlThanTheAnswerIsKeptFor() throws Exception {
    Answer answer = Answer.read(message(Rcode.NXDOMAIN, null, SOA).toWire(), MAX_TTL);
    assertThat(write(answer, asker(), 15).getSection(Section.AUTHORITY).getFirst().getTTL())
        .isEqualTo(45);
  }

  @Test
  void ttlsAreCountedDownNotBelowZero() throws Exception {
    Answer answer = Answer.read(message(0, "www.example. 300 A 192.0.2.1", null).toWire(), MAX_TTL);
    for (int age : new int[] {0, 1, 299, 300, 100_000}) {
      assertThat(write(answer, asker(), age).getSection(Section.ANSWER).getFirst().getTTL())
          .isEqualTo(Math.max(0, 300 - age));
    }
  }

  @Test
  void onlyWhoAskedWithEdnsGetsAnOptRecord() throws Exception {
    Message message = message(0, "www.example. 300 A 192.0.2.1", null);
    message.addRecord(
        new OPTRecord(1400, 0, 0, 0, new ExtendedErrorCodeOption(22, "why")), Section.ADDITIONAL);
    Answer answer = Answer.read(message.toWire(), MAX_TTL);
    assertThat(write(answer, asker(), 0).getOPT()).isNull();
    Message asker = asker();
    asker.addRecord(new OPTRecord(4096, 0, 0, 0), Section.ADDITIONAL);
    OPTRecord opt = write(answer, asker, 0).getOPT();
    assertThat(opt.getPayloadSize()).isEqualTo(1400);
    assertThat(opt.getOptions()).containsExactly(new ExtendedErrorCodeOption(22, "why"));

    // a server that does not know EDNS
    Answer plain = Answer.read(message(0, "www.example. 1 A 192.0.2.1", null).toWire(), MAX_TTL);
    assertThat(write(plain, asker, 0).getOPT()).isNull();
  }

  @Test
  void aStaleAnswerSaysSo() throws Exception {
    Message message = message(0, "www.example. 300 A 192.0.2.1;www.example. 7 A 192.0.2.2", null);
    message.addRecord(new OPTRecord(1400, 0, 0, 0), Section.ADDITIONAL);
    Answer answer = Answer.read(message.toWire(), MAX_TTL);
    Message asker = asker();
    asker.addRecord(new OPTRecord(4096, 0, 0, 0), Section.ADDITIONAL);
    query.read(ByteBuffer.wrap(asker.toWire()));
    ByteBuffer to = ByteBuffer.allocate(4096);
    assertThat(answer.writeStale(query, 512, to)).isTrue();
    Message told = parse(to);
    // RFC 8767 section 4: 30 seconds, and never more than the record's own TTL
    assertThat(told.getSection(Section.ANSWER)).extracting(Record::getTTL).containsExactly(30L, 7L);
    assertThat(told.getOPT().getOptions()).containsExactly(new ExtendedErrorCodeOption(3));

    Message noName = message(Rcode.NXDOMAIN, null, SOA);
    noName.addRecord(new OPTRecord(1400, 0, 0, 0), Section.ADDITIONAL);
    to.clear();
    assertThat(Answer.read(noName.toWire(), MAX_TTL).writeStale(query, 512, to)).isTrue();
    assertThat(parse(to).getOPT().getOptions()).containsExactly(new ExtendedErrorCodeOption(19));
  }

  @Test
  void withoutRoomNothingIsWritten() throws Exception {
    Answer answer = Answer.read(message(0, "www.example. 300 A 192.0.2.1", null).toWire(), MAX_TTL);
    query.read(ByteBuffer.wrap(asker().toWire()));
    ByteBuffer small = ByteBuffer.allocate(44);
    assertThat(answer.write(query, 512, 0, 0, small)).isFalse();
    assertThat(small.position()).isZero();
    ByteBuffer enough = ByteBuffer.allocate(45);
    assertThat(answer.write(query, 512, 0, 0, enough)).isTrue();
    assertThat(enough.position()).isEqualTo(45);
  }

  @Test
  void malformedAnswersAreNamed() throws Exception {
    byte[] good = message(0, "www.example. 300 A 192.0.2.1", null).toWire();
    for (int length = 0; length < good.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(good, length);
      assertThatThrownBy(() -> Answer.read(cut, MAX_TTL))
          .isInstanceOf(MessageFormatException.class)
          .message()
          .isNotBlank();
    }
    byte[] longer = java.util.Arrays.copyOf(good, good.length + 1);
    assertThatThrownBy(() -> Answer.read(longer, MAX_TTL))
        .isInstanceOf(MessageFormatException.class)
        .hasMessageContaining("behind the last record");
    byte[] loop = good.clone();
    loop[29] = (byte) 0xc0;
    loop[30] = 29;
    assertThatThrownBy(() -> Answer.read(loop, MAX_TTL))
        .isInstanceOf(MessageFormatException.class)
        .hasMessageContaining("points at octet 29");
  }

  @Test
  void theAddressesOfAnAnswerFollowAliases() throws Exception {
    byte[] message =
        message(
                0,
                "a.example. 40 CNAME b.example.;WWW.example. 50 CNAME A.example.;b.example. 60 A"
                    + " 192.0.2.1;other.example. 1 A 192.0.2.9;B.example. 70 A 192.0.2.2",
                null)
            .toWire();
    AnswerAddresses addresses = AnswerAddresses.of(ByteBuffer.wrap(message));
    assertThat(addresses)
        .isEqualTo(
            new AnswerAddresses(
                "www.example.",
                List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("192.0.2.2")),
                40));
    byte[] none = message(Rcode.NXDOMAIN, null, SOA).toWire();
    assertThat(AnswerAddresses.of(ByteBuffer.wrap(none)).addresses()).isEmpty();
  }

  private static Message asker() throws Exception {
    return Message.newQuery(Record.newRecord(Name.fromString("www.example."), Type.A, DClass.IN));
  }

  /** Records are separated by semicolons, in the form of a zone file without the class. */
  private static Message message(int code, @Nullable String answers, @Nullable String authorities)
      throws Exception {
    Message message = new Message(7);
    message.getHeader().setFlag(org.xbill.DNS.Flags.QR);
    message.getHeader().setRcode(code);
    message.addRecord(asker().getQuestion(), Section.QUESTION);
    add(message, answers, Section.ANSWER);
    add(message, authorities, Section.AUTHORITY);
    return message;
  }

  private static void add(Message message, @Nullable String records, int section) throws Exception {
    if (records != null) {
      for (String record : records.split(";")) {
        String[] fields = record.strip().split(" ", 4);
        message.addRecord(
            Record.fromString(
                Name.fromString(fields[0]),
                Type.value(fields[2]),
                DClass.IN,
                Long.parseLong(fields[1]),
                fields[3],
                Name.root),
            section);
      }
    }
  }

  private Message write(Answer answer, Message asker, int age) throws Exception {
    query.read(ByteBuffer.wrap(asker.toWire()));
    ByteBuffer to = ByteBuffer.allocate(4096);
    assertThat(answer.write(query, 4096, age, 0, to)).isTrue();
    return parse(to);
  }

  private static Message parse(ByteBuffer written) throws Exception {
    byte[] bytes = new byte[written.position()];
    written.get(0, bytes);
    return new Message(bytes);
  }
}
