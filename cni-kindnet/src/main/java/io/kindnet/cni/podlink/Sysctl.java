package io.kindnet.cni.podlink;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.sysctl.SysctlFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Files below {@code /proc/sys/net}, which are those of the calling thread's namespace. */
final class Sysctl {
  /** Instead of a link: what counts for all of them, each setting in a way of its own. */
  static final String ALL = "all";

  /** Instead of a link: what links have that are made later. */
  static final String DEFAULT = "default";

  private static final Path NET = Path.of("/proc/sys/net");

  private Sysctl() {}

  /** Whether the kernel has IPv6: without it, the directory is not there. */
  static boolean hasIpv6() {
    return Files.isDirectory(NET.resolve("ipv6/conf"));
  }

  /** Whether the kernel has VRFs now: without its module, or before Linux 5.9, it is not there. */
  static boolean hasVrf() {
    return Files.isDirectory(NET.resolve("vrf"));
  }

  /**
   * Whether somebody switched IPv6 off everywhere: for all links that there are and will be, and no
   * link was excepted afterwards.
   *
   * @param ownPrefix of the names of links that do not count, because {@link LinkSettings} excepted
   *     them
   */
  static boolean isIpv6Off(String ownPrefix) {
    Path conf = NET.resolve("ipv6/conf");
    if (!isOff(ALL)) {
      return false;
    }
    try (DirectoryStream<Path> links = Files.newDirectoryStream(conf)) {
      for (Path link : links) {
        String name = link.getFileName().toString();
        if (!name.startsWith(ownPrefix) && !isOff(name)) {
          return false;
        }
      }
      return true;
    } catch (IOException unreadable) {
      return true;
    }
  }

  private static boolean isOff(String link) {
    // one that is absent is of a link that went meanwhile
    return Sysctl.read(of(AddressFamily.IPV6, link, "disable_ipv6")).filter("0"::equals).isEmpty();
  }

  /**
   * The value of a setting.
   *
   * @param name its path below {@code /proc/sys/net}
   * @return empty where there is no such setting, as on a kernel without it, or no such link
   */
  static Optional<String> read(String name) {
    return SysctlFile.find(name);
  }

  /**
   * Has the kernel tell the neighbours behind a link when its Ethernet address changes, or is set
   * again: by gratuitous ARP and by unsolicited neighbour advertisements. They would find out by
   * themselves half a minute later, so nothing depends on it.
   */
  static void announceAddress(String link) {
    tryWrite(of(AddressFamily.IPV4, link, "arp_notify"), "1");
    tryWrite(of(AddressFamily.IPV6, link, "ndisc_notify"), "1");
  }

  private static void tryWrite(String name, String value) {
    try {
      write(name, value); // without a look before: it is off wherever nobody set it
    } catch (CniException readOnly) {
      // as in a container without the right to write there; or a kernel without IPv6
    }
  }

  /**
   * The names of the links that have settings of {@code family}, without {@code all} and {@code
   * default}.
   */
  static List<String> links(AddressFamily family) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(NET.resolve(conf(family)))) {
      for (Path link : links) {
        String name = link.getFileName().toString();
        if (!name.equals(ALL) && !name.equals(DEFAULT)) {
          names.add(name);
        }
      }
    } catch (IOException absent) {
      // a kernel without the family
    }
    return names;
  }

  /** The path below {@code /proc/sys/net} of a setting of a link, of all or of later ones. */
  static String of(AddressFamily family, String link, String key) {
    return conf(family) + "/" + link + "/" + key;
  }

  private static String conf(AddressFamily family) {
    return family == AddressFamily.IPV4 ? "ipv4/conf" : "ipv6/conf";
  }

  /**
   * Sets {@code name} to {@code value}.
   *
   * @param name its path below {@code /proc/sys/net}
   * @throws CniException {@link CniErrorCode#KERNEL_REFUSED} naming the file
   */
  static void write(String name, String value) throws CniException {
    try {
      SysctlFile.write(name, value);
    } catch (IOException refused) {
      throw new CniException(
          CniErrorCode.KERNEL_REFUSED,
          "cannot set " + SysctlFile.path(name) + " to " + value + ": " + refused.getMessage(),
          refused);
    }
  }

  /**
   * The name by which {@code sysctl} knows the setting, such as {@code net.ipv4.ip_forward}; a dot
   * in the name of a link is a slash there.
   */
  static String displayName(String name) {
    StringBuilder text = new StringBuilder("net.");
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      text.append(c == '/' ? '.' : c == '.' ? '/' : c);
    }
    return text.toString();
  }
}
