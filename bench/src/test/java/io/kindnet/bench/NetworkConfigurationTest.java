package io.kindnet.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkConfigurationTest {
  private static final Pod POD = new Pod("c", Path.of("/run/netns/pod"), 80);
  private static final NetworkConfiguration PEERS =
      NetworkConfiguration.peers("peers", List.of("10.0.0.0/24", "fd00::/64"));

  @Test
  void givesThePluginItsPartOfTheFile() throws Exception {
    NetworkConfiguration network = NetworkConfiguration.kindnet("kindnet", List.of("10.0.0.0/24"));

    assertSameJson(
        network.input("cni-kindnet", POD, ""),
        """
        {"cniVersion": "1.0.0", "name": "kindnet", "type": "cni-kindnet",
         "ranges": ["10.0.0.0/24"],
         "capabilities": {"portMappings": true},
         "runtimeConfig": {"portMappings": [
           {"hostPort": 80, "containerPort": 8080, "protocol": "tcp"}]}}
        """);
  }

  @Test
  void givesEachPluginOfAChainWhatTheOneBeforeItSaid() throws Exception {
    assertThat(PEERS.types()).containsExactly("ptp", "portmap");
    assertSameJson(
        PEERS.input("portmap", POD.with(Work.DUAL_STACK), "{\"ips\": []}"),
        """
        {"cniVersion": "1.0.0", "name": "peers", "type": "portmap",
         "capabilities": {"portMappings": true}, "prevResult": {"ips": []}}
        """);
  }

  @Test
  void givesHostPortsToThePluginThatCanUseThem() throws Exception {
    assertSameJson(
        PEERS.input("ptp", POD, ""),
        """
        {"cniVersion": "1.0.0", "name": "peers", "type": "ptp",
         "ipam": {"type": "host-local",
                  "ranges": [[{"subnet": "10.0.0.0/24"}], [{"subnet": "fd00::/64"}]],
                  "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}}
        """);
  }

  private static void assertSameJson(String actual, String expected) throws Exception {
    ObjectMapper json = new ObjectMapper();
    assertThat(json.readTree(actual)).isEqualTo(json.readTree(expected));
  }
}
