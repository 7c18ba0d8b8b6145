package io.kindnet.measuring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What the kernel tells of a process that goes on.
 *
 * @param directory {@code /proc/PID}, wherever that is mounted
 */
public record ProcessFiles(Path directory) {
  private static final double MILLIS_PER_TICK = 10; // USER_HZ of every architecture that runs a JVM

  /** Where {@code utime} is in {@code /proc/PID/stat}, after the name; {@code stime} follows. */
  private static final int UTIME = 11;

  /** The CPU time of all its threads so far, exact to the kernel's clock ticks. */
  public double cpuMillis() {
    String stat = read("stat");
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 1])) * MILLIS_PER_TICK;
  }

  /** The CPU time so far of those of its threads that there are, exact to the nanosecond. */
  public double threadMillis() {
    try (Stream<Path> threads = Files.list(directory.resolve("task"))) {
      return threads.mapToLong(ProcessFiles::runNanos).sum() / 1e6;
    } catch (IOException gone) {
      throw new UncheckedIOException("cannot list the threads in " + directory, gone);
    }
  }

  private static long runNanos(Path thread) {
    try {
      return Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ", 2)[0]);
    } catch (IOException ended) {
      return 0;
    }
  }

  /**
   * Its memory.
   *
   * @param field of {@code /proc/PID/status}, such as {@code VmRSS}
   */
  public double mebibytes(String field) {
    for (String line : read("status").lines().toList()) {
      if (line.startsWith(field + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
      }
    }
    throw new IllegalArgumentException(directory + "/status has no " + field);
  }

  /** From now on {@code VmHWM} is the most memory that it has had since. */
  public void forgetPeak() {
    Path file = directory.resolve("clear_refs");
    try {
      Files.writeString(file, "5"); // proc_pid_clear_refs(5)
    } catch (IOException gone) {
      throw new UncheckedIOException("cannot write " + file, gone);
    }
  }

  private String read(String name) {
    Path file = directory.resolve(name);
    try {
      return Files.readString(file);
    } catch (IOException gone) {
      throw new UncheckedIOException("cannot read " + file, gone);
    }
  }
}
