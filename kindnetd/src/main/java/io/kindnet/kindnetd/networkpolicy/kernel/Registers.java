package io.kindnet.kindnetd.networkpolicy.kernel;

import io.kindnet.netlink.nftables.expr.Register;
import io.kindnet.netlink.nftables.expr.Value;
import java.util.Arrays;

/** The registers of four bytes that expressions pass data in. */
final class Registers {
  private static final int COUNT = 16;
  private static final int REGISTER_BYTES = 4;

  private final byte[] bytes = new byte[COUNT * REGISTER_BYTES];

  /** Writes from {@code register} on; the rest of the last register is filled with zeros. */
  void store(Register register, byte[] value) {
    int at = register.number() * REGISTER_BYTES;
    int end = at + (value.length + REGISTER_BYTES - 1) / REGISTER_BYTES * REGISTER_BYTES;
    Arrays.fill(bytes, at, end, (byte) 0);
    System.arraycopy(value, 0, bytes, at, value.length);
  }

  /** Reads {@code length} bytes from {@code register} on. */
  byte[] load(Register register, int length) {
    int at = register.number() * REGISTER_BYTES;
    return Arrays.copyOfRange(bytes, at, at + length);
  }

  /** As {@link #load}. */
  Value value(Register register, int length) {
    return Value.of(load(register, length));
  }
}
