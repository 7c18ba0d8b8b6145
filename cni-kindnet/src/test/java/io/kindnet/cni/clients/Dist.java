package io.kindnet.cni.clients;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the build put what these tests run. */
public final class Dist {
  private Dist() {}

  /** The directory {@code dist/cni}, with {@code bin} and {@code lib}. */
  public static Path cni() {
    return existing("kindnet.dist", "cni", "make dist");
  }

  /** The directory {@code dist/kindnetd}, with {@code bin} and {@code lib}. */
  static Path agent() {
    return existing("kindnet.dist", "kindnetd", "make dist");
  }

  /** The CNI project's own client. */
  static Path cnitool() {
    return existing("kindnet.tools", "cnitool", "make tools");
  }

  private static Path existing(String property, String name, String command) {
    String directory = System.getProperty(property);
    if (directory == null) {
      throw new AssertionError("the system property " + property + " is not set");
    }
    Path path = Path.of(directory, name);
    if (!Files.exists(path)) {
      throw new AssertionError(path + " is not there: run '" + command + "' first");
    }
    return path;
  }
}
