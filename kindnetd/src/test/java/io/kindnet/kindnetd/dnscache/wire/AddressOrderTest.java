package io.kindnet.kindnetd.dnscache.wire;

import static io.kindnet.kindnetd.dnscache.Answers.query;
import static io.kindnet.kindnetd.dnscache.Answers.records;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.dnscache.Answers;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class AddressOrderTest {
  private static final int TTL = 30;

  @Test
  void addressesMoveAndNothingElse() throws Exception {
    Message query = query("www.example.", Type.A);
    Message answer = records(query, TTL);
    Name target = Name.fromString("target.example.");
    Name www = query.getQuestion().getName();
    Answers.add(answer, Section.ANSWER, www, Type.CNAME, TTL, "target");
    for (int i = 1; i <= 3; i++) {
      Answers.add(answer, Section.ANSWER, target, Type.A, TTL, "192.0.2." + i);
    }
    Answers.add(answer, Section.ADDITIONAL, www, Type.A, TTL, "192.0.2.9");
    assertThat(texts(query, answer, 0)).isEqualTo(texts(answer));
    assertThat(texts(query, answer, 4))
        .containsExactly("target.example.", "192.0.2.2", "192.0.2.3", "192.0.2.1", "192.0.2.9");
  }

  @Test
  void soDoIpv6Addresses() throws Exception {
    Message query = query("www.example.", Type.AAAA);
    Message answer = records(query, TTL, "2001:db8::1", "2001:db8::2");
    assertThat(texts(query, answer, 1))
        .containsExactly("2001:db8:0:0:0:0:0:2", "2001:db8:0:0:0:0:0:1");
  }

  @Test
  void whatDoesNotFitStaysAsItIs() throws Exception {
    Message query = query("www.example.", Type.A);
    String[] many = new String[100];
    for (int i = 0; i < many.length; i++) {
      many[i] = "192.0.2." + i;
    }
    Message answer = records(query, TTL, many);
    Message told = write(query, answer, 7);
    assertThat(told.getHeader().getFlag(Flags.TC)).isTrue();
    List<String> texts = texts(told);
    assertThat(texts).isEqualTo(List.of(many).subList(0, texts.size()));
  }

  @Test
  void recordsThatDifferStayAsTheyAre() throws Exception {
    Message query = query("www.example.", Type.A);
    Message answer = records(query, TTL, "192.0.2.1", "192.0.2.2");
    Name other = Name.fromString("other.example.");
    Answers.add(answer, Section.ANSWER, other, Type.A, TTL, "192.0.2.3");
    assertThat(texts(query, answer, 1)).isEqualTo(texts(answer));
    Message texts = records(query("www.example.", Type.TXT), TTL, "one", "two");
    assertThat(texts(query("www.example.", Type.TXT), texts, 1)).isEqualTo(texts(texts));
  }

  @Test
  void anotherOrderOfTheSameAddressesIsNoticed() throws Exception {
    Message query = query("www.example.", Type.A);
    Answer answer = read(records(query, TTL, "192.0.2.1", "192.0.2.2"));
    assertThat(answer.isReordered(read(records(query, TTL, "192.0.2.2", "192.0.2.1")))).isTrue();
    assertThat(answer.isReordered(read(records(query, TTL, "192.0.2.1", "192.0.2.2")))).isFalse();
    assertThat(answer.isReordered(read(records(query, TTL, "192.0.2.2", "192.0.2.3")))).isFalse();
    assertThat(answer.isReordered(read(records(query, TTL, "192.0.2.1")))).isFalse();
    Message v6 = query("www.example.", Type.AAAA);
    assertThat(answer.isReordered(read(records(v6, TTL, "::1", "::2")))).isFalse();
  }

  private static List<String> texts(Message query, Message answer, int turn) throws Exception {
    return texts(write(query, answer, turn));
  }

  private static List<String> texts(Message message) {
    return java.util.stream.Stream.of(Section.ANSWER, Section.ADDITIONAL)
        .flatMap(section -> message.getSection(section).stream())
        .map(Record::rdataToString)
        .toList();
  }

  private static Message write(Message query, Message answer, int turn) throws Exception {
    Query asked = new Query();
    asked.read(ByteBuffer.wrap(query.toWire()));
    ByteBuffer to = ByteBuffer.allocate(600).position(5);
    assertThat(read(answer).write(asked, 512, 0, turn, to)).isTrue();
    byte[] bytes = new byte[to.position() - 5];
    to.get(5, bytes);
    return new Message(bytes);
  }

  private static Answer read(Message message) throws Exception {
    return Answer.read(message.toWire(), 1000);
  }
}
