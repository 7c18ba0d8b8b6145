package io.kindnet.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {
  @Test
  void isTextAndBytesBothWays() {
    MacAddress mac = MacAddress.parse("FE:00:5e:10:00:0a");

    assertThat(mac).hasToString("fe:00:5e:10:00:0a");
    assertThat(mac.bytes()).containsExactly(0xfe, 0x00, 0x5e, 0x10, 0x00, 0x0a);
    assertThat(MacAddress.of(mac.bytes())).isEqualTo(mac);
  }

  @Test
  void aRandomOneIsOfOneInterfaceAndLocallyAdministered() {
    Set<MacAddress> seen = new HashSet<>();
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      MacAddress mac = MacAddress.random(random);
      assertThat(mac.bytes()[0] & 0x03).isEqualTo(0x02);
      seen.add(mac);
    }
    assertThat(seen).hasSize(1000);
  }

  @Test
  void makesALinkLocalAddress() {
    InetAddress address = MacAddress.parse("02:00:5e:10:00:01").linkLocal();

    assertThat(IpAddresses.format(address)).isEqualTo("fe80::5eff:fe10:1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "02:00:5e:10:00",
        "02:00:5e:10:00:0g",
        "02-00-5e-10-00-01",
        "02:00:5e:10:00:01:02"
      })
  void refusesWhatIsNone(String text) {
    assertThatThrownBy(() -> MacAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'" + text + "' is not an Ethernet address");
  }

  @Test
  void refusesAnotherLength() {
    assertThatThrownBy(() -> MacAddress.of(new byte[8]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an Ethernet address has 6 bytes, not 8");
    assertThatThrownBy(() -> new MacAddress(1L << 48)).isInstanceOf(IllegalArgumentException.class);
  }
}
