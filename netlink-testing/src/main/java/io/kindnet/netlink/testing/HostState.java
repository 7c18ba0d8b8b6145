package io.kindnet.netlink.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a test could leave behind on the machine.
 *
 * @param namespaces this process's network namespaces
 * @param links {@code ip link} of the namespace that the test process itself is in
 * @param routes4 {@code ip -4 route} of all tables there
 * @param routes6 {@code ip -6 route} of all tables there
 * @param ruleset {@code nft list ruleset} there, without counters' numbers
 */
record HostState(
    Set<String> namespaces, String links, String routes4, String routes6, String ruleset) {

  static HostState now() {
    return new HostState(
        Namespace.existing(),
        lines("ip", "-j", "-p", "link"),
        lines("ip", "-j", "-p", "-4", "route", "show", "table", "all"),
        withoutExpiry(lines("ip", "-j", "-p", "-6", "route", "show", "table", "all")),
        Nft.withoutCounters(lines("nft", "list", "ruleset")));
  }

  /** The namespaces that are here and were not in {@code before}. */
  Set<String> namespacesSince(HostState before) {
    Set<String> added = new TreeSet<>(namespaces);
    added.removeAll(before.namespaces);
    return added;
  }

  /** Fails, naming the difference, unless the machine looks as in {@code before}. */
  void assertSameMachineAs(HostState before) {
    assertThat(links).as("the test changed the host's links").isEqualTo(before.links);
    assertThat(routes4).as("the test changed the host's IPv4 routes").isEqualTo(before.routes4);
    assertThat(routes6).as("the test changed the host's IPv6 routes").isEqualTo(before.routes6);
    assertThat(ruleset).as("the test changed the host's nftables").isEqualTo(before.ruleset);
  }

  private static String lines(String... command) {
    return Commands.run(List.of(command));
  }

  /** A route from a router advertisement counts down. */
  private static String withoutExpiry(String routes) {
    return routes.replaceAll("\"expires\": \\d+,?", "");
  }
}
