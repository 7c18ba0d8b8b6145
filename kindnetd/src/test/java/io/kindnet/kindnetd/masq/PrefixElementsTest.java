package io.kindnet.kindnetd.masq;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.Intervals;
import io.kindnet.netlink.nftables.expr.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PrefixElementsTest {
  private static Element start(String address) {
    return Element.of(Value.of(IpAddresses.parse(address)));
  }

  private static Element end(String address) {
    return Element.intervalEnd(Value.of(IpAddresses.parse(address)));
  }

  @Test
  void readsWhatWasWrittenInAnyOrder() {
    Set<IpPrefix> v4 =
        Set.of(
            IpPrefix.parse("0.0.0.0/8"),
            IpPrefix.parse("10.244.0.0/24"),
            IpPrefix.parse("10.244.1.0/24"),
            IpPrefix.parse("192.0.2.1/32"),
            IpPrefix.parse("240.0.0.0/4"));
    Set<IpPrefix> v6 = Set.of(IpPrefix.parse("fd00::/64"), IpPrefix.parse("fd00:0:0:1::/64"));
    List<Element> elements = new ArrayList<>(Intervals.of(v4));
    Collections.shuffle(elements, new Random(1));
    assertThat(PrefixElements.read(elements, AddressFamily.IPV4)).contains(v4);
    assertThat(PrefixElements.read(Intervals.of(v6), AddressFamily.IPV6)).contains(v6);
    Set<IpPrefix> everything = Set.of(IpPrefix.parse("::/0"));
    assertThat(PrefixElements.read(Intervals.of(everything), AddressFamily.IPV6))
        .contains(everything);
    assertThat(PrefixElements.read(List.of(), AddressFamily.IPV4)).contains(Set.of());
  }

  @Test
  void refusesWhatIsNoPrefix() {
    assertThat(read(start("10.0.0.0"), end("10.0.0.3"))).as("three addresses").isFalse();
    assertThat(read(start("10.0.0.1"), end("10.0.0.3"))).as("between prefixes").isFalse();
    assertThat(read(end("10.0.0.1"))).as("an end alone").isFalse();
    assertThat(read(end("0.0.0.0"), start("10.0.0.0"), end("11.0.0.0"))).isFalse();
    assertThat(read(start("10.0.0.0"), start("11.0.0.0"), end("12.0.0.0"))).isFalse();
    assertThat(read(start("10.0.0.0"), end("11.0.0.0"), end("12.0.0.0"))).isFalse();
  }

  private static boolean read(Element... elements) {
    return PrefixElements.read(List.of(elements), AddressFamily.IPV4).isPresent();
  }
}
