package io.kindnet.kindnetd.dnscache.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.dnscache.wire.Answer;
import io.kindnet.kindnetd.dnscache.wire.AnswerKind;
import io.kindnet.kindnetd.dnscache.wire.Query;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class AnswerCacheTest {
  private static final int SERVER = 1;
  private static final int MAX_TTL = 86_400;

  private final AnswerCache cache = new AnswerCache(1 << 20);

  // a clock begins anywhere, also below zero
  private long now = -5_000_000_000L;

  @Test
  void anAnswerIsFreshForItsTtl() throws Exception {
    put("www.example.", address("www.example.", 30));
    passSeconds(29);
    CacheEntry entry = found("www.example.", Type.A);
    assertThat(entry.remaining(now)).isPositive();
    assertThat(entry.age(now)).isEqualTo(29);
    passSeconds(1);
    assertThat(found("www.example.", Type.A).remaining(now)).isZero();
  }

  @Test
  void anotherQuestionHasAnotherAnswer() throws Exception {
    put("www.example.", address("www.example.", 30));
    assertThat(find("WWW.EXAMPLE.", Type.A)).isNotNull();
    assertThat(find("www.example.", Type.AAAA)).isNull();
    assertThat(find("ww.example.", Type.A)).isNull();
    assertThat(cache.find(SERVER + 1, query("www.example.", Type.A), now)).isNull();
    Message dnssec = message("www.example.", Type.A);
    dnssec.addRecord(new OPTRecord(1232, 0, 0, org.xbill.DNS.ExtendedFlags.DO), Section.ADDITIONAL);
    assertThat(cache.find(SERVER, read(dnssec), now)).isNull();
    Message checkingDisabled = message("www.example.", Type.A);
    checkingDisabled.getHeader().setFlag(Flags.CD);
    assertThat(cache.find(SERVER, read(checkingDisabled), now)).isNull();
    // EDNS alone makes none
    Message extended = message("www.example.", Type.A);
    extended.addRecord(new OPTRecord(1232, 0, 0, 0), Section.ADDITIONAL);
    assertThat(cache.find(SERVER, read(extended), now)).isNotNull();
  }

  @Test
  void aNewAnswerTakesThePlaceOfTheOldOne() throws Exception {
    put("www.example.", address("www.example.", 30));
    put("www.example.", noData("www.example.", 20));
    assertThat(found("www.example.", Type.A).answer().kind()).isEqualTo(AnswerKind.NO_DATA);
    assertThat(cache.entries()).isEqualTo(1);
  }

  @Test
  void noDataIsAboutOneType() throws Exception {
    put("www.example.", noData("www.example.", 20));
    assertThat(found("www.example.", Type.A).answer().kind()).isEqualTo(AnswerKind.NO_DATA);
    assertThat(find("www.example.", Type.AAAA)).isNull();
  }

  @Test
  void thatThereIsNoNameIsAboutAllTypes() throws Exception {
    // RFC 2308 section 5
    put("www.example.", noName("www.example.", Type.A, 20));
    put("www.example.", noName("www.example.", Type.AAAA, 10));
    CacheEntry entry = found("www.example.", Type.TXT);
    assertThat(entry.answer().kind()).isEqualTo(AnswerKind.NO_NAME);
    assertThat(entry.ttl()).isEqualTo(10);
    assertThat(find("sub.www.example.", Type.TXT)).isNull();
    passSeconds(10);
    assertThat(find("www.example.", Type.TXT)).isNull();

    // there is one now
    put("www.example.", noName("www.example.", Type.AAAA, 10));
    assertThat(find("www.example.", Type.TXT)).isNotNull();
    put("www.example.", address("www.example.", 30));
    assertThat(find("www.example.", Type.TXT)).isNull();
    assertThat(found("www.example.", Type.A).answer().kind()).isEqualTo(AnswerKind.RECORDS);
  }

  @Test
  void aServerThatHidesOneTypeBehindNoNameDoesNotHideTheOthers() throws Exception {
    put("www.example.", noName("www.example.", Type.AAAA, 3000));
    assertThat(find("www.example.", Type.AAAA)).isNotNull();
    assertThat(find("www.example.", Type.A)).isNull();
    assertThat(find("www.example.", Type.TXT)).isNull();
    put("www.example.", address("www.example.", 300));
    assertThat(find("www.example.", Type.TXT)).isNull();
  }

  @Test
  void anErrorAboutTheTargetOfAnAliasIsNotAboutTheAlias() throws Exception {
    // RFC 2308 section 2.1
    Name target = Name.fromString("away.example.");
    for (int type : new int[] {Type.A, Type.AAAA}) {
      Message answer = noName("www.example.", type, 20);
      answer.addRecord(
          new CNAMERecord(Name.fromString("www.example."), DClass.IN, 20, target), Section.ANSWER);
      put("www.example.", answer);
      assertThat(find("www.example.", type)).isNotNull();
    }
    assertThat(find("www.example.", Type.TXT)).isNull();
  }

  @Test
  void whatMustNotBeCachedIsNot() throws Exception {
    put("a.example.", address("a.example.", 0));
    Message withoutSoa = answer("a.example.", Type.A);
    withoutSoa.getHeader().setRcode(Rcode.NXDOMAIN);
    put("a.example.", withoutSoa);
    Message notImplemented = answer("a.example.", Type.A);
    notImplemented.getHeader().setRcode(Rcode.NOTIMP);
    put("a.example.", notImplemented);
    Message truncated = address("a.example.", 30);
    truncated.getHeader().setFlag(Flags.TC);
    put("a.example.", truncated);
    assertThat(cache.entries()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {Rcode.SERVFAIL, Rcode.REFUSED})
  void aFailureIsKeptForASecondAndLongerEachTimeUpToFive(int code) throws Exception {
    // RFC 9520 section 3.2
    Message failure = answer("www.example.", Type.A);
    failure.getHeader().setRcode(code);
    for (int seconds : new int[] {1, 2, 4, 5, 5}) {
      put("www.example.", failure);
      CacheEntry entry = found("www.example.", Type.A);
      assertThat(entry.answer().kind()).isEqualTo(AnswerKind.FAILURE);
      assertThat(entry.ttl()).isEqualTo(seconds);
      passSeconds(seconds);
      assertThat(find("www.example.", Type.A)).isNull();
    }
    // after a while, and after an answer, it begins again
    passSeconds(20);
    put("www.example.", failure);
    assertThat(found("www.example.", Type.A).ttl()).isEqualTo(1);
    passSeconds(1);
    put("www.example.", address("www.example.", 1));
    passSeconds(1);
    put("www.example.", failure);
    assertThat(found("www.example.", Type.A).ttl()).isEqualTo(1);
  }

  @Test
  void aFailureTakesNothingAway() throws Exception {
    put("www.example.", address("www.example.", 30));
    Message failure = answer("www.example.", Type.A);
    failure.getHeader().setRcode(Rcode.SERVFAIL);
    passSeconds(29);
    put("www.example.", failure);
    assertThat(found("www.example.", Type.A).answer().kind()).isEqualTo(AnswerKind.RECORDS);
    passSeconds(2);
    put("www.example.", failure);
    assertThat(found("www.example.", Type.A).answer().kind()).isEqualTo(AnswerKind.FAILURE);
    passSeconds(6);
    CacheEntry stale = found("www.example.", Type.A);
    assertThat(stale.answer().kind()).isEqualTo(AnswerKind.RECORDS);
    assertThat(stale.remaining(now)).isNegative();
  }

  @Test
  void whatHasExpiredIsKeptForAnHour() throws Exception {
    put("www.example.", address("www.example.", 30));
    passSeconds(30 + 3600);
    sweepAll();
    assertThat(find("www.example.", Type.A)).isNotNull();
    passSeconds(1);
    sweepAll();
    assertThat(find("www.example.", Type.A)).isNull();
    assertThat(cache.entries()).isZero();
    assertThat(cache.bytes()).isZero();
  }

  @Test
  void aServerGoesWithItsAnswers() throws Exception {
    put("www.example.", address("www.example.", 30));
    cache.put(SERVER + 1, query("www.example.", Type.A), of(address("www.example.", 30)), now);
    cache.removeServer(SERVER);
    assertThat(find("www.example.", Type.A)).isNull();
    assertThat(cache.find(SERVER + 1, query("www.example.", Type.A), now)).isNotNull();
    assertThat(cache.entries()).isEqualTo(1);
  }

  @Test
  void itNeverTakesMoreMemoryThanAllowedAndKeepsWhatIsUsed() throws Exception {
    AnswerCache small = new AnswerCache(100_000);
    Query used = query("used.example.", Type.A);
    small.put(SERVER, used, of(address("used.example.", 300)), now);
    for (int i = 0; i < 5_000; i++) {
      String name = "n" + i + ".example.";
      small.put(SERVER, query(name, Type.A), of(address(name, 300)), now);
      assertThat(small.bytes()).isLessThanOrEqualTo(100_000);
      Objects.requireNonNull(small.find(SERVER, used, now), "not found after " + i).hit();
    }
    assertThat(small.evicted()).isEqualTo(5_001 - small.entries());
    assertThat(small.entries()).isGreaterThan(100);
    List<CacheEntry> all = new ArrayList<>();
    small.forEach(all::add);
    assertThat(all).hasSize(small.entries());
  }

  @Test
  void tenThousandNamesTakeLessThanEightMebibytes() throws Exception {
    AnswerCache large = new AnswerCache(8 << 20);
    for (int i = 0; i < 10_000; i++) {
      String name = "service-" + i + ".namespace-" + i % 100 + ".svc.cluster.local.";
      large.put(SERVER, query(name, Type.A), of(address(name, 30)), now);
      large.put(SERVER, query(name, Type.AAAA), of(noData(name, Type.AAAA, 30)), now);
      String searched = name + "namespace-" + i % 100 + ".svc.cluster.local.";
      large.put(SERVER, query(searched, Type.A), of(noName(searched, Type.A, 30)), now);
    }
    assertThat(large.evicted()).isZero();
    assertThat(large.entries()).isEqualTo(30_000);
  }

  /** With answers of which each can be told from all others by its address. */
  @Test
  void whoLooksWhileOthersWriteFindsNothingElse() throws Exception {
    AnswerCache busy = new AnswerCache(20_000);
    AtomicBoolean done = new AtomicBoolean();
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              for (int round = 0; !done.get(); round++) {
                String name = "n" + round % 300 + ".example.";
                try {
                  busy.put(SERVER, query(name, Type.A), of(address(name, 300)), now);
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              }
            });
    int found = 0;
    try {
      for (int round = 0; found < 50_000; round++) {
        Query query = query("n" + round % 300 + ".example.", Type.A);
        CacheEntry entry = busy.find(SERVER, query, now);
        if (entry != null) {
          found++;
          assertThat(entry.answer().nameText()).isEqualTo(query.nameText());
          entry.hit();
        }
      }
    } finally {
      done.set(true);
      writer.join();
    }
  }

  private void sweepAll() {
    for (int i = 0; i < 64; i++) {
      cache.sweep(now);
    }
  }

  private void passSeconds(int seconds) {
    now += TimeUnit.SECONDS.toNanos(seconds);
  }

  private void put(String name, Message answer) throws Exception {
    cache.put(SERVER, query(name, answer.getQuestion().getType()), of(answer), now);
  }

  private CacheEntry found(String name, int type) throws Exception {
    return Objects.requireNonNull(find(name, type), "not found");
  }

  private @Nullable CacheEntry find(String name, int type) throws Exception {
    return cache.find(SERVER, query(name, type), now);
  }

  private static Answer of(Message message) throws Exception {
    return Answer.read(message.toWire(), MAX_TTL);
  }

  private static Query query(String name, int type) throws Exception {
    return read(message(name, type));
  }

  private static Query read(Message message) {
    Query query = new Query();
    assertThat(query.read(ByteBuffer.wrap(message.toWire()))).isEqualTo(Query.Kind.PLAIN);
    return query;
  }

  private static Message message(String name, int type) throws Exception {
    return Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN));
  }

  private static Message answer(String name, int type) throws Exception {
    Message answer = message(name, type);
    answer.getHeader().setFlag(Flags.QR);
    return answer;
  }

  private static Message address(String name, int ttl) throws Exception {
    Message answer = answer(name, Type.A);
    InetAddress address = InetAddress.ofLiteral("192.0.2.1");
    answer.addRecord(new ARecord(Name.fromString(name), DClass.IN, ttl, address), Section.ANSWER);
    return answer;
  }

  private static Message noData(String name, int ttl) throws Exception {
    return noData(name, Type.A, ttl);
  }

  private static Message noData(String name, int type, int ttl) throws Exception {
    Message answer = answer(name, type);
    Name zone = Name.fromString("example.");
    answer.addRecord(
        new SOARecord(zone, DClass.IN, ttl, zone, zone, 1, 2, 3, 4, ttl), Section.AUTHORITY);
    return answer;
  }

  private static Message noName(String name, int type, int ttl) throws Exception {
    Message answer = noData(name, type, ttl);
    answer.getHeader().setRcode(Rcode.NXDOMAIN);
    return answer;
  }
}
