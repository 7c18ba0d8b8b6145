package io.kindnet.netlink.libc;

/**
 * A {@code struct msghdr} with one {@code struct iovec} and room for an address, as 64-bit Linux
 * lays them out.
 */
final class MessageHeader implements AutoCloseable {
  private static final int NAME = 0;
  private static final int NAME_LENGTH = 8;
  private static final int VECTORS = 16;
  private static final int VECTOR_COUNT = 24;
  private static final int SIZE = 56;
  private static final int VECTOR_SIZE = 16;

  private final Memory header = Memory.ofSize(SIZE);
  private final Memory vector = Memory.ofSize(VECTOR_SIZE);
  private final Memory address;
  private final int addressCapacity;

  MessageHeader(int addressCapacity) {
    this.addressCapacity = addressCapacity;
    address = Memory.ofSize(addressCapacity);
    header.putLong(NAME, address.address());
    header.putLong(VECTORS, vector.address());
    header.putLong(VECTOR_COUNT, 1);
  }

  Memory forSending(Memory buffer, int length, byte[] destination) {
    address.put(0, destination, 0, destination.length);
    header.putInt(NAME_LENGTH, destination.length);
    return pointAt(buffer, length);
  }

  Memory forReceiving(Memory buffer, int capacity) {
    header.putInt(NAME_LENGTH, addressCapacity);
    return pointAt(buffer, capacity);
  }

  /** Where the other side's address was written by the last receive. */
  Memory address() {
    return address;
  }

  int addressLength() {
    return Math.min(addressCapacity, header.getInt(NAME_LENGTH));
  }

  private Memory pointAt(Memory buffer, int length) {
    vector.putLong(0, buffer.address());
    vector.putLong(8, length);
    return header;
  }

  @Override
  public void close() {
    header.close();
    vector.close();
    address.close();
  }
}
