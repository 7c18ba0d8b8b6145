package io.kindnet.cni.portmap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The sysctl {@code net.ipv4.conf.IF.route_localnet}: whether packets from or to 127.0.0.0/8 may
 * pass an interface. Without it the host's own 127.0.0.1 cannot be translated to a pod.
 */
final class LoopbackRouting {
  private static final byte[] ON = {'1', '\n'};

  /** Switches it on; the interface must be there. */
  void enable(String name) {
    try {
      Files.write(file(name), ON);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot set route_localnet of " + name, e);
    }
  }

  /** Switches it on where the interface is there. */
  void enableIfThere(String name) {
    if (Files.exists(file(name))) {
      enable(name);
    }
  }

  boolean isEnabled(String name) {
    try {
      return Files.readString(file(name)).startsWith("1");
    } catch (IOException gone) {
      return false;
    }
  }

  private static Path file(String name) {
    return Path.of("/proc/sys/net/ipv4/conf", name, "route_localnet");
  }
}
