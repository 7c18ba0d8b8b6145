package io.kindnet.cni.podlink;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.route.DescribedLink;
import java.util.Optional;
import java.util.OptionalInt;

/** Where the values of sysctls come from. */
@FunctionalInterface
interface SysctlReader {
  /**
   * The value of a setting.
   *
   * @param name its path below {@code /proc/sys/net}
   * @return empty where there is no such setting, as on a kernel without it, or no such link
   */
  Optional<String> read(String name);

  /**
   * What the kernel has told of one link, and for all else the files. To be used at once: what is
   * changed later is not seen.
   */
  static SysctlReader of(DescribedLink described) {
    String name = described.link().name();
    return setting -> {
      for (AddressFamily family : AddressFamily.values()) {
        String files = Sysctl.of(family, name, "");
        if (setting.startsWith(files)) {
          OptionalInt told = described.sysctls().find(family, setting.substring(files.length()));
          if (told.isPresent()) {
            return Optional.of(String.valueOf(told.getAsInt()));
          }
        }
      }
      return Sysctl.read(setting);
    };
  }
}
