package io.kindnet.kindnetd.networkpolicy.domains;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.kindnetd.networkpolicy.compiler.DomainSet;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.expr.Value;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AnswerSetTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final InetAddress ONE = IpAddresses.parse("192.0.2.1");
  private static final InetAddress TWO = IpAddresses.parse("192.0.2.2");

  private final AnswerSet set =
      new AnswerSet(
          new DomainSet(
              NamedSet.set(PolicyTable.TABLE, "names-v4", DataType.of(FieldType.IPV4_ADDR)),
              AddressFamily.IPV4,
              new TreeSet<>(Set.of("*.example")),
              /* isOfConnections= */ false));

  private boolean extend(InetAddress address, long untilSeconds, long nowSeconds) {
    return set.extend(
        address, new AnswerSet.Lease("a.example.", untilSeconds * SECOND), nowSeconds * SECOND);
  }

  private static Element listed(InetAddress address, long secondsLeft) {
    Element element = Element.of(Value.of(address));
    return new Element(
        element.key(),
        null,
        false,
        null,
        null,
        Duration.ofSeconds(600),
        "a.example",
        Duration.ofSeconds(secondsLeft));
  }

  @Test
  void isWrittenOnlyForLonger() {
    assertThat(extend(ONE, 100, 0)).isTrue();
    assertThat(set.isUnwritten()).isTrue();
    set.written();

    assertThat(extend(ONE, 90, 0)).isTrue();
    assertThat(extend(ONE, 101, 0)).isTrue();
    assertThat(set.isUnwritten()).as("a second more is none").isFalse();

    assertThat(extend(ONE, 200, 50)).isTrue();
    assertThat(set.isUnwritten()).isTrue();
    assertThat(set.elements(50 * SECOND))
        .containsExactly(
            Element.of(Value.of(ONE))
                .withTimeout(Duration.ofSeconds(150))
                .withComment("a.example"));
    assertThat(set.isUnwritten()).as("who makes the set has it").isFalse();
  }

  @Test
  void takesNoAddressOfTheOtherFamily() {
    assertThat(extend(IpAddresses.parse("2001:db8::1"), 100, 0)).isTrue();
    assertThat(set.elements(0)).isEmpty();
  }

  @Test
  void isFullAtSomePointUntilAddressesExpire() {
    for (int i = 0; i < AnswerSet.MOST; i++) {
      assertThat(extend(IpAddresses.of(new byte[] {10, 1, (byte) (i >> 8), (byte) i}), 100, 0))
          .isTrue();
    }
    assertThat(extend(ONE, 100, 0)).isFalse();
    assertThat(extend(IpAddresses.parse("10.1.0.1"), 200, 0)).as("one that is there").isTrue();

    assertThat(extend(ONE, 300, 101)).isTrue();
    assertThat(set.live(101 * SECOND)).isEqualTo(2);
  }

  /** That of an earlier run, at first; later on it is what others have put there. */
  @Test
  void takesOverWhatIsThereOnce() {
    assertThat(extend(TWO, 100, 0)).isTrue();
    set.written();

    DomainAddresses.Difference first = set.compare(List.of(listed(ONE, 50)), 0);
    assertThat(first.removed()).isEmpty();
    assertThat(first.added()).extracting(Element::key).containsExactly(Value.of(TWO));

    InetAddress three = IpAddresses.parse("192.0.2.3");
    DomainAddresses.Difference second =
        set.compare(List.of(listed(TWO, 90), listed(three, 500)), 10 * SECOND);
    assertThat(second.removed()).extracting(Element::key).containsExactly(Value.of(three));
    assertThat(second.added()).extracting(Element::key).containsExactly(Value.of(ONE));

    DomainAddresses.Difference third = set.compare(List.of(listed(TWO, 40)), 60 * SECOND);
    assertThat(third.removed()).isEmpty();
    assertThat(third.added()).as("it has gone by itself").isEmpty();
  }

  /** Nobody has taken away what is about to be written. */
  @Test
  void whatIsUnwrittenIsNotMissing() {
    assertThat(extend(ONE, 100, 0)).isTrue();

    assertThat(set.compare(List.of(), 0).added()).isEmpty();
    assertThat(set.isUnwritten()).isTrue();
  }

  @Test
  void doesNotKeepWhatHasNoTime() {
    Element forever = Element.of(Value.of(ONE));

    assertThat(set.compare(List.of(forever), 0).removed()).containsExactly(forever);
  }
}
