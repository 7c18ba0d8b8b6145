package io.kindnet.netlink.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.route.BpfFilter;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.route.TrafficControl;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.wire.NetlinkException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Programs that decide about packets, as {@code tc} shows them and as packets find them. */
@NetworkNamespaces
@Tag("bpf")
class BpfFilterTest {
  private static final int TC_ACT_OK = 0; // linux/pkt_cls.h
  private static final int TC_ACT_SHOT = 2;

  private final Namespace host;
  private final Namespace other;
  private final RouteSocket socket;
  private final TrafficControl trafficControl;
  private final Link link;

  BpfFilterTest(Namespace host, Namespace other) {
    this.host = host;
    this.other = other;
    host.connect("eth0", other, "eth0");
    Ip.batch(host, "address add 192.0.2.1/24 dev eth0\n");
    Ip.batch(other, "address add 192.0.2.2/24 dev eth0\n");
    try (NetworkNamespace namespace = NetworkNamespace.open(host.path().toString())) {
      socket = RouteSocket.open(namespace);
    }
    trafficControl = socket.trafficControl();
    link = socket.links().byName("eth0");
  }

  @AfterEach
  void close() {
    socket.close();
  }

  private int set(int action) {
    try (BpfProgram program =
        BpfProgram.load("decides", TinyPrograms.returning(action), "Apache-2.0")) {
      trafficControl.setIngress(link, "test", program.fd());
      return program.id();
    }
  }

  private boolean answersWithin(int seconds) {
    return other.tryRun("ping", "-c", "1", "-W", String.valueOf(seconds), "192.0.2.1").succeeded();
  }

  @Test
  void decideAboutPacketsOnceNobodyHasThemOpenAnyMore() {
    trafficControl.addClsact(link);
    trafficControl.addClsact(link);
    set(TC_ACT_OK);
    assertThat(answersWithin(20)).isTrue();
    int id = set(TC_ACT_SHOT);
    assertThat(answersWithin(1)).isFalse();
    assertThat(trafficControl.ingress(link)).containsExactly(new BpfFilter("test", id, 1, 1));
    assertThat(host.run("tc", "filter", "show", "dev", "eth0", "ingress"))
        .contains("filter protocol all pref 1 bpf chain 0 handle 0x1 test direct-action")
        .contains("id " + id + " name decides");
    trafficControl.deleteClsact(link);
    assertThat(answersWithin(20)).isTrue();
    assertThat(trafficControl.ingress(link)).isEmpty();
    assertThat(host.run("tc", "qdisc", "show", "dev", "eth0")).doesNotContain("clsact");
  }

  @Test
  void seesThoseOfOthers() {
    assertThat(trafficControl.ingress(link)).isEmpty();
    host.run("tc", "qdisc", "add", "dev", "eth0", "clsact");
    host.run("tc", "filter", "add", "dev", "eth0", "ingress", "bpf", "bytecode", "1,6 0 0 0", "da");
    assertThat(trafficControl.ingress(link)).as("those of the old kind").isEmpty();
    int id = set(TC_ACT_OK);
    assertThat(trafficControl.ingress(link)).extracting(BpfFilter::programId).contains(id);
  }

  @Test
  void saysWhichLinkRefuses() {
    try (BpfProgram program =
        BpfProgram.load("decides", TinyPrograms.returning(TC_ACT_OK), "Apache-2.0")) {
      assertThatThrownBy(() -> trafficControl.setIngress(link, "test", program.fd()))
          .isInstanceOfSatisfying(
              NetlinkException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
          .hasMessageContaining("set BPF filter test of link eth0");
    }
  }
}
