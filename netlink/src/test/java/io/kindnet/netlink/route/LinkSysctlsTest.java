package io.kindnet.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the kernel tells with a link, beside the files that it has for the same. */
@NetworkNamespaces
class LinkSysctlsTest {
  private final Namespace host;
  private final Links links;
  private final RouteSocket rt;

  LinkSysctlsTest(Namespace host) {
    this.host = host;
    rt = RouteFixture.open(host);
    links = rt.links();
  }

  @BeforeEach
  void makeLink() {
    host.run("ip", "link", "add", "a.b", "type", "bridge");
  }

  @AfterEach
  void close() {
    rt.close();
  }

  @ParameterizedTest
  @CsvSource({
    "IPV4, forwarding, 0",
    "IPV4, forwarding, 1",
    "IPV4, arp_ignore, 2",
    "IPV4, arp_ignore, 8",
    "IPV6, forwarding, 0",
    "IPV6, forwarding, 1",
    "IPV6, hop_limit, 77",
    "IPV6, accept_ra, 0",
    "IPV6, accept_ra, 2",
    "IPV6, dad_transmits, 5",
    "IPV6, disable_ipv6, 0",
    "IPV6, disable_ipv6, 1",
    "IPV6, accept_dad, 2",
    "IPV6, addr_gen_mode, 0",
    "IPV6, addr_gen_mode, 1",
    "IPV6, addr_gen_mode, 3",
  })
  void areWhatTheFilesSay(AddressFamily family, String name, int value) {
    String file = "/proc/sys/net/" + (family == AddressFamily.IPV4 ? "ipv4" : "ipv6");
    file += "/conf/a.b/" + name;
    host.run("sh", "-c", "echo " + value + " >" + file);

    LinkSysctls sysctls = links.describe("a.b").sysctls();

    assertThat(sysctls.find(family, name)).hasValue(value);
    assertThat(host.run("cat", file).strip()).isEqualTo(String.valueOf(value));
  }

  @Test
  void areFoundByNameAndByIndex() {
    DescribedLink byName = links.describe("a.b");

    assertThat(byName.link()).isEqualTo(links.byName("a.b"));
    assertThat(links.describe(byName.link().index()).link()).isEqualTo(byName.link());
    assertThat(byName.sysctls().find(AddressFamily.IPV6, "accept_dad")).isPresent();
  }

  @Test
  void whatTheKernelDoesNotTellIsNotFound() {
    LinkSysctls sysctls = links.describe("a.b").sysctls();

    assertThat(sysctls.find(AddressFamily.IPV4, "accept_ra")).isEmpty();
    assertThat(sysctls.find(AddressFamily.IPV6, "no_such_file")).isEmpty();
  }

  /** With an MTU below 1280, the kernel takes IPv6 away from a link. */
  @Test
  void aLinkWithoutIpv6HasNoneOfIt() {
    host.run("ip", "link", "set", "a.b", "mtu", "1279");

    LinkSysctls sysctls = links.describe("a.b").sysctls();

    assertThat(sysctls.find(AddressFamily.IPV6, "accept_ra")).isEmpty();
    assertThat(sysctls.find(AddressFamily.IPV4, "forwarding")).isPresent();
  }
}
