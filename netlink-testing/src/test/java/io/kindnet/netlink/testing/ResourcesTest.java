package io.kindnet.netlink.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ResourcesTest {
  @Test
  void readsTextFromThePackageOfTheTest() {
    assertThat(Resources.text(ResourcesTest.class, "HexTest.hex")).isEqualTo("ca fe  # coffee\n");
  }

  @Test
  void saysWhereAMissingResourceBelongs() {
    assertThatThrownBy(() -> Resources.text(ResourcesTest.class, "missing.txt"))
        .isInstanceOf(AssertionError.class)
        .hasMessage("no resource src/test/resources/io/kindnet/netlink/testing/missing.txt");
  }
}
