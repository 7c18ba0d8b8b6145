package io.kindnet.cni;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Map.entry;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;

/** The sysctls of interfaces that the kernel has, and the values that are seldom seen. */
final class UnusualSettings {
  private static final Path NET = Path.of("/proc/sys/net");
  private static final List<String> PLACES = List.of("all", "default");

  /** A sysctl that others are not; where nothing is said here, 0 and 1 are exchanged. */
  private static final Map<String, List<String>> VALUES =
      Map.ofEntries(
          entry("ipv4/arp_accept", List.of("1", "2")),
          entry("ipv4/arp_announce", List.of("1", "2")),
          entry("ipv4/arp_ignore", List.of("1", "2", "3", "4", "8")),
          entry("ipv4/force_igmp_version", List.of("1", "2")),
          entry("ipv4/igmpv2_unsolicited_report_interval", List.of("0")),
          entry("ipv4/igmpv3_unsolicited_report_interval", List.of("0")),
          entry("ipv4/medium_id", List.of("-1", "1")),
          entry("ipv4/rp_filter", List.of("0", "1", "2")),
          entry("ipv4/tag", List.of("7")),
          entry("ipv6/accept_dad", List.of("0", "1", "2")),
          entry("ipv6/accept_ra", List.of("0", "2")),
          entry("ipv6/accept_ra_min_hop_limit", List.of("255")),
          entry("ipv6/accept_ra_min_lft", List.of("65535")),
          entry("ipv6/accept_source_route", List.of("-1", "1")),
          entry("ipv6/accept_untracked_na", List.of("1", "2")),
          entry("ipv6/addr_gen_mode", List.of("1", "2", "3")),
          entry("ipv6/dad_transmits", List.of("0", "10")),
          entry("ipv6/force_mld_version", List.of("1", "2")),
          entry("ipv6/hop_limit", List.of("1", "255")),
          entry("ipv6/max_addresses", List.of("1")),
          entry("ipv6/mtu", List.of("1280")),
          entry("ipv6/ndisc_tclass", List.of("255")),
          entry("ipv6/ra_defrtr_metric", List.of("1")),
          entry("ipv6/router_solicitations", List.of("0", "-1")),
          entry("ipv6/router_solicitation_delay", List.of("0", "30")),
          entry("ipv6/seg6_require_hmac", List.of("-1", "1")),
          entry("ipv6/use_tempaddr", List.of("1", "2")));

  /** Nobody can write it, or take it back. */
  private static final List<String> LEFT_OUT = List.of("mc_forwarding", "stable_secret");

  private static final Map<String, String> OF_NEIGHBOURS = new LinkedHashMap<>();

  static {
    OF_NEIGHBOURS.put("anycast_delay", "6000");
    OF_NEIGHBOURS.put("app_solicit", "3");
    OF_NEIGHBOURS.put("base_reachable_time_ms", "1");
    OF_NEIGHBOURS.put("delay_first_probe_time", "0");
    OF_NEIGHBOURS.put("gc_stale_time", "0");
    OF_NEIGHBOURS.put("interval_probe_time_ms", "1");
    OF_NEIGHBOURS.put("locktime", "6000");
    OF_NEIGHBOURS.put("mcast_resolicit", "3");
    OF_NEIGHBOURS.put("mcast_solicit", "0");
    OF_NEIGHBOURS.put("proxy_delay", "6000");
    OF_NEIGHBOURS.put("proxy_qlen", "0");
    OF_NEIGHBOURS.put("retrans_time_ms", "60000");
    OF_NEIGHBOURS.put("ucast_solicit", "0");
    OF_NEIGHBOURS.put("unres_qlen_bytes", "0");
  }

  /**
   * One to be tried.
   *
   * @param family {@code ipv4} or {@code ipv6}
   * @param key such as {@code arp_ignore}
   * @param value what it is set to
   */
  record Unusual(String family, String key, String value) {
    /** Its name for all interfaces. */
    String name() {
      return "net." + family + ".conf.all." + key;
    }

    @Override
    public String toString() {
      return family + " " + key + "=" + value;
    }
  }

  private UnusualSettings() {}

  /** Those of interfaces of {@code family} that the kernel of {@code namespace} has. */
  static List<Unusual> of(Namespace namespace, String family) {
    return inside(
        namespace,
        () -> {
          List<Unusual> unusual = new ArrayList<>();
          for (String key : keys(family)) {
            String usual = read(family, "default", key);
            String other = usual.equals("0") ? "1" : "0";
            for (String value : VALUES.getOrDefault(family + "/" + key, List.of(other))) {
              unusual.add(new Unusual(family, key, value));
            }
          }
          return unusual;
        });
  }

  /** Those of neighbours of {@code family}. */
  static List<Unusual> ofNeighbours(String family) {
    List<Unusual> unusual = new ArrayList<>();
    OF_NEIGHBOURS.forEach((key, value) -> unusual.add(new Unusual(family, key, value)));
    return unusual;
  }

  /**
   * Sets one for all interfaces and for later ones.
   *
   * @return sets both back to what they were
   */
  static Runnable set(Namespace namespace, Unusual unusual) {
    Map<String, String> before = new LinkedHashMap<>();
    inside(
        namespace,
        () -> {
          for (String place : PLACES) {
            before.put(place, read(unusual.family(), place, unusual.key()));
            write(file(unusual.family(), place, unusual.key()), unusual.value());
          }
          return before;
        });
    return () ->
        inside(
            namespace,
            () -> {
              for (String place : before.keySet()) {
                write(file(unusual.family(), place, unusual.key()), before.get(place));
              }
              return before;
            });
  }

  /** The links that have settings of neighbours of {@code family}. */
  static Set<String> links(Namespace namespace, String family) {
    return inside(namespace, () -> names(NET.resolve(family + "/neigh")));
  }

  /** Sets one of neighbours on {@code link}. */
  static void setOnLink(Namespace namespace, String link, Unusual unusual) {
    inside(
        namespace,
        () -> {
          write(
              NET.resolve(unusual.family() + "/neigh/" + link + "/" + unusual.key()),
              unusual.value());
          return unusual;
        });
  }

  private static Set<String> keys(String family) throws IOException {
    Set<String> keys = names(NET.resolve(family + "/conf/default"));
    LEFT_OUT.forEach(keys::remove);
    return keys;
  }

  private static Set<String> names(Path directory) throws IOException {
    Set<String> names = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    return names;
  }

  private static String read(String family, String place, String key) throws IOException {
    // in one read: the kernel gives nothing to a second one
    byte[] text = new byte[64];
    try (InputStream file = Files.newInputStream(file(family, place, key))) {
      return new String(text, 0, Math.max(0, file.read(text)), US_ASCII).strip();
    }
  }

  private static Path file(String family, String place, String key) {
    return NET.resolve(family + "/conf/" + place + "/" + key);
  }

  private static void write(Path file, String value) throws IOException {
    try {
      Files.writeString(file, value, StandardOpenOption.WRITE);
    } catch (IOException refused) {
      throw new IOException("cannot set " + file + " to " + value, refused);
    }
  }

  private static <T> T inside(Namespace namespace, Callable<T> work) {
    try (NetworkNamespace handle = NetworkNamespace.open(namespace.path().toString())) {
      return handle.call(work);
    }
  }
}
