package io.kindnet.cni.launcher;

import java.util.List;

/**
 * What a launcher has delegated.
 *
 * @param kind 1 for a call
 * @param bits which descriptors came
 * @param environment variables as {@code NAME=value}
 * @param input standard input
 * @param files what the descriptors are, in their order
 */
record LauncherRequest(
    int kind, int bits, List<String> environment, String input, List<OpenFile> files) {
  static final int OWN_NETWORK = 1;
  static final int ROOT = 2;
  static final int POD_NETWORK = 4;
  static final int LOG = 8;

  /**
   * A file that came open.
   *
   * @param file which one it is: its {@code BasicFileAttributes.fileKey}
   * @param flags those of {@code open(2)}
   */
  record OpenFile(Object file, int flags) {
    static final int O_WRONLY = 1; // asm-generic/fcntl.h
    static final int O_APPEND = 02000;
  }
}
