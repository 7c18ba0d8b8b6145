package io.kindnet.netlink.nftables;

import static io.kindnet.netlink.nftables.Rulesets.address;
import static io.kindnet.netlink.nftables.Rulesets.prefixes;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.ip.TopLevelPrefixes;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NetworkNamespaces
class IntervalsTest {
  private static final Table TABLE = new Table(TableFamily.INET, "t");
  private static final NamedSet V4 =
      NamedSet.set(TABLE, "s", DataType.of(FieldType.IPV4_ADDR)).withAutoMerge();
  private static final NamedSet V6 =
      NamedSet.set(TABLE, "s", DataType.of(FieldType.IPV6_ADDR)).withAutoMerge();

  @Test
  void aPrefixIsItsFirstAddressAndTheFirstBehindIt() {
    assertThat(Intervals.of(prefixes("10.1.0.0/16")))
        .containsExactly(Element.of(address("10.1.0.0")), Element.intervalEnd(address("10.2.0.0")));
  }

  @Test
  void aSingleAddressToo() {
    assertThat(Intervals.of(prefixes("fd00::1/128")))
        .containsExactly(Element.of(address("fd00::1")), Element.intervalEnd(address("fd00::2")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0/0", "255.255.255.255/32", "128.0.0.0/1", "::/0", "ff00::/8"})
  void aPrefixThatReachesToTheLastAddressHasNoEnd(String prefix) {
    IpPrefix parsed = IpPrefix.parse(prefix);

    assertThat(Intervals.of(List.of(parsed)))
        .containsExactly(Element.of(Value.of(parsed.address())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0/0",
        "0.0.0.0/8",
        "255.255.255.255/32",
        "128.0.0.0/1",
        "10.1.2.3/32",
        "10.0.0.0/8"
      })
  void nftReadsThePrefixBack(String prefix, Namespace host) {
    try (NftablesSocket nftables = NftablesSockets.nftables(host)) {
      nftables.commit(
          nftables.transaction().add(TABLE).add(V4).add(V4, Intervals.of(prefixes(prefix))));
    }

    assertThat(elements(host)).isEqualTo(prefix.replace("/32", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "::/0",
        "::/16",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
        "8000::/1",
        "fd00::7/128"
      })
  void nftReadsThePrefixBackInIpv6(String prefix, Namespace host) {
    try (NftablesSocket nftables = NftablesSockets.nftables(host)) {
      nftables.commit(
          nftables.transaction().add(TABLE).add(V6).add(V6, Intervals.of(prefixes(prefix))));
    }

    assertThat(elements(host)).isEqualTo(prefix.replace("/128", ""));
  }

  @Test
  void prefixesThatTouchStayApartAndGoOneByOne(Namespace host) {
    try (NftablesSocket nftables = NftablesSockets.nftables(host)) {
      List<IpPrefix> neighbours = prefixes("10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24");
      nftables.commit(nftables.transaction().add(TABLE).add(V4).add(V4, Intervals.of(neighbours)));
      assertThat(elements(host)).isEqualTo("10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24");

      nftables.commit(nftables.transaction().delete(V4, Intervals.of(prefixes("10.0.1.0/24"))));

      assertThat(elements(host)).isEqualTo("10.0.0.0/24, 10.0.2.0/24");
    }
  }

  @Test
  void aLargerPrefixTakesThePlaceOfThoseInsideInOneTransaction(Namespace host) {
    try (NftablesSocket nftables = NftablesSockets.nftables(host)) {
      List<IpPrefix> inside = prefixes("10.0.0.0/24", "10.0.1.0/24", "10.0.255.0/24");
      List<IpPrefix> larger = prefixes("10.0.0.0/16");
      nftables.commit(nftables.transaction().add(TABLE).add(V4).add(V4, Intervals.of(inside)));

      nftables.commit(
          nftables.transaction().delete(V4, Intervals.of(inside)).add(V4, Intervals.of(larger)));
      assertThat(elements(host)).isEqualTo("10.0.0.0/16");

      nftables.commit(
          nftables.transaction().delete(V4, Intervals.of(larger)).add(V4, Intervals.of(inside)));
      assertThat(elements(host)).isEqualTo("10.0.0.0/24, 10.0.1.0/24, 10.0.255.0/24");
    }
  }

  @Test
  void differencesLeadFromAnyPrefixesToAnyOthers(Namespace host) {
    Random random = new Random(20260725);
    Set<IpPrefix> present = new HashSet<>();
    try (NftablesSocket nftables = NftablesSockets.nftables(host)) {
      nftables.commit(nftables.transaction().add(TABLE).add(V4));
      for (int round = 0; round < 100; round++) {
        Set<IpPrefix> wanted = new HashSet<>(TopLevelPrefixes.of(crowd(random)));
        Set<IpPrefix> gone = new HashSet<>(present);
        gone.removeAll(wanted);
        Set<IpPrefix> added = new HashSet<>(wanted);
        added.removeAll(present);

        nftables.commit(
            nftables.transaction().delete(V4, Intervals.of(gone)).add(V4, Intervals.of(added)));

        assertThat(nftables.list().elements(V4))
            .as("round %d: %s to %s", round, present, wanted)
            .containsExactlyInAnyOrderElementsOf(Intervals.of(wanted));
        present = wanted;
      }
    }
  }

  /** Prefixes that touch and overlap, and reach to both ends of the address space. */
  private static List<IpPrefix> crowd(Random random) {
    List<IpPrefix> prefixes = new ArrayList<>();
    for (int i = random.nextInt(30); i >= 0; i--) {
      int network = random.nextInt(3) == 0 ? 255 : 0;
      int length = 24 + random.nextInt(9);
      prefixes.add(
          IpPrefix.parse(
              network + "." + network + "." + network + "." + random.nextInt(256) + "/" + length));
    }
    return prefixes;
  }

  private static String elements(Namespace host) {
    String listing = Nft.table(host, "inet", "t");
    int start = listing.indexOf("elements = { ") + "elements = { ".length();
    return listing.substring(start, listing.indexOf(" }", start)).replaceAll("\\s+", " ");
  }
}
