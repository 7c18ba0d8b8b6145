package io.kindnet.kindnetd.cniconfig;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cniconfig.PluginChain.Plugins;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.testing.Resources;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CniConfigurationTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "KINDNET  | false | 10.244.2.0/24                          | kindnet-ipv4.conflist",
        "KINDNET  | true  | 10.244.2.0/24,fd00:2::/64,10.245.2.0/24 | kindnet-bridge.conflist",
        "STANDARD | false | 10.244.2.0/24,fd00:2::/64,10.245.2.0/24 | standard-ptp.conflist",
        "STANDARD | false | fd00:2::/64                            | standard-ptp-ipv6.conflist",
        "STANDARD | true  | 10.244.2.0/24,fd00:2::/64               | standard-bridge.conflist"
      })
  void writesTheChain(Plugins plugins, boolean bridge, String cidrs, String resource) {
    List<IpPrefix> podCidrs = Stream.of(cidrs.split(",")).map(IpPrefix::parse).toList();
    OptionalInt mtu = plugins == Plugins.STANDARD ? OptionalInt.of(1460) : OptionalInt.empty();
    String text = new CniConfiguration(new PluginChain(plugins, bridge), podCidrs, mtu).toJson();
    assertThat(text).isEqualTo(Resources.text(CniConfigurationTest.class, resource));
  }
}
