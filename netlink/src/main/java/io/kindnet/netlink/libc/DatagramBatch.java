package io.kindnet.netlink.libc;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Room for many datagrams that one system call receives: an array of {@code struct mmsghdr}, as
 * 64-bit Linux lays it out, and the buffers that it points at. For one thread. Used again and
 * again: a datagram is gone when the next ones are received.
 */
public final class DatagramBatch implements AutoCloseable {
  private static final int HEADER_SIZE = 64; // sizeof(struct mmsghdr)
  private static final int VECTOR_SIZE = 16;
  private static final int NAME_SIZE = 16;

  // struct msghdr
  private static final int NAME = 0;
  private static final int NAME_LENGTH = 8;
  private static final int VECTORS = 16;
  private static final int VECTOR_COUNT = 24;
  private static final int FLAGS = 48;
  private static final int MESSAGE_LENGTH = 56; // behind it
  private static final int MSG_TRUNC = 0x20;

  private final int capacity;
  private final int slot;
  private final Memory headers;
  private final Memory vectors;
  private final Memory names;
  private final Memory buffer;
  private final ByteBuffer headersView;
  private final ByteBuffer namesView;
  private final ByteBuffer bufferView;
  private int received;

  /**
   * @param capacity how many datagrams are received at once at most
   * @param bytes how long each of them may be; of a longer one the end is lost
   */
  public DatagramBatch(int capacity, int bytes) {
    this.capacity = capacity;
    this.slot = bytes;
    this.headers = Memory.ofSize(capacity * HEADER_SIZE);
    this.vectors = Memory.ofSize(capacity * VECTOR_SIZE);
    this.names = Memory.ofSize(capacity * NAME_SIZE);
    this.buffer = Memory.ofSize(capacity * bytes);
    this.headersView = headers.view();
    this.namesView = names.view();
    this.bufferView = buffer.view();
    for (int i = 0; i < capacity; i++) {
      vectors.putLong(i * VECTOR_SIZE, buffer.address() + (long) i * bytes);
      vectors.putLong(i * VECTOR_SIZE + 8, bytes);
      headers.putLong(i * HEADER_SIZE + NAME, names.address() + (long) i * NAME_SIZE);
      headers.putLong(i * HEADER_SIZE + VECTORS, vectors.address() + (long) i * VECTOR_SIZE);
      headers.putLong(i * HEADER_SIZE + VECTOR_COUNT, 1);
    }
  }

  int capacity() {
    return capacity;
  }

  Memory forReceiving() {
    for (int i = 0; i < capacity; i++) {
      headersView.putInt(i * HEADER_SIZE + NAME_LENGTH, NAME_SIZE);
    }
    return headers;
  }

  void received(int datagrams) {
    received = datagrams;
  }

  /** How many datagrams the last call has received. */
  public int count() {
    return received;
  }

  /**
   * A datagram of the last call.
   *
   * @param index from 0
   * @return its bytes, in native byte order and in a buffer that all datagrams share; null for one
   *     that did not fit
   */
  public @Nullable ByteBuffer datagram(int index) {
    int header = index * HEADER_SIZE;
    if ((headersView.getInt(header + FLAGS) & MSG_TRUNC) != 0) {
      return null;
    }
    int length = Math.min(slot, headersView.getInt(header + MESSAGE_LENGTH));
    return bufferView.clear().limit(index * slot + length).position(index * slot);
  }

  /**
   * Four bytes, in native byte order, of the address that a datagram came from.
   *
   * @param offset in the {@code struct sockaddr} of the family, at most 12
   */
  public int sourceWord(int index, int offset) {
    return namesView.getInt(index * NAME_SIZE + offset);
  }

  @Override
  public void close() {
    headers.close();
    vectors.close();
    names.close();
    buffer.close();
  }
}
