package io.kindnet.kindnetd.masq;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpPrefix;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PrefixChangeTest {
  private static Set<IpPrefix> prefixes(String... texts) {
    return new HashSet<>(Stream.of(texts).map(IpPrefix::parse).toList());
  }

  private static List<String> between(Set<IpPrefix> present, Set<IpPrefix> desired, int size) {
    return PrefixChange.between(present, desired, size).stream()
        .map(change -> "-" + change.removed() + " +" + change.added())
        .toList();
  }

  @Test
  void isEmptyWhereNothingChanges() {
    assertThat(between(prefixes("10.0.0.0/8"), prefixes("10.0.0.0/8"), 10)).isEmpty();
    assertThat(between(Set.of(), Set.of(), 10)).isEmpty();
  }

  @Test
  void hasOnlyWhatChanges() {
    assertThat(
            between(
                prefixes("10.244.0.0/24", "10.244.1.0/24", "10.244.2.0/24"),
                prefixes("10.244.0.0/24", "10.244.2.0/24", "10.244.3.0/24"),
                10))
        .containsExactly("-[10.244.1.0/24] +[10.244.3.0/24]");
  }

  @Test
  void isCutIntoParts() {
    assertThat(
            between(
                prefixes("10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"),
                prefixes("10.4.0.0/16", "10.5.0.0/16"),
                2))
        .containsExactly(
            "-[10.1.0.0/16, 10.2.0.0/16] +[]",
            "-[10.3.0.0/16] +[10.4.0.0/16]",
            "-[] +[10.5.0.0/16]");
  }

  @Test
  void keepsAPrefixTogetherWithWhatItReplaces() {
    assertThat(
            between(
                prefixes("9.0.0.0/8", "10.244.1.0/24", "10.244.2.0/24", "10.244.3.0/24"),
                prefixes("10.244.0.0/16", "11.0.0.0/8"),
                1))
        .containsExactly(
            "-[9.0.0.0/8] +[]",
            "-[10.244.1.0/24, 10.244.2.0/24, 10.244.3.0/24] +[10.244.0.0/16]",
            "-[] +[11.0.0.0/8]");
    assertThat(between(prefixes("fd00::/48"), prefixes("fd00::/64", "fd00:0:0:1::/64"), 1))
        .containsExactly("-[fd00::/48] +[fd00::/64, fd00:0:0:1::/64]");
  }
}
