package io.kindnet.netlink.bpf;

import io.kindnet.netlink.libc.BpfCall;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.libc.KernelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A map in the kernel. It lives as long as a descriptor or a loaded program refers to it. Keys and
 * values are bytes as the programs see them, numbers of theirs in native byte order.
 */
public final class BpfMap implements AutoCloseable {
  private static final int INFO_LENGTH = 80; // struct bpf_map_info, as far as it is read here
  private static final int INFO_NAME = 24;

  private final Fd fd;
  private final MapDefinition definition;

  private BpfMap(Fd fd, MapDefinition definition) {
    this.fd = fd;
    this.definition = definition;
  }

  /**
   * Makes a map.
   *
   * @throws KernelException {@code EPERM} also where an old kernel has no locked memory left for
   *     it, see {@link BpfCall#liftMemoryLimit}
   */
  public static BpfMap create(MapDefinition definition) {
    try (BpfCall call =
        new BpfCall("make BPF map " + definition.name(), BpfConstants.BPF_MAP_CREATE)) {
      call.u32(0, definition.type())
          .u32(4, definition.keySize())
          .u32(8, definition.valueSize())
          .u32(12, definition.maxEntries())
          .u32(16, definition.flags())
          .name(28, definition.name());
      return new BpfMap(call.open(), definition);
    }
  }

  /** The map with {@code id}; {@code ENOENT} if there is none. */
  public static BpfMap byId(int id) {
    try (BpfCall call = new BpfCall("open BPF map " + id, BpfConstants.BPF_MAP_GET_FD_BY_ID)) {
      Fd fd = call.u32(0, id).open();
      try {
        return new BpfMap(fd, definitionOf(fd));
      } catch (KernelException e) {
        fd.close();
        throw e;
      }
    }
  }

  private static MapDefinition definitionOf(Fd fd) {
    try (BpfCall call =
        new BpfCall("ask about BPF map " + fd.number(), BpfConstants.BPF_OBJ_GET_INFO_BY_FD)) {
      call.u32(0, fd.number()).u32(4, INFO_LENGTH);
      int buffer = call.pointer(8, new byte[INFO_LENGTH]);
      call.run();
      ByteBuffer info = ByteBuffer.wrap(call.bytes(buffer)).order(ByteOrder.nativeOrder());
      return new MapDefinition(
          nameAt(info, INFO_NAME),
          info.getInt(0),
          info.getInt(8),
          info.getInt(12),
          info.getInt(16),
          info.getInt(20));
    }
  }

  static String nameAt(ByteBuffer info, int offset) {
    byte[] name = new byte[BpfConstants.BPF_OBJ_NAME_LEN];
    info.get(offset, name);
    return new String(name, StandardCharsets.US_ASCII).replace("\0", "");
  }

  /** What it is. */
  public MapDefinition definition() {
    return definition;
  }

  int fd() {
    return fd.number();
  }

  /** Gives {@code key} a value; of a map for each processor, {@code value} has all of theirs. */
  public void put(byte[] key, byte[] value) {
    try (BpfCall call = call("write into", BpfConstants.BPF_MAP_UPDATE_ELEM)) {
      call.pointer(8, checked(key, definition.keySize()));
      call.pointer(16, checked(value, valueLength()));
      call.run();
    }
  }

  /** The value of {@code key}, or those of all processors one after the other. */
  public Optional<byte[]> get(byte[] key) {
    try (BpfCall call = call("read", BpfConstants.BPF_MAP_LOOKUP_ELEM)) {
      call.pointer(8, checked(key, definition.keySize()));
      int value = call.pointer(16, new byte[valueLength()]);
      return isThere(call) ? Optional.of(call.bytes(value)) : Optional.empty();
    }
  }

  /** Takes {@code key} out. Returns whether it was there. */
  public boolean remove(byte[] key) {
    try (BpfCall call = call("delete from", BpfConstants.BPF_MAP_DELETE_ELEM)) {
      call.pointer(8, checked(key, definition.keySize()));
      return isThere(call);
    }
  }

  /** The keys, as far as nobody else deletes some meanwhile. */
  public List<byte[]> keys() {
    List<byte[]> keys = new ArrayList<>();
    byte[] last = null;
    while (keys.size() <= definition.maxEntries()) {
      last = next(last);
      if (last == null) {
        return keys;
      }
      keys.add(last);
    }
    return keys;
  }

  private byte @Nullable [] next(byte @Nullable [] key) {
    try (BpfCall call = call("list", BpfConstants.BPF_MAP_GET_NEXT_KEY)) {
      if (key != null) {
        call.pointer(8, key);
      }
      int next = call.pointer(16, new byte[definition.keySize()]);
      return isThere(call) ? call.bytes(next) : null;
    }
  }

  /** How many bytes a value has for who reads it from outside of a program. */
  private int valueLength() {
    int size = definition.valueSize();
    return definition.isPerProcessor() ? (size + 7) / 8 * 8 * Processors.possible() : size;
  }

  private BpfCall call(String verb, int command) {
    return new BpfCall(verb + " BPF map " + definition.name(), command).u32(0, fd.number());
  }

  private static boolean isThere(BpfCall call) {
    try {
      call.run();
      return true;
    } catch (KernelException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  private byte[] checked(byte[] bytes, int length) {
    if (bytes.length != length) {
      throw new IllegalArgumentException(
          "BPF map " + definition.name() + " wants " + length + " bytes, not " + bytes.length);
    }
    return bytes;
  }

  @Override
  public void close() {
    fd.close();
  }
}
