package io.kindnet.netlink.libc;

import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Platform;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Zeroed bytes outside the heap at a fixed address, until they are closed. Numbers are in native
 * byte order.
 */
final class Memory implements AutoCloseable {
  private static final MemoryIO IO = MemoryIO.getInstance();

  private final long address;
  private final int size;
  private boolean open = true;

  private Memory(int size) {
    if (Platform.getPlatform().addressSize() != Long.SIZE) {
      throw new UnsupportedOperationException("only 64-bit systems are supported");
    }
    this.size = size;
    address = IO.allocateMemory(size, true);
    if (address == 0) {
      throw new OutOfMemoryError("cannot allocate " + size + " bytes outside the heap");
    }
  }

  static Memory ofSize(int size) {
    return new Memory(size);
  }

  /** UTF-8 text and a NUL. */
  static Memory ofString(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Memory memory = new Memory(bytes.length + 1);
    memory.put(0, bytes, 0, bytes.length);
    return memory;
  }

  long address() {
    check(0, 0);
    return address;
  }

  int size() {
    return size;
  }

  void putShort(int offset, short value) {
    IO.putShort(check(offset, Short.BYTES), value);
  }

  short getShort(int offset) {
    return IO.getShort(check(offset, Short.BYTES));
  }

  void putInt(int offset, int value) {
    IO.putInt(check(offset, Integer.BYTES), value);
  }

  int getInt(int offset) {
    return IO.getInt(check(offset, Integer.BYTES));
  }

  void putLong(int offset, long value) {
    IO.putLong(check(offset, Long.BYTES), value);
  }

  long getLong(int offset) {
    return IO.getLong(check(offset, Long.BYTES));
  }

  void put(int offset, byte[] bytes, int from, int length) {
    IO.putByteArray(check(offset, length), bytes, from, length);
  }

  void get(int offset, byte[] bytes, int from, int length) {
    IO.getByteArray(check(offset, length), bytes, from, length);
  }

  /** A copy of the first {@code length} bytes on the heap. */
  ByteBuffer copy(int length) {
    byte[] bytes = new byte[length];
    IO.getByteArray(check(0, length), bytes, 0, length);
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * The same bytes, for who reads and writes very many: without a native method for each number,
   * and without a check that the memory is still there. Nobody may use it once this is closed.
   */
  ByteBuffer view() {
    return IO.newDirectByteBuffer(check(0, size), size).order(ByteOrder.nativeOrder());
  }

  private long check(int offset, int length) {
    if (!open) {
      throw new IllegalStateException("the memory was given back");
    }
    Objects.checkFromIndexSize(offset, length, size);
    return address + offset;
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      IO.freeMemory(address);
    }
  }
}
