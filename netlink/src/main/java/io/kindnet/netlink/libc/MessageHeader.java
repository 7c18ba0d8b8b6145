package io.kindnet.netlink.libc;

import jnr.ffi.Pointer;

/**
 * A {@code struct msghdr} with one {@code struct iovec} and room for an address, as 64-bit Linux
 * lays them out.
 */
final class MessageHeader {
  private static final int NAME = 0;
  private static final int NAME_LENGTH = 8;
  private static final int VECTORS = 16;
  private static final int VECTOR_COUNT = 24;
  private static final int SIZE = 56;
  private static final int VECTOR_SIZE = 16;

  private final Pointer header = SystemCalls.allocate(SIZE);
  private final Pointer vector = SystemCalls.allocate(VECTOR_SIZE);
  private final Pointer address;
  private final int addressCapacity;

  MessageHeader(int addressCapacity) {
    if (Libc.RUNTIME.addressSize() != 8) {
      throw new UnsupportedOperationException("only 64-bit systems are supported");
    }
    this.addressCapacity = addressCapacity;
    address = SystemCalls.allocate(addressCapacity);
    header.putPointer(NAME, address);
    header.putPointer(VECTORS, vector);
    header.putLong(VECTOR_COUNT, 1);
  }

  Pointer forSending(Pointer buffer, int length, byte[] destination) {
    address.put(0, destination, 0, destination.length);
    header.putInt(NAME_LENGTH, destination.length);
    return pointAt(buffer, length);
  }

  Pointer forReceiving(Pointer buffer, int capacity) {
    header.putInt(NAME_LENGTH, addressCapacity);
    return pointAt(buffer, capacity);
  }

  /** Where the other side's address was written by the last receive. */
  Pointer address() {
    return address;
  }

  int addressLength() {
    return Math.min(addressCapacity, header.getInt(NAME_LENGTH));
  }

  private Pointer pointAt(Pointer buffer, int length) {
    vector.putPointer(0, buffer);
    vector.putLong(8, length);
    return header;
  }
}
