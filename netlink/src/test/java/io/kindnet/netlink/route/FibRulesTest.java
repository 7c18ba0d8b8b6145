package io.kindnet.netlink.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.wire.NetlinkException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class FibRulesTest {
  private static final int OURS = 201;
  private static final FibRule V4 = rule(AddressFamily.IPV4);
  private static final FibRule V6 = rule(AddressFamily.IPV6);

  private final Namespace host;
  private final RouteSocket rt;

  FibRulesTest(Namespace host) {
    this.host = host;
    this.rt = RouteFixture.open(host);
  }

  private static FibRule rule(AddressFamily family) {
    return new FibRule(family, 53, 0x1000, 0x3000, 7000, OURS);
  }

  @AfterEach
  void close() {
    rt.close();
  }

  @Test
  void addsTheRulesThatIpAdds(Namespace other) {
    rt.rules().add(V4);
    rt.rules().add(V6);

    Ip.batch(other, "rule add fwmark 0x1000/0x3000 lookup 7000 pref 53 protocol 201\n");
    Ip.run(other, "-6 rule add fwmark 0x1000/0x3000 lookup 7000 pref 53 protocol 201".split(" "));
    assertThat(rules(host)).isEqualTo(rules(other)).contains("7000");
  }

  @Test
  void listsAndDeletesWhatOneMakerMade() {
    Ip.batch(host, "rule add fwmark 0x1000/0x3000 lookup 7000 pref 53 protocol 202\n");
    rt.rules().add(V4);
    rt.rules().add(V6);

    assertThat(rt.rules().list(OURS)).containsExactly(V4, V6);

    rt.rules().delete(V4);
    rt.rules().delete(V6);
    assertThat(rt.rules().list(OURS)).isEmpty();
    assertThat(rt.rules().list(202)).hasSize(1);
    assertThatThrownBy(() -> rt.rules().delete(V6))
        .isInstanceOf(NetlinkException.class)
        .hasMessageContaining("delete policy rule from all fwmark 0x1000/0x3000")
        .hasMessageContaining("ENOENT");
  }

  private static String rules(Namespace namespace) {
    return namespace.run("ip", "rule") + namespace.run("ip", "-6", "rule");
  }
}
