package io.kindnet.netlink.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Programs of a few instructions, {@code struct bpf_insn} of {@code linux/bpf.h} each. */
final class TinyPrograms {
  private static final long MOV_R0 = 0xb7;
  private static final long EXIT = 0x95;

  private TinyPrograms() {}

  /** {@code r0 = result; exit}. */
  static byte[] returning(int result) {
    return instructions(MOV_R0 | (long) result << 32, EXIT);
  }

  /** {@code exit} without a result, which no verifier lets through. */
  static byte[] withoutResult() {
    return instructions(EXIT);
  }

  private static byte[] instructions(long... all) {
    ByteBuffer bytes = ByteBuffer.allocate(all.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long one : all) {
      bytes.putLong(one);
    }
    return bytes.array();
  }
}
