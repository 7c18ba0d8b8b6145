package io.kindnet.netlink.ip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {
  @ParameterizedTest
  @CsvSource({
    "10.244.1.0/24, 10.244.1.0/24",
    "10.244.1.77/24, 10.244.1.0/24",
    "0.0.0.0/0, 0.0.0.0/0",
    "255.255.255.255/32, 255.255.255.255/32",
    "10.244.1.255/25, 10.244.1.128/25",
    "FD00:10:244::/64, fd00:10:244::/64",
    "fd00:10:244:0:1::1/64, fd00:10:244::/64",
    "2001:db8:0:1:1:1:1:1/128, 2001:db8:0:1:1:1:1:1/128",
    "2001:db8:0:0:1:0:0:1/128, 2001:db8::1:0:0:1/128",
    "::/0, ::/0",
    "::1/128, ::1/128",
  })
  void readsAndPrints(String text, String canonical) {
    assertThat(IpPrefix.parse(text)).hasToString(canonical).isEqualTo(IpPrefix.parse(canonical));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.0",
        "10.0.0.0/",
        "/24",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/08",
        "10.0.0.0/8 ",
        "010.0.0.0/8",
        "10.0.0/8",
        "10/8",
        "1.2.3.4.5/8",
        "10.0.0.256/8",
        "0x0a.0.0.0/8",
        "fd00::/129",
        "fd00:/64",
        "fe80::1%eth0/64",
        "localhost/8",
        "fd00::g/64",
        "10.0.0.0/8/8",
        "١٠.0.0.0/8"
      })
  void refusesAnythingElseAndNamesIt(String text) {
    assertThatThrownBy(() -> IpPrefix.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + text + "' is not a CIDR");
  }

  @Test
  void containsItsOwnAndNothingElse() {
    IpPrefix prefix = IpPrefix.parse("10.244.0.0/16");

    assertThat(prefix.contains(IpPrefix.parse("10.244.7.0/24"))).isTrue();
    assertThat(prefix.contains(prefix)).isTrue();
    assertThat(prefix.contains(IpPrefix.parse("10.0.0.0/8"))).isFalse();
    assertThat(prefix.contains(IpPrefix.parse("::/0"))).isFalse();
    assertThat(prefix.contains(IpAddresses.parse("10.244.255.255"))).isTrue();
    assertThat(prefix.contains(IpAddresses.parse("10.245.0.0"))).isFalse();
    assertThat(prefix.overlaps(IpPrefix.parse("10.0.0.0/8"))).isTrue();
    assertThat(prefix.overlaps(IpPrefix.parse("10.245.0.0/16"))).isFalse();
  }

  @Test
  void knowsItsSizeAndItsLastAddress() {
    assertThat(IpPrefix.parse("10.244.1.0/24").last()).isEqualTo(IpAddresses.parse("10.244.1.255"));
    assertThat(IpPrefix.parse("0.0.0.0/0").last()).isEqualTo(IpAddresses.parse("255.255.255.255"));
    assertThat(IpPrefix.parse("fd00::/64").last())
        .isEqualTo(IpAddresses.parse("fd00::ffff:ffff:ffff:ffff"));
    assertThat(IpPrefix.parse("::/0").size()).isEqualTo(BigInteger.TWO.pow(128));
  }

  @Test
  void reducesToTopLevel() {
    assertThat(
            TopLevelPrefixes.of(
                Stream.of(
                        "10.244.1.0/24",
                        "fd00::/64",
                        "10.244.0.0/16",
                        "10.245.0.0/24",
                        "fd00::/48",
                        "10.244.0.0/16",
                        "10.244.0.0/24",
                        "::/48",
                        "0.0.0.0/32")
                    .map(IpPrefix::parse)
                    .toList()))
        .extracting(IpPrefix::toString)
        .containsExactlyInAnyOrder(
            "10.244.0.0/16", "10.245.0.0/24", "fd00::/48", "::/48", "0.0.0.0/32");
  }
}
