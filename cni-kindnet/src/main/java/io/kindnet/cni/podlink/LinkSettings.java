package io.kindnet.cni.podlink;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import java.util.ArrayList;
import java.util.List;

/**
 * The sysctls of one interface that the plugin made, which it sets whatever the host's {@code all}
 * and {@code default} say. Those that only count while an interface comes up are apart: nobody
 * needs them afterwards.
 *
 * <p>What new interfaces begin with is that of {@code default}, and for neighbours that of the
 * machine's first network namespace, in pods as well.
 */
final class LinkSettings {
  /** {@code IN6_ADDR_GEN_MODE_EUI64} of {@code linux/if_link.h}. */
  private static final int EUI64 = 0;

  /** {@code IN6_ADDR_GEN_MODE_RANDOM} of {@code linux/if_link.h}. */
  private static final int RANDOM = 3;

  /** The hop limit that hosts begin with: {@code IPV6_DEFAULT_HOPLIMIT} of {@code net/ipv6.h}. */
  private static final int HOP_LIMIT = 64;

  /** How often the kernel asks for a neighbour if nobody changed that. */
  private static final int PROBES = 3;

  private LinkSettings() {}

  /**
   * Those of an interface of the host that pods send to: the host's end of a pod's veth pair, or
   * the bridge that pods are on.
   */
  static List<Setting> ofHost(String link, AddressFamily family) {
    List<Setting> settings = new ArrayList<>();
    addNeighbours(settings, link, family);
    if (family == AddressFamily.IPV6) {
      addIpv6(settings, link);
    } else {
      settings.add(answersArp(link));
    }
    settings.add(Forwarding.ofLink(family, link));
    return settings;
  }

  /** Those of a bridge's port, which has no address but the link-local one. */
  static List<Setting> ofPort(String link, AddressFamily family) {
    List<Setting> settings = new ArrayList<>();
    if (family == AddressFamily.IPV6) {
      addIpv6(settings, link);
    }
    return settings;
  }

  /** Those of the pod's own interface, and of the pod's {@code all}, which nobody else uses. */
  static List<Setting> ofPod(String link, AddressFamily family) {
    List<Setting> settings = new ArrayList<>();
    addNeighbours(settings, link, family);
    if (family == AddressFamily.IPV6) {
      addIpv6(settings, link);
      String hopLimit = Sysctl.of(family, link, "hop_limit");
      settings.add(Setting.of(hopLimit, HOP_LIMIT, value -> value >= HOP_LIMIT));
    } else {
      settings.add(answersArp(link));
      settings.add(answersArp(Sysctl.ALL));
    }
    return settings;
  }

  /**
   * What lets IPv6 addresses of a link be used at once, and gives it the link-local one without
   * which the host asks for no neighbour: the plugin knows that nobody else has them. To be done
   * before the link is up.
   */
  static List<Setting> beforeUp(String link, AddressFamily family) {
    List<Setting> settings = new ArrayList<>();
    if (family == AddressFamily.IPV6) {
      settings.add(Setting.exactly(Sysctl.of(family, link, "accept_dad"), 0));
      settings.add(Setting.exactly(Sysctl.of(family, link, "dad_transmits"), 0));
      if (Sysctl.read(Sysctl.of(family, Sysctl.ALL, "accept_dad")).filter("0"::equals).isEmpty()) {
        // the larger one counts: the kernel still waits at random, for as long as this
        settings.add(Setting.exactly(Sysctl.of(family, link, "router_solicitation_delay"), 0));
      }
      settings.add(
          Setting.of(
              Sysctl.of(family, link, "addr_gen_mode"),
              EUI64,
              value -> value == EUI64 || value == RANDOM));
    }
    return settings;
  }

  /**
   * Why a host answers no ARP request of its pods, whatever the interface says: of it and {@code
   * all}, the larger value counts. Empty if it does answer.
   *
   * @param bridge whether pods are in the network of the gateway's address, on a bridge
   */
  static List<String> arpObstacles(boolean bridge) {
    Setting all = answersArp(Sysctl.ALL);
    boolean inNetwork = bridge && Sysctl.read(all.name()).filter("2"::equals).isPresent();
    return inNetwork ? List.of() : problems(List.of(all));
  }

  /**
   * With 2 the kernel answers only those who are in the network of the address, which is host-sized
   * here; with 8 nobody.
   */
  private static Setting answersArp(String link) {
    String name = Sysctl.of(AddressFamily.IPV4, link, "arp_ignore");
    return Setting.of(name, 0, value -> value != 2 && value < 8);
  }

  /** No router tells the pod anything, and no pod the host. */
  private static void addIpv6(List<Setting> settings, String link) {
    settings.add(Setting.exactly(Sysctl.of(AddressFamily.IPV6, link, "disable_ipv6"), 0));
    settings.add(Setting.exactly(Sysctl.of(AddressFamily.IPV6, link, "accept_ra"), 0));
  }

  /** The kernel asks by itself, and without asking a program first, which there is none. */
  private static void addNeighbours(List<Setting> settings, String link, AddressFamily family) {
    String neighbours = (family == AddressFamily.IPV4 ? "ipv4" : "ipv6") + "/neigh/" + link + "/";
    settings.add(Setting.of(neighbours + "mcast_solicit", PROBES, value -> value > 0));
    settings.add(Setting.exactly(neighbours + "app_solicit", 0));
  }

  /** Sets those of an interface of the host that is down, or that somebody has changed. */
  static void prepare(String link, AddressFamily family) throws CniException {
    prepare(link, family, Sysctl::read);
  }

  /** The same, where what is set now is known. */
  static void prepare(String link, AddressFamily family, SysctlReader reader) throws CniException {
    apply(beforeUp(link, family), reader);
    apply(ofHost(link, family), reader);
  }

  /** Makes all of {@code settings} right; returns what was wrong. */
  static List<String> apply(List<Setting> settings) throws CniException {
    return apply(settings, Sysctl::read);
  }

  /** The same, where what is set now is known. */
  static List<String> apply(List<Setting> settings, SysctlReader reader) throws CniException {
    List<String> changed = new ArrayList<>();
    for (Setting setting : settings) {
      setting.apply(reader).ifPresent(changed::add);
    }
    return changed;
  }

  /** What of {@code settings} is not right. */
  static List<String> problems(List<Setting> settings) {
    List<String> problems = new ArrayList<>();
    for (Setting setting : settings) {
      setting.problem().ifPresent(problems::add);
    }
    return problems;
  }
}
