package io.kindnet.kindnetd.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Resources;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ApiAddressesTest {
  static Stream<String[]> cases() {
    return Resources.text(ApiAddressesTest.class, "sloppy.txt")
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split("\\|", -1));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void readsWhatTheApiServerReadsAndNothingElse(String kind, String text, String result) {
    assertThat(read(kind, text)).isEqualTo(result);
  }

  private static String read(String kind, String text) {
    try {
      return kind.equals("c")
          ? ApiAddresses.prefix(text).toString()
          : IpAddresses.format(ApiAddresses.address(text));
    } catch (IllegalArgumentException none) {
      assertThat(none).hasMessageContaining("'" + text + "' is not a");
      return "-";
    }
  }

  @Test
  void showsTextsOfOthersWithoutWhatCouldForgeALine() {
    assertThatThrownBy(() -> ApiAddresses.address("1\nE0101 all is lost"))
        .hasMessage("'1?E0101 all is lost' is not an IP address");
    assertThatThrownBy(() -> ApiAddresses.prefix("1".repeat(1000)))
        .hasMessage("'" + "1".repeat(64) + "…' is not a CIDR");
  }
}
