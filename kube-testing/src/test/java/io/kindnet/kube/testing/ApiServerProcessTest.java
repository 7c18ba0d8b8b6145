package io.kindnet.kube.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.util.List;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class ApiServerProcessTest {
  @Test
  void servesObjectsAtTheAddressOfItsNamespace(Namespace server, Namespace client) {
    server.connect("eth0", client, "eth0");
    server.run("ip", "address", "add", "172.30.0.1/24", "dev", "eth0");
    server.loopbackUp();
    client.run("ip", "address", "add", "172.30.0.2/24", "dev", "eth0");
    Node node =
        Nodes.node("node1", List.of("10.244.1.0/24", "fd00:10:244:1::/64"), List.of("172.30.0.2"));

    try (ApiServerProcess api = ApiServerProcess.start(server, "172.30.0.1", 8080)) {
      assertThat(api.url()).isEqualTo("http://172.30.0.1:8080/");
      api.apply(node);
      String listed = client.run("curl", "--silent", "--fail", api.url() + "api/v1/nodes/node1");
      assertThat(listed)
          .contains("\"podCIDRs\":[\"10.244.1.0/24\",\"fd00:10:244:1::/64\"]", "172.30.0.2");

      api.apply(Nodes.node("node1", List.of("10.244.9.0/24"), List.of("172.30.0.9")));
      assertThat(api.get(node)).contains("10.244.9.0/24", "172.30.0.9");

      api.delete(node);
      assertThat(api.get(node)).isEqualTo("null");
    }
  }
}
