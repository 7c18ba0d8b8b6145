package io.kindnet.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.AddressFamily;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class NetconfBytesTest {
  @Test
  void readsSettings() {
    assertThat(Netconf.read(Bytes.message("netconf")))
        .isEqualTo(new Netconf(AddressFamily.IPV4, Netconf.IFINDEX_ALL, OptionalInt.of(0)));
    assertThat(Netconf.read(Bytes.message("netconf-rp-filter")))
        .isEqualTo(new Netconf(AddressFamily.IPV4, 5, OptionalInt.empty()));
  }
}
