package io.kindnet.netlink.libc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What this process has mapped of files, such as programs, libraries and caches of classes. */
public final class MappedFiles {
  private static final Path SMAPS = Path.of("/proc/self/smaps");
  private static final int SMALLEST_KIB = 1024;
  private static final int MADV_DONTNEED = 4; // asm-generic/mman-common.h

  private MappedFiles() {}

  /**
   * A range of memory.
   *
   * @param readOnly whether it is private and can only be read, or executed
   * @param residentKib how much of it is in memory, in KiB
   * @param anonymousKib how much of that is no longer the file's, in KiB
   */
  private record Mapping(
      long begin, long end, boolean readOnly, boolean ofFile, int residentKib, int anonymousKib) {
    /** In the form of proc_pid_smaps(5): a header, then a line for each field. */
    static Mapping parse(String header, List<String> fields) {
      String[] words = header.split(" +");
      int dash = words[0].indexOf('-');
      return new Mapping(
          Long.parseUnsignedLong(words[0], 0, dash, 16),
          Long.parseUnsignedLong(words[0], dash + 1, words[0].length(), 16),
          words[1].startsWith("r-") && words[1].endsWith("p"),
          words.length > 5 && words[5].startsWith("/"),
          kib(fields, "Rss:"),
          kib(fields, "Anonymous:"));
    }

    private static int kib(List<String> fields, String name) {
      return fields.stream()
          .filter(field -> field.startsWith(name))
          .mapToInt(field -> Integer.parseInt(field.split(" +")[1]))
          .sum();
    }

    /** Whether all that is there can be read from the file again. */
    boolean isTheFiles() {
      return ofFile && readOnly && anonymousKib == 0;
    }
  }

  /**
   * Lets go of large parts of files that have been read and never written to. What is used of them
   * later comes back, a page at a time, from the kernel's cache of files, or from the disk where
   * the kernel has needed the memory.
   *
   * @return how much was resident of what was let go, in KiB
   */
  public static int release() {
    int released = 0;
    for (Mapping mapping : mappings()) {
      if (mapping.isTheFiles() && mapping.residentKib() >= SMALLEST_KIB) {
        SystemCalls.check(
            ServerLibc.madvise(mapping.begin(), mapping.end() - mapping.begin(), MADV_DONTNEED),
            "madvise");
        released += mapping.residentKib();
      }
    }
    return released;
  }

  private static List<Mapping> mappings() {
    List<Mapping> mappings = new ArrayList<>();
    String header = "";
    List<String> fields = new ArrayList<>();
    for (String line : lines()) {
      boolean field = Character.isUpperCase(line.charAt(0));
      if (!field) {
        if (!header.isEmpty()) {
          mappings.add(Mapping.parse(header, fields));
        }
        header = line;
        fields.clear();
      } else {
        fields.add(line);
      }
    }
    return mappings; // the last one is the kernel's
  }

  private static List<String> lines() {
    try {
      return Files.readAllLines(SMAPS);
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot read " + SMAPS, unreadable);
    }
  }
}
