package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dual-stack ranges where IPv6 is switched off by sysctl. */
@NetworkNamespaces
class Ipv6OffTest {
  private static final String OFF = "net.ipv6.conf.all.disable_ipv6=1";

  private final Namespace host;
  private final Namespace pod;

  @TempDir private Path dataDir;
  private CniNode node;

  Ipv6OffTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64");
    Ip.batch(host, "link add eth0 type veth peer name peer\n");
  }

  @Test
  void onTheNodeIsToldWithWhatToChange() {
    host.run("sysctl", "-qw", OFF);

    assertRefused(call("ADD"));

    host.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0");
    assertThat(node.add("abc", pod).path("ips")).hasSize(2);
  }

  @Test
  void onTheNodeIsToldAlsoToLaterPods(Namespace first) {
    node.add("first", first);
    host.run("sysctl", "-qw", OFF);
    Ip.batch(host, "link add knet0 type veth peer name knet1\n");
    host.run("sysctl", "-qw", "net.ipv6.conf.knet0.disable_ipv6=0");

    assertRefused(call("ADD"));
    node.del("first", first);
  }

  @Test
  void onTheNodeDoesNotMatterToIpv4() {
    host.run("sysctl", "-qw", OFF);
    node.config().putArray("ranges").add("10.244.1.0/24");

    assertThat(node.add("abc", pod).path("ips")).hasSize(1);
  }

  @Test
  void doesNotMatterWhereTheUplinkIsExcepted() {
    host.run("sysctl", "-qw", OFF);
    host.run("sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=0");

    assertThat(node.add("abc", pod).path("ips")).hasSize(2);
  }

  /**
   * Some runtimes make the namespaces of pods so; the pod's own interface has IPv6 all the same.
   */
  @Test
  void doesNotMatterInThePod() {
    pod.run("sysctl", "-qw", OFF);
    host.loopbackUp();

    JsonNode result = node.add("abc", pod);

    String gateway = result.at("/ips/1/gateway").asText();
    pod.run("ping", "-q", "-c", "1", "-W", "10", gateway);
  }

  private Reply call(String verb) {
    ObjectNode config = node.config();
    return node.call(verb, "abc", pod.path().toString(), "eth0", config);
  }

  private void assertRefused(Reply reply) {
    JsonNode error = error(reply);
    assertThat(error.path("code").asInt()).isEqualTo(2);
    assertThat(error.path("msg").asText())
        .isEqualTo(
            "ranges 'fd00:10:244:1::/64': IPv6 is off on this node; set the sysctl"
                + " net.ipv6.conf.all.disable_ipv6 to 0, or take the range out");
    assertThat(host.run("ip", "link")).doesNotContain("link-pod default/abc");
  }
}
