package io.kindnet.cni.podlink;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

  /** More than any number is long, in bytes. */
  private static final int LONGEST = 32;

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
    if (!isOff(conf.resolve("all"))) {
      return false;
    }
    try (DirectoryStream<Path> links = Files.newDirectoryStream(conf)) {
      for (Path link : links) {
        if (!link.getFileName().toString().startsWith(ownPrefix) && !isOff(link)) {
          return false;
        }
      }
      return true;
    } catch (IOException unreadable) {
      return true;
    }
  }

  private static boolean isOff(Path conf) {
    try {
      return Files.readString(conf.resolve("disable_ipv6")).startsWith("1");
    } catch (IOException gone) {
      return true; // a link that went meanwhile
    }
  }

  /**
   * The value of a setting.
   *
   * @param name its path below {@code /proc/sys/net}
   * @return empty where there is no such setting, as on a kernel without it, or no such link
   */
  static Optional<String> read(String name) {
    // in one piece: of a number, the kernel gives nothing to a second read, and the JDK's
    // readString
    // begins with one byte where a file says that it has none
    byte[] text = new byte[LONGEST];
    try (InputStream file = Files.newInputStream(NET.resolve(name))) {
      int length = Math.max(0, file.read(text));
      return Optional.of(new String(text, 0, length, StandardCharsets.US_ASCII).strip());
    } catch (IOException absent) {
      return Optional.empty();
    }
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
    Path file = NET.resolve(name);
    try {
      Files.writeString(file, value, StandardOpenOption.WRITE);
    } catch (IOException refused) {
      throw new CniException(
          CniErrorCode.KERNEL_REFUSED,
          "cannot set " + file + " to " + value + ": " + refused.getMessage(),
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
