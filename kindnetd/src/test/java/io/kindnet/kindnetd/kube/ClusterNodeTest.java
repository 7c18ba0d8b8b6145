package io.kindnet.kindnetd.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.kindnet.kube.testing.Nodes;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterNodeTest {
  @Test
  void keepsWhatIsNeeded() {
    Node node =
        new NodeBuilder()
            .withNewMetadata()
            .withName("a")
            .withCreationTimestamp("2026-01-01T00:00:00Z")
            .endMetadata()
            .withNewSpec()
            .withPodCIDR("10.244.1.0/24")
            .withPodCIDRs("10.244.1.0/24", "fd00:1::/64")
            .withProviderID("aws:///eu-west-1a/i-1")
            .endSpec()
            .build();
    assertThat(ClusterNode.of(node))
        .isEqualTo(
            new ClusterNode(
                "a",
                "2026-01-01T00:00:00Z",
                List.of(IpPrefix.parse("10.244.1.0/24"), IpPrefix.parse("fd00:1::/64")),
                List.of(),
                "aws:///eu-west-1a/i-1"));
  }

  @Test
  void takesTheOldFieldWhereTheNewOneIsEmpty() {
    Node node =
        new NodeBuilder()
            .withNewMetadata()
            .withName("a")
            .endMetadata()
            .withNewSpec()
            .withPodCIDR("10.244.1.0/24")
            .endSpec()
            .build();
    assertThat(ClusterNode.of(node).podCidrs()).containsExactly(IpPrefix.parse("10.244.1.0/24"));
  }

  @Test
  void takesTheFirstInternalAddressOfEachFamilyElseTheFirstExternalOne() {
    Node node =
        new NodeBuilder()
            .withNewMetadata()
            .withName("a")
            .endMetadata()
            .withNewStatus()
            .addNewAddress("a.example.org", "Hostname")
            .addNewAddress("2001:db8::1", "ExternalIP")
            .addNewAddress("2001:db8::2", "ExternalIP")
            .addNewAddress("198.51.100.1", "ExternalIP")
            .addNewAddress("192.0.2.1", "InternalIP")
            .addNewAddress("192.0.2.2", "InternalIP")
            .endStatus()
            .build();
    ClusterNode reduced = ClusterNode.of(node);
    assertThat(reduced.addresses())
        .containsExactly(IpAddresses.parse("192.0.2.1"), IpAddresses.parse("2001:db8::1"));
    assertThat(reduced.address(AddressFamily.IPV6)).contains(IpAddresses.parse("2001:db8::1"));
  }

  @Test
  void leavesOutWhatIsNoAddressAndNoCidr() {
    Node node = Nodes.node("a", List.of("10.244.1.0/24", "none"), List.of("node-a", "192.0.2.1"));
    ClusterNode reduced = ClusterNode.of(node);
    assertThat(reduced.podCidrs()).containsExactly(IpPrefix.parse("10.244.1.0/24"));
    assertThat(reduced.addresses()).containsExactly(IpAddresses.parse("192.0.2.1"));
  }

  @Test
  void takesANodeThatHasNothingYet() {
    Node node = new NodeBuilder().withNewMetadata().withName("a").endMetadata().build();
    assertThat(ClusterNode.of(node)).isEqualTo(new ClusterNode("a", "", List.of(), List.of(), ""));
  }
}
