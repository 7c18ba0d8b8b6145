package io.kindnet.cni;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes that have their default route and their address from a router's advertisements. */
@NetworkNamespaces
class RouterAdvertisementTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  private final Namespace host;
  private final Namespace router;
  private final Namespace pod;
  private final Advertiser advertiser;

  @TempDir private Path dataDir;

  RouterAdvertisementTest(Namespace host, Namespace router, Namespace pod) {
    this.host = host;
    this.router = router;
    this.pod = pod;
    host.loopbackUp();
    host.connect("eth0", router, "eth0");
    this.advertiser = new Advertiser(router, "eth0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ipv6/conf/all/forwarding=0",
        // a host that is a router but for its uplink
        "ipv6/conf/all/forwarding=1 ipv6/conf/default/forwarding=0 ipv6/conf/eth0/forwarding=0",
        "ipv6/conf/all/forwarding=0 ipv6/conf/eth0/accept_ra=2",
      })
  void areHeededAfterThePods(String settings) {
    set(settings);
    awaitAdvertised("eth0");
    String before = routes();

    CniNode node = node();
    node.add("abc", pod);

    assertThat(routes()).isEqualTo(before);
    assertThat(get("ipv6/conf/all/forwarding")).isEqualTo("1");
    Ip.run(host, "-6", "route", "del", "default");
    awaitAdvertised("eth0");

    node.del("abc", pod);
    node.add("abc", pod);
    assertThat(Ip.run(host, "-6", "route", "show", "default")).contains("dev eth0 proto ra");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cni0"})
  void areNotTakenFromPods(String bridge) {
    set("ipv6/conf/default/accept_ra=2");
    CniNode node = node();
    node.config().put("bridge", bridge);
    String knet = node.add("abc", pod).at("/interfaces/0/name").asText();

    new Advertiser(pod, "eth0").advertise();
    awaitAdvertised("eth0");

    assertThat(get("ipv6/conf/" + (bridge.isEmpty() ? knet : bridge) + "/accept_ra"))
        .isEqualTo("0");
    assertThat(Ip.run(host, "-6", "route", "show", "default")).doesNotContain(knet, "cni0");
  }

  @Test
  void areHeededOnLinksThatComeLater() {
    node().add("abc", pod);
    host.connect("eth1", router, "eth1");

    Eventually.within(
        DEADLINE,
        () -> {
          new Advertiser(router, "eth1").advertise();
          assertThat(Ip.run(host, "-6", "route", "show", "default")).contains("dev eth1 proto ra");
        });
  }

  @Test
  void areIgnoredWhereTheyWere() {
    set("ipv6/conf/eth0/accept_ra=0 ipv6/conf/default/accept_ra=0");
    host.connect("eth1", router, "eth1");
    set("ipv6/conf/eth1/accept_ra=1 ipv6/conf/eth1/forwarding=1");

    node().add("abc", pod);

    assertThat(get("ipv6/conf/eth0/accept_ra")).isEqualTo("0");
    assertThat(get("ipv6/conf/eth1/accept_ra")).isEqualTo("1");
    assertThat(get("ipv6/conf/default/accept_ra")).isEqualTo("0");
  }

  @Test
  void areNobodysBusinessWithoutIpv6() {
    new CniNode(host, dataDir, "10.244.1.0/24").add("abc", pod);

    assertThat(get("ipv6/conf/eth0/accept_ra")).isEqualTo("1");
    assertThat(get("ipv6/conf/eth0/forwarding")).isEqualTo("0");
    awaitAdvertised("eth0");
  }

  private void awaitAdvertised(String link) {
    Eventually.within(
        DEADLINE,
        () -> {
          advertiser.advertise();
          assertThat(Ip.run(host, "-6", "route", "show", "default"))
              .contains("dev " + link + " proto ra");
          assertThat(Ip.run(host, "-6", "address", "show", "dev", link))
              .contains("inet6 " + Advertiser.PREFIX.replaceAll(":$", ""));
        });
  }

  /** Without the time that is left. */
  private String routes() {
    return Ip.run(host, "-6", "route", "show", "proto", "ra").replaceAll("expires \\w+ ", "");
  }

  private CniNode node() {
    return new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
  }

  private void set(String settings) {
    for (String setting : settings.split(" ")) {
      host.run("sysctl", "-q", "-w", "net/" + setting);
    }
  }

  private String get(String name) {
    return host.run("sysctl", "-n", "net/" + name).strip();
  }
}
