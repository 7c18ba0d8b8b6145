package io.kindnet.kindnetd.cluster.pods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PackedAddressesTest {
  private static List<InetAddress> addresses(String... texts) {
    return Stream.of(texts).map(IpAddresses::parse).toList();
  }

  @Test
  void isTheListThatItWasMadeOf() {
    for (List<InetAddress> addresses :
        List.of(
            addresses(),
            addresses("10.244.7.200"),
            addresses("fd00::1", "192.0.2.255"),
            addresses("255.255.255.255", "ffff::ffff", "10.0.0.1"))) {
      List<InetAddress> packed = PackedAddresses.copyOf(addresses);
      assertThat(packed).isEqualTo(addresses).hasSameHashCodeAs(addresses);
    }
    assertThatThrownBy(() -> PackedAddresses.copyOf(addresses("::1")).get(1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
