package io.kindnet.kindnetd.dnscache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.LocalApiServer;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.testing.Deadlines;
import io.kindnet.netlink.testing.Eventually;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ServiceNameServersTest {
  private static final Duration DEADLINE = Deadlines.scaled(Duration.ofSeconds(60));
  private static final InetAddress V4 = InetAddress.ofLiteral("10.96.0.10");
  private static final InetAddress V6 = InetAddress.ofLiteral("fd96::10");

  private static final String SERVICE =
      """
      {"apiVersion": "v1", "kind": "Service",
       "metadata": {"name": "kube-dns", "namespace": "kube-system"},
       "spec": {"clusterIP": "10.96.0.10", "clusterIPs": ["10.96.0.10", "fd96::10"],
        "ports": [{"name": "dns", "protocol": "UDP", "port": 53, "targetPort": 5353},
         {"name": "dns-tcp", "protocol": "TCP", "port": 53, "targetPort": 5354},
         {"name": "metrics", "protocol": "TCP", "port": 9153}]}}
      """;

  private static String slice(String name, String type, String... addresses) {
    return """
    {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
     "metadata": {"name": "%s", "namespace": "kube-system",
      "labels": {"kubernetes.io/service-name": "kube-dns"}},
     "addressType": "%s",
     "endpoints": [%s],
     "ports": [{"name": "dns", "protocol": "UDP", "port": 5353},
      {"name": "dns-tcp", "protocol": "TCP", "port": 5354},
      {"name": "metrics", "protocol": "TCP", "port": 9153}]}
    """
        .formatted(
            name,
            type,
            String.join(
                ",",
                List.of(addresses).stream()
                    .map("{\"addresses\": [\"%s\"], \"conditions\": {\"ready\": false}}"::formatted)
                    .toList()));
  }

  private static ServiceNameServers start(ApiClient client, InetAddress... configured) {
    ServiceNameServers servers =
        new ServiceNameServers(
            client,
            List.of(configured),
            () -> Set.of(IpPrefix.parse("10.96.0.0/16")),
            new Status("test"),
            () -> 3);
    servers.start();
    return servers;
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  @Test
  void areThoseOfTheServiceWithAllItsEndpoints() {
    try (LocalApiServer server = new LocalApiServer(0);
        KubernetesClient client = server.client();
        ApiClient agent = server.apiClient();
        ServiceNameServers servers = start(agent)) {
      AtomicInteger changes = new AtomicInteger();
      servers.onChange(changes::incrementAndGet);
      Eventually.within(DEADLINE, () -> assertThat(servers.addresses()).contains(Set.of()));

      client.resource(SERVICE).create();
      client.resource(slice("one", "IPv4", "10.244.0.2", "10.244.1.2")).create();
      client.resource(slice("two", "IPv6", "fd00::2")).create();

      Eventually.within(
          DEADLINE,
          () -> {
            assertThat(servers.addresses()).contains(Set.of(V4, V6));
            assertThat(servers.endpoints(V4, "UDP"))
                .contains(Set.of(at("10.244.0.2", 5353), at("10.244.1.2", 5353)));
            assertThat(servers.endpoints(V4, "TCP"))
                .contains(Set.of(at("10.244.0.2", 5354), at("10.244.1.2", 5354)));
            assertThat(servers.endpoints(V6, "UDP")).contains(Set.of(at("fd00::2", 5353)));
          });
      assertThat(changes.get()).isPositive();

      client.resource(SERVICE).delete();
      Eventually.within(DEADLINE, () -> assertThat(servers.addresses()).contains(Set.of()));
    }
  }

  /** Who answers for the address of another Service is not known. */
  @Test
  void areThoseThatWereAskedFor() {
    InetAddress outside = InetAddress.ofLiteral("192.0.2.53");
    InetAddress otherService = InetAddress.ofLiteral("10.96.0.77");
    try (LocalApiServer server = new LocalApiServer(0);
        KubernetesClient client = server.client();
        ApiClient agent = server.apiClient();
        ServiceNameServers servers = start(agent, outside, otherService, V4)) {
      client.resource(SERVICE).create();
      client.resource(slice("one", "IPv4", "10.244.0.2")).create();

      assertThat(servers.addresses()).contains(Set.of(outside, otherService, V4));
      Eventually.within(
          DEADLINE,
          () -> {
            assertThat(servers.endpoints(V4, "UDP")).contains(Set.of(at("10.244.0.2", 5353)));
            assertThat(servers.endpoints(outside, "UDP")).contains(Set.of(at("192.0.2.53", 53)));
            assertThat(servers.endpoints(otherService, "UDP")).isEmpty();
          });
    }
  }
}
