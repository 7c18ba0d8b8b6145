package io.kindnet.netlink.libc;

import com.kenai.jffi.MemoryIO;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams, with the addresses of their other sides, that one system call receives or sends: an
 * array of {@code struct mmsghdr} and what it points to, as 64-bit Linux lays them out. For one
 * thread at a time. Allocates nothing but where it says so.
 */
public final class AddressedDatagrams {
  // struct mmsghdr: a struct msghdr, and the length of the message
  private static final int NAME = 0;
  private static final int NAME_LENGTH = 8;
  private static final int VECTORS = 16;
  private static final int VECTOR_COUNT = 24;
  private static final int FLAGS = 48;
  private static final int MESSAGE_LENGTH = 56;
  private static final int HEADER_SIZE = 64;

  private static final int VECTOR_SIZE = 16; // struct iovec: address and length
  private static final int VECTOR_LENGTH = 8;
  private static final int ADDRESS_SIZE = 32; // for a struct sockaddr_in6, aligned
  private static final int MSG_TRUNC = 0x20;

  private final int capacity;
  private final int size;
  private final ByteBuffer headers;
  private final long address;
  private final int vectors;
  private final int addresses;
  private final ByteBuffer[] messages;
  private int count;

  /**
   * @param capacity how many datagrams
   * @param size how long each of them may be, in bytes
   */
  public AddressedDatagrams(int capacity, int size) {
    this.capacity = capacity;
    this.size = size;
    this.vectors = capacity * HEADER_SIZE;
    this.addresses = vectors + capacity * VECTOR_SIZE;
    this.headers =
        ByteBuffer.allocateDirect(addresses + capacity * ADDRESS_SIZE)
            .order(ByteOrder.nativeOrder());
    this.address = MemoryIO.getInstance().getDirectBufferAddress(headers);
    this.messages = new ByteBuffer[capacity];
    ByteBuffer bytes = ByteBuffer.allocateDirect(capacity * size);
    long bytesAddress = MemoryIO.getInstance().getDirectBufferAddress(bytes);
    for (int i = 0; i < capacity; i++) {
      int header = i * HEADER_SIZE;
      headers.putLong(header + NAME, address + addresses + (long) i * ADDRESS_SIZE);
      headers.putLong(header + VECTORS, address + vectors + (long) i * VECTOR_SIZE);
      headers.putLong(header + VECTOR_COUNT, 1);
      headers.putLong(vectors + i * VECTOR_SIZE, bytesAddress + (long) i * size);
      messages[i] = bytes.slice(i * size, size);
    }
  }

  /** How many datagrams were received, or are to be sent. */
  public int count() {
    return count;
  }

  /** Whether there is no room for another one to be sent. */
  public boolean isFull() {
    return count == capacity;
  }

  /**
   * A datagram, from position to limit. The same buffer each time; what it holds stays until the
   * batch is used for others.
   *
   * @param index from 0
   */
  public ByteBuffer message(int index) {
    return messages[index];
  }

  /** Whether the datagram was longer than there was room, and its end is lost. */
  public boolean isTruncated(int index) {
    return (headers.getInt(index * HEADER_SIZE + FLAGS) & MSG_TRUNC) != 0;
  }

  /** The address that a datagram came from, as a new object. */
  public InetSocketAddress source(int index) {
    return SocketAddresses.read(headers, addresses + index * ADDRESS_SIZE);
  }

  /**
   * Where the next datagram to be sent is written to, from its position on; null if there is no
   * room for one. It becomes one by {@link #addReply} or {@link #add}.
   */
  public @Nullable ByteBuffer next() {
    return isFull() ? null : messages[count].clear();
  }

  /**
   * What was written to {@link #next}, up to its position, goes to where another one came from.
   *
   * @param index of that one in {@code received}
   */
  public void addReply(AddressedDatagrams received, int index) {
    int from = received.addresses + index * ADDRESS_SIZE;
    headers.put(addresses + count * ADDRESS_SIZE, received.headers, from, ADDRESS_SIZE);
    complete(received.headers.getInt(index * HEADER_SIZE + NAME_LENGTH));
  }

  /** What was written to {@link #next}, up to its position, goes to {@code destination}. */
  public void add(InetSocketAddress destination) {
    byte[] bytes = SocketAddresses.of(destination);
    headers.put(addresses + count * ADDRESS_SIZE, bytes);
    complete(bytes.length);
  }

  private void complete(int addressLength) {
    headers.putInt(count * HEADER_SIZE + NAME_LENGTH, addressLength);
    ByteBuffer message = messages[count].flip();
    headers.putLong(vectors + count * VECTOR_SIZE + VECTOR_LENGTH, message.limit());
    count++;
  }

  /** Nothing is to be sent any more. */
  public void clear() {
    count = 0;
  }

  /** The array of headers, from {@code first} on. */
  long header(int first) {
    return address + (long) first * HEADER_SIZE;
  }

  int capacity() {
    return capacity;
  }

  /** Makes room for as many datagrams as have been used since the last time. */
  void prepareToReceive() {
    for (int i = 0; i < capacity; i++) {
      headers.putInt(i * HEADER_SIZE + NAME_LENGTH, SocketAddresses.LONGEST);
      headers.putLong(vectors + i * VECTOR_SIZE + VECTOR_LENGTH, size);
    }
    count = 0;
  }

  void received(int number) {
    count = number;
    for (int i = 0; i < number; i++) {
      messages[i].clear().limit(headers.getInt(i * HEADER_SIZE + MESSAGE_LENGTH));
    }
  }
}
