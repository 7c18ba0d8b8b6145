package io.kindnet.netlink.bpf;

/** Numbers of {@code linux/bpf.h}. */
final class BpfConstants {
  static final int BPF_MAP_CREATE = 0;
  static final int BPF_MAP_LOOKUP_ELEM = 1;
  static final int BPF_MAP_UPDATE_ELEM = 2;
  static final int BPF_MAP_DELETE_ELEM = 3;
  static final int BPF_MAP_GET_NEXT_KEY = 4;
  static final int BPF_PROG_LOAD = 5;
  static final int BPF_PROG_TEST_RUN = 10;
  static final int BPF_PROG_GET_FD_BY_ID = 13;
  static final int BPF_MAP_GET_FD_BY_ID = 14;
  static final int BPF_OBJ_GET_INFO_BY_FD = 15;

  static final int BPF_PROG_TYPE_SCHED_CLS = 3;
  static final int BPF_MAP_TYPE_PERCPU_HASH = 5;
  static final int BPF_MAP_TYPE_PERCPU_ARRAY = 6;
  static final int BPF_PSEUDO_MAP_FD = 1;

  /** The name that an object has, its end included. */
  static final int BPF_OBJ_NAME_LEN = 16;

  private BpfConstants() {}
}
