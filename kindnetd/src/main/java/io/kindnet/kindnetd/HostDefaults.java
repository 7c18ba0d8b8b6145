package io.kindnet.kindnetd;

import io.kindnet.cni.protocol.NetworkConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What options depend on that neither a flag nor a variable says.
 *
 * @param name the kernel's own name of this host
 * @param hasPluginData whether the directory of cni-kindnet's database is there, as where a
 *     manifest mounts it for the plugin
 */
record HostDefaults(String name, boolean hasPluginData) {
  /** This one, without any look-up. */
  static HostDefaults look() throws IOException {
    return new HostDefaults(
        Files.readString(Path.of("/proc/sys/kernel/hostname")).strip(),
        Files.isDirectory(NetworkConfig.DEFAULT_DATA_DIR));
  }
}
