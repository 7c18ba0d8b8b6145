package io.kindnet.kindnetd.podcidr;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrRulesTest {
  private static final HostFacts NOTHING = new HostFacts(Set.of(), Set.of(), Set.of(), Set.of());
  private static final HostFacts HOST =
      new HostFacts(
          prefixes("172.30.0.0/16", "fd00:172:30::/64", "10.0.0.0/9", "10.9.0.0/24"),
          addresses("172.30.0.1", "203.0.113.254", "fd00:172:30::1"),
          addresses("172.30.1.1", "fd00:172:30::1:1", "198.51.100.7"),
          addresses("203.0.113.53"));

  private static Set<IpPrefix> prefixes(String... texts) {
    return Stream.of(texts).map(IpPrefix::parse).collect(Collectors.toSet());
  }

  private static Set<InetAddress> addresses(String... texts) {
    return Stream.of(texts).map(IpAddresses::parse).collect(Collectors.toSet());
  }

  private static CidrRules rules(HostFacts host, String... clusterCidrs) {
    return new CidrRules(
        Stream.of(clusterCidrs).map(IpPrefix::parse).toList(),
        host,
        addresses("192.0.2.10", "10.96.0.1", "2001:db8::10"),
        prefixes("10.96.0.0/12", "fd00:96::/112"));
  }

  private static Optional<String> ofOther(CidrRules rules, String cidr) {
    return rules.objection(CidrRange.of(IpPrefix.parse(cidr)), /* own= */ false);
  }

  private static Optional<String> ofSelf(CidrRules rules, String cidr) {
    return rules.objection(CidrRange.of(IpPrefix.parse(cidr)), /* own= */ true);
  }

  private static CidrRules none() {
    return new CidrRules(List.of(), NOTHING, List.of(), List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0/0, 0.0.0.0/8 (this network)",
    "0.1.0.0/16, 0.0.0.0/8 (this network)",
    "127.0.0.0/8, 127.0.0.0/8 (loopback)",
    "127.9.0.0/24, 127.0.0.0/8 (loopback)",
    "64.0.0.0/2, 127.0.0.0/8 (loopback)",
    "169.254.0.0/16, 169.254.0.0/16 (link-local)",
    "169.254.169.254/32, 169.254.0.0/16 (link-local)",
    "224.0.0.0/24, 224.0.0.0/4 (multicast)",
    "192.0.0.0/2, 224.0.0.0/4 (multicast)",
    "255.255.255.255/32, 255.255.255.255/32 (broadcast)",
    "240.0.0.0/4, 255.255.255.255/32 (broadcast)",
    "::/0, ::/128 (unspecified)",
    "::1/128, ::1/128 (loopback)",
    "::/96, ::/128 (unspecified)",
    "::fffe:0:0/95, ::ffff:0:0/96 (IPv4-mapped)",
    "fe80::/64, fe80::/10 (link-local)",
    "fe80::/9, fe80::/10 (link-local)",
    "ff02::/16, ff00::/8 (multicast)",
    "8000::/1, fe80::/10 (link-local)"
  })
  void acceptsNothingReservedOnAnyMachine(String cidr, String reserved) {
    assertThat(ofOther(none(), cidr)).contains("it overlaps " + reserved);
    assertThat(ofSelf(none(), cidr)).contains("it overlaps " + reserved);
    assertThat(none().hazard(CidrRange.of(IpPrefix.parse(cidr)), /* own= */ false))
        .contains("it overlaps " + reserved);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.0.0.0/8",
        "10.244.0.0/24",
        "126.0.0.0/8",
        "128.0.0.0/8",
        "169.253.0.0/16",
        "169.255.0.0/16",
        "223.255.255.0/24",
        "240.0.0.0/24",
        "255.255.255.0/25",
        "::2/128",
        "::1:0:0/96",
        "1::/16",
        "64:ff9b::/96",
        "fd00:10:244::/64",
        "fec0::/10"
      })
  void acceptsWhatIsNextToIt(String cidr) {
    assertThat(ofOther(none(), cidr)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.0/24, 'it contains 192.0.2.10, an address of the API server'",
    "192.0.2.10/32, 'it contains 192.0.2.10, an address of the API server'",
    "2001:db8::/64, 'it contains 2001:db8::10, an address of the API server'",
    "10.96.0.0/24, 'it contains 10.96.0.1, an address of the API server'",
    "203.0.113.254/32, 'it contains 203.0.113.254, a gateway of this machine'",
    "203.0.113.0/26, 'it contains 203.0.113.53, a name server of this machine'",
    "198.51.100.0/24, 'it contains 198.51.100.7, an address of this machine'",
    "10.97.0.0/24, 'it overlaps 10.96.0.0/12, a range of Services'",
    "fd00:96::/64, 'it overlaps fd00:96::/112, a range of Services'",
    "172.30.5.0/24, 'it overlaps 172.30.0.0/16, a network of this machine'",
    "fd00:172:30:0:5::/80, 'it overlaps fd00:172:30::/64, a network of this machine'",
    "10.9.0.0/25, 'it overlaps 10.0.0.0/9, a network of this machine'",
    "10.9.0.0/24, 'it overlaps 10.9.0.0/24, a network of this machine'",
    "10.8.0.0/15, 'it overlaps 10.9.0.0/24, a network of this machine'"
  })
  void acceptsNothingThatThisMachineReachesOtherwise(String cidr, String reason) {
    assertThat(ofOther(rules(HOST), cidr)).contains(reason);
    assertThat(rules(HOST).hazard(CidrRange.of(IpPrefix.parse(cidr)), /* own= */ false))
        .contains(reason);
  }

  @Test
  void acceptsAllElse() {
    assertThat(ofOther(rules(HOST), "10.244.1.0/24")).isEmpty();
    assertThat(ofOther(rules(HOST), "fd00:10:244:1::/64")).isEmpty();
    assertThat(ofOther(rules(HOST), "192.0.2.0/29")).isEmpty();
  }

  @Test
  void letsThisNodeHavePodsOnItsOwnNetwork() {
    assertThat(ofSelf(rules(HOST), "172.30.1.0/24")).as("the gateway of its pods").isEmpty();
    assertThat(ofSelf(rules(HOST), "172.30.0.0/24"))
        .contains("it contains 172.30.0.1, a gateway of this machine");
    assertThat(ofSelf(rules(HOST), "192.0.2.0/24"))
        .contains("it contains 192.0.2.10, an address of the API server");
  }

  @Test
  void acceptsNothingOutsideOfWhatWasDeclared() {
    CidrRules rules = rules(HOST, "10.244.0.0/16", "10.245.0.0/16");
    assertThat(ofOther(rules, "10.244.1.0/24")).isEmpty();
    assertThat(ofOther(rules, "10.244.0.0/16")).isEmpty();
    assertThat(ofOther(rules, "10.245.1.0/24")).isEmpty();
    String reason = "it is not inside POD_SUBNET, 10.244.0.0/16, 10.245.0.0/16";
    assertThat(ofOther(rules, "10.246.1.0/24")).contains(reason);
    assertThat(ofSelf(rules, "10.246.1.0/24")).contains(reason);
    assertThat(ofOther(rules, "10.244.0.0/15")).contains(reason);
    assertThat(rules.hazard(CidrRange.of(IpPrefix.parse("10.246.1.0/24")), /* own= */ false))
        .isEmpty();
    assertThat(ofOther(rules, "fd00:1::/64")).as("nothing was declared of IPv6").isEmpty();
  }

  @Test
  void letsADeclaredPartOfAFlatNetworkBePods() {
    CidrRules rules = rules(HOST, "10.1.0.0/16", "10.9.0.0/16", "10.100.0.0/16");
    assertThat(ofOther(rules, "10.1.2.0/24")).isEmpty();
    assertThat(rules.hazard(CidrRange.of(IpPrefix.parse("10.1.2.0/24")), /* own= */ false))
        .isEmpty();
    assertThat(ofOther(rules, "10.100.2.0/24")).as("of a range of Services").isEmpty();
    assertThat(ofOther(rules, "10.9.0.0/24")).as("a whole network").isPresent();
    assertThat(ofOther(rules, "10.9.0.0/16")).as("more than a network").isPresent();
    assertThat(ofOther(rules, "10.9.0.0/25"))
        .as("a part of both, as declared as the other")
        .isEmpty();
    CidrRules flat = rules(HOST, "172.30.0.0/16");
    assertThat(ofOther(flat, "172.30.5.0/24")).isEmpty();
    assertThat(ofOther(flat, "172.30.0.0/24"))
        .contains("it contains 172.30.0.1, a gateway of this machine");
    assertThat(ofOther(flat, "172.30.1.0/24"))
        .contains("it contains 172.30.1.1, an address of this machine");
  }
}
