package io.kindnet.e2e.scale;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerTest {
  @Test
  void hasNothingInCommonWithAnother() {
    Set<String> all = new HashSet<>();
    Peer self = Peer.self();
    assertThat(all.addAll(self.addresses()) && all.addAll(self.podCidrs())).isTrue();
    for (int n = 1; n <= 60_000; n++) {
      Peer peer = Peer.number(n);
      all.addAll(peer.addresses());
      all.addAll(peer.podCidrs());
    }

    assertThat(all).hasSize(4 * 60_001);
  }

  @Test
  void isANodeAsKubeletsWriteIt() throws Exception {
    JsonNode node = new ObjectMapper().readTree(Peer.number(300).json());

    assertThat(node.at("/metadata/name").asText()).isEqualTo("simulated-300");
    assertThat(node.at("/spec/podCIDR").asText()).isEqualTo("10.1.44.0/24");
    assertThat(node.at("/spec/podCIDRs/1").asText()).isEqualTo("fd00:10:244:12c::/64");
    assertThat(node.at("/status/addresses/0/address").asText()).isEqualTo("172.30.17.44");
    assertThat(node.at("/status/addresses/1/address").asText()).isEqualTo("fd00:172:30::2:12c");
    assertThat(node.at("/status/images")).hasSize(20);
    assertThat(node.toString())
        .doesNotContainPattern("@[A-Z]+[0-9]*@")
        .hasSizeBetween(6_000, 8_000);
  }

  @Test
  void movesWithItsPodsAndInheritsThoseOfAnother() throws Exception {
    Peer peer = Peer.number(1);
    Peer other = Peer.number(2);

    assertThat(peer.movedTo(other))
        .isEqualTo(new Peer("simulated-1", other.addresses(), peer.podCidrs()));
    assertThat(other.inheriting(peer))
        .isEqualTo(new Peer("simulated-2", other.addresses(), peer.podCidrs()));
    assertThat(
            new ObjectMapper()
                .readTree(peer.movedTo(other).addressPatch())
                .at("/status/addresses")
                .findValuesAsText("address"))
        .isEqualTo(List.of("172.30.16.2", "fd00:172:30::2:2", "simulated-1"));
  }
}
