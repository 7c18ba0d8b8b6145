package io.kindnet.kindnetd.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BindAddressTest {
  @Test
  void takesNoAddressForEveryAddress() {
    assertThat(BindAddress.parse(":19080")).isEqualTo(new InetSocketAddress(19080));
    assertThat(BindAddress.format(new InetSocketAddress(19080))).isEqualTo(":19080");
    assertThat(BindAddress.format(BindAddress.parse("[::1]:80"))).isEqualTo("[::1]:80");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:19080, 127.0.0.1, 19080",
    "[::1]:0, ::1, 0",
    "[fd00::1]:65535, fd00::1, 65535",
    "localhost:80, 127.0.0.1, 80"
  })
  void takesAnAddress(String text, String address, int port) {
    assertThat(BindAddress.parse(text))
        .isEqualTo(new InetSocketAddress(IpAddresses.parse(address), port));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "127.0.0.1       | missing port, the form is ADDRESS:PORT or :PORT",
        "127.0.0.1:      | '' is not a port, a number from 0 to 65535",
        ":65536          | '65536' is not a port, a number from 0 to 65535",
        ":http           | 'http' is not a port, a number from 0 to 65535",
        "::1:19080       | an IPv6 address stands in brackets, as in [::1]:19080",
        "example.org:80  | 'example.org' is not an IP address"
      })
  void saysWhatIsWrong(String text, String message) {
    assertThatThrownBy(() -> BindAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
