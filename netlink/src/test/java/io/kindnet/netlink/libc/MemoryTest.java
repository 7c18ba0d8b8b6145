package io.kindnet.netlink.libc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MemoryTest {
  @Test
  void keepsWhatIsPut() {
    try (Memory memory = Memory.ofSize(16)) {
      memory.putInt(0, -2);
      memory.putShort(4, (short) 7);
      memory.put(8, new byte[] {9, 1, 2, 3}, 1, 3);

      assertThat(memory.getInt(0)).isEqualTo(-2);
      assertThat(memory.getShort(4)).isEqualTo((short) 7);
      assertThat(memory.copy(16).array()).endsWith(1, 2, 3, 0, 0, 0, 0, 0);
    }
  }

  @Test
  void endsTextWithNul() {
    try (Memory memory = Memory.ofString("é")) {
      assertThat(memory.copy(memory.size()).array()).containsExactly(0xc3, 0xa9, 0);
    }
  }

  @Test
  void refusesToReachOutside() {
    try (Memory memory = Memory.ofSize(16)) {
      assertThatThrownBy(() -> memory.putLong(9, 1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> memory.getInt(-1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> memory.copy(17)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void refusesToBeUsedAfterItWasGivenBack() {
    Memory memory = Memory.ofSize(4);
    memory.close();
    memory.close();

    assertThatThrownBy(memory::address).isInstanceOf(IllegalStateException.class);
  }
}
