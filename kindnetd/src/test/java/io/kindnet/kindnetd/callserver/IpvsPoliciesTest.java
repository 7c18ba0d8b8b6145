package io.kindnet.kindnetd.callserver;

import static io.kindnet.kindnetd.callserver.EnforcingNode.addresses;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.kindnetd.cluster.policies.NetworkPolicyReader;
import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.networkpolicy.PodSockets;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.IpvsServices;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With kube-proxy in IPVS mode, policies are about the pod behind a Service. */
@NetworkNamespaces
@Tag("ipvs")
class IpvsPoliciesTest {
  private static final Duration SOON = Duration.ofMinutes(5);
  private static final List<String> SERVICES = List.of("10.96.0.10", "fd00:96::10");
  private static final int PORT = 80;
  private static final int POD_PORT = 8080;

  private static Policy policy(String name, String spec) throws Exception {
    return NetworkPolicyReader.read(
        new ObjectMapper()
            .readTree(
                """
                {"metadata": {"namespace": "default", "name": "%s"}, "spec": %s}
                """
                    .formatted(name, spec)));
  }

  @Test
  void judgeThePodBehindAService(
      Namespace host,
      Namespace server,
      Namespace friend,
      Namespace stranger,
      @TempDir Path directory)
      throws Exception {
    host.loopbackUp();
    try (EnforcingNode node = new EnforcingNode(host, directory, "");
        PodSockets sockets = new PodSockets()) {
      node.agents()
          .put(
              policy(
                  "friends",
                  "{\"podSelector\": {}, \"ingress\": [{\"from\": [{\"podSelector\": {}}]}]}"));
      node.agents().show("default", "server");
      node.agents().show("default", "friend");
      node.agents().show("open", "stranger");
      JsonNode pod = node.add("default", "server", server);
      node.add("default", "friend", friend);
      node.add("open", "stranger", stranger);
      sockets.serve(server, POD_PORT);
      IpvsServices services = IpvsServices.on(host);
      for (int i = 0; i < SERVICES.size(); i++) {
        InetAddress address = addresses(pod).get(i);
        services.add(SERVICES.get(i), PORT, IpAddresses.format(address), POD_PORT);
      }

      for (String service : SERVICES) {
        assertThat(sockets.connects(friend, service, PORT, true)).isTrue();
        assertThat(sockets.connects(host, service, PORT, true)).as("its own node").isTrue();
        assertThat(sockets.connects(stranger, service, PORT, false)).isFalse();
      }
      assertDropped(node, "no rule allows it: default/friends");

      // which is not about the address of the Service
      node.agents()
          .put(
              policy(
                  "no-way-out",
                  """
                  {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [
                    {"ipBlock": {"cidr": "10.96.0.0/16"}}, {"ipBlock": {"cidr": "fd00:96::/64"}}]}]}
                  """));
      Eventually.within(
          SOON, () -> assertThat(node.table()).contains(" : jump egress-default/no-way-out"));
      for (String service : SERVICES) {
        assertThat(sockets.connects(friend, service, PORT, false)).isFalse();
      }
      assertDropped(node, "no rule allows it: default/no-way-out");

      node.agents().removePolicy("default/no-way-out");
      node.agents().removePolicy("default/friends");
      for (String service : SERVICES) {
        Eventually.within(
            SOON, () -> assertThat(sockets.connects(stranger, service, PORT, true)).isTrue());
        assertThat(sockets.connects(friend, service, PORT, true)).isTrue();
      }
    }
  }

  /** However slow the machine is: the packets were there. */
  private static void assertDropped(EnforcingNode node, String comment) {
    assertThat(node.table())
        .containsPattern("counter packets [1-9]\\d* bytes \\d+ drop comment \"" + comment + "\"");
  }
}
