package io.kindnet.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.libc.KernelException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("bpf")
class BpfMapTest {
  private static final int BPF_MAP_TYPE_HASH = 1;
  private static final MapDefinition HASH =
      new MapDefinition("test_hash", BPF_MAP_TYPE_HASH, 2, 4, 3, 0);

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @Test
  void keepsValuesUntilTheyAreRemoved() {
    try (BpfMap map = BpfMap.create(HASH)) {
      map.put(bytes(1, 2), bytes(1, 2, 3, 4));
      map.put(bytes(1, 3), bytes(5, 6, 7, 8));
      map.put(bytes(1, 2), bytes(9, 9, 9, 9));
      assertThat(map.get(bytes(1, 2))).contains(bytes(9, 9, 9, 9));
      assertThat(map.get(bytes(1, 4))).isEmpty();
      assertThat(map.keys()).containsExactlyInAnyOrder(bytes(1, 2), bytes(1, 3));
      assertThat(map.remove(bytes(1, 2))).isTrue();
      assertThat(map.remove(bytes(1, 2))).isFalse();
      assertThat(map.keys()).containsExactly(bytes(1, 3));
    }
  }

  @Test
  void isNoLargerThanItIsMade() {
    try (BpfMap map = BpfMap.create(HASH)) {
      for (int i = 0; i < 3; i++) {
        map.put(bytes(0, i), new byte[4]);
      }
      assertThatThrownBy(() -> map.put(bytes(0, 3), new byte[4]))
          .isInstanceOf(KernelException.class)
          .hasMessageContaining("write into BPF map test_hash: E2BIG");
      assertThatThrownBy(() -> map.put(bytes(0), new byte[4]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("2 bytes, not 1");
    }
  }

  @Test
  void hasAValueForEachProcessor() {
    MapDefinition array =
        new MapDefinition("test_array", BpfConstants.BPF_MAP_TYPE_PERCPU_ARRAY, 4, 16, 2, 0);
    try (BpfMap map = BpfMap.create(array)) {
      assertThat(map.get(new byte[4])).contains(new byte[16 * Processors.possible()]);
      assertThat(Processors.possible())
          .isGreaterThanOrEqualTo(Runtime.getRuntime().availableProcessors());
    }
  }

  @Test
  void countsProcessors() {
    assertThat(Processors.count("0")).isEqualTo(1);
    assertThat(Processors.count("0-3,8,10-11")).isEqualTo(7);
  }
}
