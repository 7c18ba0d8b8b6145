package io.kindnet.netlink.sysctl;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A sysctl by its path below {@code /proc/sys/net}, such as {@code ipv4/ip_forward}: that of the
 * network namespace of the calling thread. By {@link java.io} and not by {@link
 * java.nio.file.Files}, which takes several times as long in a JVM that has only begun.
 */
public final class SysctlFile {
  private static final String NET = "/proc/sys/net/";

  /** More than any number is long, in bytes. */
  private static final int LONGEST = 32;

  private SysctlFile() {}

  /**
   * Its value, without the end of the line.
   *
   * @throws IOException naming the file and the reason, also where there is no such sysctl
   */
  public static String read(String name) throws IOException {
    // in one piece: of a number, the kernel gives nothing to a second read
    byte[] text = new byte[LONGEST];
    try (FileInputStream file = new FileInputStream(path(name))) {
      int length = Math.max(0, file.read(text));
      return new String(text, 0, length, StandardCharsets.US_ASCII).strip();
    }
  }

  /** Its value, if there is such a sysctl and it may be read. */
  public static Optional<String> find(String name) {
    try {
      return Optional.of(read(name));
    } catch (IOException absent) {
      return Optional.empty();
    }
  }

  /**
   * Sets it.
   *
   * @throws IOException naming the file and the reason: there is no such sysctl, the kernel refuses
   *     the value, or {@code /proc/sys} cannot be written
   */
  public static void write(String name, String value) throws IOException {
    String path = path(name);
    try (FileOutputStream file = new FileOutputStream(path)) {
      file.write(value.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException refused) {
      String reason = String.valueOf(refused.getMessage());
      throw reason.startsWith(path)
          ? refused
          : new IOException(path + " (" + reason + ")", refused);
    }
  }

  /** The file of the sysctl, for messages. */
  public static String path(String name) {
    return NET + name;
  }
}
