package io.kindnet.kindnetd.dnscache.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryTest {
  private static final String HEADER = "1234 0100 0001 0000 0000 0000 ";
  private static final String WITH_OPT = "1234 0100 0001 0000 0000 0001 ";
  private static final String NAME = "03 777777 07 4578614d506c65 00 "; // www.ExaMPle
  private static final String QUESTION = NAME + "0001 0001 ";
  private static final String OPT = "00 0029 04d0 00000000 ";

  private final Query query = new Query();

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "plain, 1234 0100 0001 0000 0000 0000 03777777 00 0001 0001",
    "the root, 1234 0100 0001 0000 0000 0000 00 0002 0001",
    "no recursion desired, 1234 0000 0001 0000 0000 0000 03777777 00 0001 0001",
    "AD and CD, 1234 0130 0001 0000 0000 0000 03777777 00 001c 0001",
    "EDNS, 1234 0100 0001 0000 0000 0001 03777777 00 0001 0001 00 0029 04d0 00000000 0000",
    "DO, 1234 0100 0001 0000 0000 0001 03777777 00 0001 0001 00 0029 04d0 00008000 0000",
    "padding, 1234 0100 0001 0000 0000 0001 03777777 00 0001 0001 00 0029 04d0 00000000 0006 000c"
        + " 0002 0000",
    "SVCB, 1234 0100 0001 0000 0000 0000 03777777 00 0040 0001",
    "a type of tomorrow, 1234 0100 0001 0000 0000 0000 03777777 00 fe00 0001",
  })
  void isPlain(String what, String hex) {
    assertThat(read(hex)).as(what).isEqualTo(Query.Kind.PLAIN);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "no question, 1234 0100 0000 0000 0000 0000",
    "two questions, 1234 0100 0002 0000 0000 0000 00 0001 0001 00 001c 0001",
    "an update, 1234 2800 0001 0000 0000 0000 03777777 00 0006 0001",
    "a notification, 1234 2000 0001 0000 0000 0000 03777777 00 0006 0001",
    "class CHAOS, 1234 0100 0001 0000 0000 0000 03777777 00 0010 0003",
    "any class, 1234 0100 0001 0000 0000 0000 03777777 00 0001 00ff",
    "AXFR, 1234 0000 0001 0000 0000 0000 03777777 00 00fc 0001",
    "IXFR, 1234 0000 0001 0000 0001 0000 03777777 00 00fb 0001",
    "ANY, 1234 0100 0001 0000 0000 0000 03777777 00 00ff 0001",
    "type OPT, 1234 0100 0001 0000 0000 0000 03777777 00 0029 0001",
    "type 0, 1234 0100 0001 0000 0000 0000 03777777 00 0000 0001",
    "truncated already, 1234 0300 0001 0000 0000 0000 03777777 00 0001 0001",
    "the reserved flag, 1234 0140 0001 0000 0000 0000 03777777 00 0001 0001",
    "a code, 1234 0102 0001 0000 0000 0000 03777777 00 0001 0001",
    "an answer in a query, 1234 0100 0001 0001 0000 0000 03777777 00 0001 0001",
    "a compressed name, 1234 0100 0001 0000 0000 0000 c00c 0001 0001",
    "a label of unknown kind, 1234 0100 0001 0000 0000 0000 41777777 00 0001 0001",
    "a name without end, 1234 0100 0001 0000 0000 0000 03777777",
    "a label without end, 1234 0100 0001 0000 0000 0000 3f777777",
    "a question without class, 1234 0100 0001 0000 0000 0000 03777777 00 0001",
    "something behind, 1234 0100 0001 0000 0000 0000 03777777 00 0001 0001 00",
    "another version of EDNS, 1234 0100 0001 0000 0000 0001 00 0001 0001 00 0029 04d0 00010000"
        + " 0000",
    "an unknown flag of EDNS, 1234 0100 0001 0000 0000 0001 00 0001 0001 00 0029 04d0 00004000"
        + " 0000",
    "client subnet, 1234 0100 0001 0000 0000 0001 00 0001 0001 00 0029 04d0 00000000 000b 0008 0007"
        + " 0001180000 0a0b",
    "NSID, 1234 0100 0001 0000 0000 0001 00 0001 0001 00 0029 04d0 00000000 0004 0003 0000",
    "an option without end, 1234 0100 0001 0000 0000 0001 00 0001 0001 00 0029 04d0 00000000 0004"
        + " 000a 0008",
    "TSIG, 1234 0100 0001 0000 0000 0001 00 0001 0001 00 00fa 00ff 00000000 0000",
    "OPT and TSIG, 1234 0100 0001 0000 0000 0002 00 0001 0001 00 0029 04d0 00000000 0000 00 00fa"
        + " 00ff 00000000 0000",
  })
  void isOdd(String what, String hex) {
    assertThat(read(hex)).as(what).isEqualTo(Query.Kind.ODD);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "nothing, ''",
    "half a header, 1234 0100 0001",
    "an answer, 1234 8180 0001 0000 0000 0000 03777777 00 0001 0001",
  })
  void isNone(String what, String hex) {
    assertThat(read(hex)).as(what).isEqualTo(Query.Kind.NONE);
  }

  @Test
  void aNameOf255OctetsIsTheLongest() {
    String label = "3f " + "61".repeat(63);
    String longest = label.repeat(3) + "3d " + "61".repeat(61) + " 00 ";
    assertThat(read(HEADER + longest + "0001 0001")).isEqualTo(Query.Kind.PLAIN);
    assertThat(query.nameLength()).isEqualTo(255);
    String longer = label.repeat(3) + "3e " + "61".repeat(62) + " 00 ";
    assertThat(read(HEADER + longer + "0001 0001")).isEqualTo(Query.Kind.ODD);
  }

  @Test
  void namesAreComparedInLowerCaseAndKeepTheirCase() {
    read(HEADER + QUESTION);
    assertThat(new String(query.name(), StandardCharsets.ISO_8859_1))
        .isEqualTo("\u0003www\u0007example\0");
    assertThat(query.nameText()).isEqualTo("www.example.");
    long hash = query.nameHash();
    byte[] again = query.toMessage(0);
    assertThat(new String(again, StandardCharsets.ISO_8859_1)).contains("ExaMPle");

    String lower = new String(again, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    query.read(ByteBuffer.wrap(lower.getBytes(StandardCharsets.ISO_8859_1)));
    assertThat(query.nameHash()).isEqualTo(hash);
  }

  @Test
  void anAnswerMayBeAsLongAsTheClientSays() {
    read(HEADER + QUESTION);
    assertThat(query.sizeLimit(Transport.UDP)).isEqualTo(512);
    assertThat(query.sizeLimit(Transport.TCP)).isEqualTo(65535);
    read(WITH_OPT + QUESTION + OPT + "0000");
    assertThat(query.sizeLimit(Transport.UDP)).isEqualTo(1232);
    // RFC 6891 section 6.2.3: less than 512 is 512
    read(WITH_OPT + QUESTION + "00 0029 0010 00000000 0000");
    assertThat(query.sizeLimit(Transport.UDP)).isEqualTo(512);
    read(WITH_OPT + QUESTION + "00 0029 ffff 00000000 0000");
    assertThat(query.sizeLimit(Transport.UDP)).isEqualTo(4096);
  }

  @Test
  void whatTheAnswerDependsOnIsInTheKey() {
    read(HEADER + QUESTION);
    int plain = query.keyBits();
    read(WITH_OPT + QUESTION + OPT + "0000");
    assertThat(query.keyBits()).isEqualTo(plain);
    read(WITH_OPT + QUESTION + "00 0029 04d0 00008000 0000");
    int dnssec = query.keyBits();
    read("1234 0110 0001 0000 0000 0000 " + QUESTION);
    int checkingDisabled = query.keyBits();
    read("1234 0120 0001 0000 0000 0000 " + QUESTION);
    int authenticated = query.keyBits();
    read("1234 0000 0001 0000 0000 0000 " + QUESTION);
    assertThat(new int[] {plain, dnssec, checkingDisabled, authenticated, query.keyBits()})
        .doesNotHaveDuplicates();
  }

  @Test
  void aCookieIsNoticed() {
    read(WITH_OPT + QUESTION + OPT + "000c 000a 0008 0102030405060708");
    assertThat(query.cookie()).isTrue();
    read(WITH_OPT + QUESTION + OPT + "0000");
    assertThat(query.cookie()).isFalse();
  }

  @Test
  void theMessageMayBeAnywhereInABufferOfAnyKind() {
    byte[] message = HexFormat.of().parseHex((HEADER + QUESTION).replace(" ", ""));
    ByteBuffer buffer = ByteBuffer.allocateDirect(200).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    buffer.position(77).put(message).limit(77 + message.length).position(77);
    assertThat(query.read(buffer)).isEqualTo(Query.Kind.PLAIN);
    assertThat(query.id()).isEqualTo(0x1234);
    assertThat(query.nameText()).isEqualTo("www.example.");
    assertThat(buffer.position()).isEqualTo(77);
  }

  private Query.Kind read(String hex) {
    return query.read(ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", ""))));
  }
}
