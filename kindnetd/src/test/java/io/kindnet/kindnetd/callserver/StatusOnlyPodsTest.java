package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.traffic.PacketFlood;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods that the plugin's database does not know, as where another plugin has connected them. */
@NetworkNamespaces
class StatusOnlyPodsTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int MANY = 5_000;

  private final Namespace host;
  private final Namespace pod;
  private final Namespace other;

  StatusOnlyPodsTest(Namespace host, Namespace pod, Namespace other) {
    this.host = host;
    this.pod = pod;
    this.other = other;
  }

  @Test
  void areSubjectToPoliciesOnceTheirStatusHasAddresses(@TempDir Path directory) throws Exception {
    host.loopbackUp();
    host.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
    InetAddress web = connect(pod, 1);
    InetAddress neighbour = connect(other, 2);
    try (EnforcingNode node =
        new EnforcingNode(host, directory, "", agents -> agents.denyAllIn("default"))) {
      try (PacketFlood flood = PacketFlood.start(pod, other, neighbour)) {
        flood.awaitReceived(1);
      }

      node.agents().show("default", "web", web);

      Eventually.within(SOON, () -> assertThat(node.table()).contains("10.245.1.2"));
      try (PacketFlood flood = PacketFlood.start(pod, other, neighbour)) {
        flood.awaitSent(MANY);
        assertThat(flood.received()).isZero();
      }
    }
  }

  /** As another plugin would. */
  private InetAddress connect(Namespace to, int number) {
    String address = "10.245." + number + ".2";
    String link = "veth" + number;
    host.connect(link, to, "eth0");
    host.addAddress(link, "10.245." + number + ".1/24");
    to.addAddress("eth0", address + "/24");
    to.run("ip", "route", "add", "default", "via", "10.245." + number + ".1");
    return IpAddresses.parse(address);
  }
}
