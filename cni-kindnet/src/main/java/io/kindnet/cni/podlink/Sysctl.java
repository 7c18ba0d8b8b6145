package io.kindnet.cni.podlink;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files below {@code /proc/sys/net}, which are those of the calling thread's namespace. */
final class Sysctl {
  private static final Path NET = Path.of("/proc/sys/net");

  private Sysctl() {}

  /** Whether the kernel has IPv6: without it, the directory is not there. */
  static boolean hasIpv6() {
    return Files.isDirectory(NET.resolve("ipv6/conf"));
  }

  /**
   * Whether somebody switched IPv6 off everywhere: for all links that there are and will be, and no
   * link was excepted afterwards.
   *
   * @param ownPrefix of the names of links that do not count, because {@link #prepareIpv6} excepted
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
   * Makes IPv6 addresses of a link usable at once: the plugin knows that nobody else has them, and
   * no router tells the pod anything. To be done before the link is up.
   */
  static void prepareIpv6(String link) throws CniException {
    String conf = "ipv6/conf/" + link + "/";
    set(conf + "disable_ipv6", "0");
    set(conf + "accept_ra", "0");
    set(conf + "accept_dad", "0");
    set(conf + "dad_transmits", "0");
  }

  /**
   * Has the kernel tell the neighbours behind a link when its Ethernet address changes, or is set
   * again: by gratuitous ARP and by unsolicited neighbour advertisements. They would find out by
   * themselves half a minute later, so nothing depends on it.
   */
  static void announceAddress(String link) {
    trySet("ipv4/conf/" + link + "/arp_notify", "1");
    trySet("ipv6/conf/" + link + "/ndisc_notify", "1");
  }

  private static void trySet(String name, String value) {
    try {
      set(name, value);
    } catch (CniException readOnly) {
      // as in a container without the right to write there; or a kernel without IPv6
    }
  }

  /** Lets the host forward packets of {@code family}. */
  static void enableForwarding(AddressFamily family) throws CniException {
    boolean four = family == AddressFamily.IPV4;
    set(four ? "ipv4/ip_forward" : "ipv6/conf/all/forwarding", "1");
  }

  /** Writes only what differs: often {@code /proc/sys} cannot be written, and need not be. */
  private static void set(String name, String value) throws CniException {
    Path file = NET.resolve(name);
    try {
      if (!Files.readString(file).strip().equals(value)) {
        Files.writeString(file, value, StandardOpenOption.WRITE);
      }
    } catch (IOException refused) {
      throw new CniException(
          CniErrorCode.KERNEL_REFUSED,
          "cannot set " + file + " to " + value + ": " + refused.getMessage(),
          refused);
    }
  }
}
