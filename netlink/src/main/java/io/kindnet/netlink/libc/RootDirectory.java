package io.kindnet.netlink.libc;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The way to one file as a process with another root directory goes it: see {@link
 * FileOpener#openInRoot}.
 */
final class RootDirectory {
  private static final int O_RDONLY = 0;
  private static final int O_CLOEXEC = 0x80000; // asm-generic/fcntl.h
  private static final int O_PATH = 0x200000;
  private static final int RESOLVE_IN_ROOT = 0x10; // linux/openat2.h
  private static final int OPEN_HOW_SIZE = 24;
  private static final int STATFS_SIZE = 120; // of which the first word is the kind of file system
  private static final long PROC_SUPER_MAGIC = 0x9fa0; // linux/magic.h
  private static final int PATH_MAX = 4096; // linux/limits.h
  private static final int MAXSYMLINKS = 40; // linux/namei.h
  private static final int TRIES = 100;

  private final Fd root;
  private final String name;
  private int refusals;

  RootDirectory(Fd root, String path) {
    this.root = root;
    this.name = path;
  }

  Fd open() {
    return open(name, O_RDONLY);
  }

  /**
   * Opens a path below the root. Where a link of procfs that is no path is on the way, which the
   * kernel refuses with {@code EXDEV}, the directory is looked for that has the last part of the
   * path in it, and then the last part.
   */
  private Fd open(String path, int flags) {
    int fd = openat2(path, flags | O_CLOEXEC);
    if (fd >= 0) {
      return new Fd(fd);
    }
    Errno error = SystemCalls.lastError();
    if (error != Errno.EXDEV) {
      throw new KernelException("open " + name, error);
    }
    if (++refusals > MAXSYMLINKS) {
      throw new KernelException("open " + name, Errno.ELOOP);
    }
    int slash = path.lastIndexOf('/');
    String parent = slash <= 0 ? "/" : path.substring(0, slash);
    try (Fd directory = open(parent, O_PATH)) {
      return openIn(directory, parent, path.substring(slash + 1), flags);
    }
  }

  /** Links of procfs that are paths are relative and stay in it: the kernel may follow them all. */
  private Fd openIn(Fd directory, String path, String file, int flags) {
    String direct = "/proc/self/fd/" + directory.number() + "/" + file;
    String target = isProc(directory) ? null : linkOrNull(direct);
    if (target != null) {
      return open(target.startsWith("/") ? target : path + "/" + target, flags);
    }
    try (Memory memory = Memory.ofString(direct)) {
      int fd = Libc.open(memory, flags | O_CLOEXEC, 0);
      return new Fd(SystemCalls.check(fd, "open " + name));
    }
  }

  private int openat2(String path, int flags) {
    try (Memory memory = Memory.ofString(path);
        Memory how = Memory.ofSize(OPEN_HOW_SIZE)) {
      how.putLong(0, flags);
      how.putLong(16, RESOLVE_IN_ROOT);
      int fd = ServerLibc.openat2(root.number(), memory, how);
      // which is no more than that somebody renamed or mounted something while it went through ..
      for (int i = 1; i < TRIES && fd < 0 && SystemCalls.lastError() == Errno.EAGAIN; i++) {
        fd = ServerLibc.openat2(root.number(), memory, how);
      }
      return fd;
    }
  }

  private boolean isProc(Fd directory) {
    try (Memory memory = Memory.ofSize(STATFS_SIZE)) {
      SystemCalls.check(ServerLibc.fstatfs(directory.number(), memory), "open " + name);
      return memory.getLong(0) == PROC_SUPER_MAGIC;
    }
  }

  /** What the symbolic link at {@code path} says; null if there is none. */
  private static @Nullable String linkOrNull(String path) {
    try (Memory memory = Memory.ofString(path);
        Memory target = Memory.ofSize(PATH_MAX)) {
      long length = ServerLibc.readlink(memory, target);
      if (length < 0) {
        return null;
      }
      return StandardCharsets.UTF_8.decode(target.copy((int) length)).toString();
    }
  }
}
