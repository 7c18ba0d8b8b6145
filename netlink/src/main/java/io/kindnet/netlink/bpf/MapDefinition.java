package io.kindnet.netlink.bpf;

import java.nio.ByteBuffer;

/**
 * What a map is: as an object file has it in its section {@code maps}, five numbers of 32 bits, and
 * as the kernel tells it.
 *
 * @param name at most 15 characters
 * @param type {@code BPF_MAP_TYPE_}
 * @param keySize in bytes
 * @param valueSize in bytes; of a map that has a value for each processor, that of one
 * @param maxEntries how many it can hold
 * @param flags {@code BPF_F_}
 */
public record MapDefinition(
    String name, int type, int keySize, int valueSize, int maxEntries, int flags) {
  /** The bytes of one in an object file. */
  static final int LENGTH = 20;

  static MapDefinition read(String name, ByteBuffer bytes, int offset) {
    return new MapDefinition(
        name,
        bytes.getInt(offset),
        bytes.getInt(offset + 4),
        bytes.getInt(offset + 8),
        bytes.getInt(offset + 12),
        bytes.getInt(offset + 16));
  }

  /** Whether each processor has a value of its own. */
  public boolean isPerProcessor() {
    return type == BpfConstants.BPF_MAP_TYPE_PERCPU_ARRAY
        || type == BpfConstants.BPF_MAP_TYPE_PERCPU_HASH;
  }
}
