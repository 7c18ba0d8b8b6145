package io.kindnet.kindnetd.networkpolicy.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressRangesTest {
  private static AddressRanges ranges(String cidrs) {
    AddressRanges ranges = null;
    for (String cidr : cidrs.split(" ")) {
      AddressRanges next = AddressRanges.of(IpPrefix.parse(cidr));
      ranges = ranges == null ? next : ranges.plus(next);
    }
    return ranges == null ? AddressRanges.none(AddressFamily.IPV4) : ranges;
  }

  @ParameterizedTest
  @CsvSource({
    // that overlap, that touch, that do neither
    "10.0.0.0/8 10.1.0.0/16, 10.0.0.0/8",
    "10.1.0.0/16 10.0.0.0/8, 10.0.0.0/8",
    "10.0.0.0/25 10.0.0.128/25, 10.0.0.0/24",
    "10.0.0.128/25 10.0.1.0/24, 10.0.0.128-10.0.1.255",
    "10.0.1.0/24 10.0.0.0/25, '10.0.0.0/25,10.0.1.0/24'",
    // to both ends
    "0.0.0.0/1 128.0.0.0/1, 0.0.0.0/0",
    "255.255.255.255/32 255.255.255.254/32, 255.255.255.254/31",
    "255.255.255.0/24 0.0.0.0/0, 0.0.0.0/0",
    "::/1 8000::/1, ::/0",
    "fd00::/64 fd00:0:0:1::/64, fd00::/63",
  })
  void sums(String cidrs, String expected) {
    assertThat(ranges(cidrs).text()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.0.0.0/8, ''",
    "10.0.0.0/8, 0.0.0.0/0, ''",
    "10.0.0.0/8, 11.0.0.0/8, 10.0.0.0/8",
    "10.0.0.0/8, fd00::/8, 10.0.0.0/8",
    "10.0.0.0/24, 10.0.0.0/25, 10.0.0.128/25",
    "10.0.0.0/24, 10.0.0.255/32, 10.0.0.0-10.0.0.254",
    "10.0.0.0/24, 10.0.0.64/26, '10.0.0.0/26,10.0.0.128/25'",
    "0.0.0.0/0, 10.0.0.0/8, '0.0.0.0-9.255.255.255,11.0.0.0-255.255.255.255'",
    "0.0.0.0/0, 255.0.0.0/8, 0.0.0.0-254.255.255.255",
    "::/0, ffff::/16, ::-fffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    // Java takes IPv4-mapped addresses for those of IPv4
    "::fffe:0:0/95, ::fffe:0:0/96, ::ffff:0.0.0.0-::ffff:255.255.255.255",
    "::fffe:0:0/95, ::fffe:0:0/97, ::fffe:8000:0-::ffff:255.255.255.255",
    "::/0, ::fffe:0:0/96, '::-::fffd:ffff:ffff,::ffff:0.0.0.0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'",
  })
  void differences(String cidr, String hole, String expected) {
    assertThat(ranges(cidr).minus(IpPrefix.parse(hole)).text()).isEqualTo(expected);
  }

  @Test
  void everythingIsEverythingOfOneFamily() {
    assertThat(ranges("0.0.0.0/0").isEverything()).isTrue();
    assertThat(ranges("::/0").isEverything()).isTrue();
    assertThat(ranges("0.0.0.0/0").minus(IpPrefix.parse("10.0.0.1/32")).isEverything()).isFalse();
    assertThat(ranges("::/0").contains(AddressKey.of(IpAddresses.parse("10.0.0.1")))).isFalse();
  }

  /** Against looking at each prefix. */
  @Test
  void randomOnes() {
    Random random = new Random(5);
    for (int round = 0; round < 500; round++) {
      List<IpPrefix> added = prefixes(random);
      List<IpPrefix> holes = prefixes(random);
      AddressRanges ranges = AddressRanges.none(AddressFamily.IPV4);
      for (IpPrefix prefix : added) {
        ranges = ranges.plus(AddressRanges.of(prefix));
      }
      for (IpPrefix hole : holes) {
        ranges = ranges.minus(hole);
      }
      for (int i = 0; i < 256; i++) {
        InetAddress address =
            IpAddresses.plus(IpAddresses.parse("10.0.0.0"), BigInteger.valueOf(i));
        boolean expected =
            added.stream().anyMatch(prefix -> prefix.contains(address))
                && holes.stream().noneMatch(prefix -> prefix.contains(address));
        assertThat(ranges.contains(AddressKey.of(address)))
            .as("%s in %s without %s", address, added, holes)
            .isEqualTo(expected);
      }
    }
  }

  private static List<IpPrefix> prefixes(Random random) {
    return random
        .ints(random.nextInt(5), 0, 256)
        .mapToObj(last -> IpPrefix.parse("10.0.0." + last + "/" + (24 + random.nextInt(9))))
        .toList();
  }
}
