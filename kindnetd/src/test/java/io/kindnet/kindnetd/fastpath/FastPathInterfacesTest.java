package io.kindnet.kindnetd.fastpath;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.route.RouteSocket;
import io.kindnet.netlink.testing.Ip;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.util.Set;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class FastPathInterfacesTest {
  private final Namespace host;

  FastPathInterfacesTest(Namespace host) {
    this.host = host;
  }

  @Test
  void areThoseThatPacketsComeInByUnchanged() {
    Ip.batch(
        host,
        """
        link add knet0000 up type veth peer name eth0
        link set eth0 up
        link add knet-nat64 up type veth peer name knet-nat64-v4
        link set knet-nat64-v4 up
        link add br0 up type bridge
        link add port up type veth peer name down
        link set port master br0
        """);

    try (NetworkNamespace entered = NetworkNamespace.open(host.path().toString());
        RouteSocket kernel = RouteSocket.open(entered)) {
      assertThat(
              new FastPathInterfaces(kernel, "knet", Set.of("knet-nat64", "knet-nat64-v4")).all())
          .containsExactlyInAnyOrder("knet0000", "eth0");
    }
  }
}
