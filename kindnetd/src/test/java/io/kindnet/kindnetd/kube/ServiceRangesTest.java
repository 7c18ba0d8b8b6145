package io.kindnet.kindnetd.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDR;
import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDRBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.testing.Eventually;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceRangesTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String PATH = "/apis/networking.k8s.io/v1/servicecidrs";

  private final LocalApiServer server = new LocalApiServer(0);
  private final KubernetesClient admin = server.client();
  private final ApiClient client;
  private final List<Set<IpPrefix>> told = new CopyOnWriteArrayList<>();
  private final ServiceRanges ranges;

  ServiceRangesTest() throws Exception {
    Optional<URI> url = Optional.of(URI.create("http://127.0.0.1:" + server.port()));
    client =
        ApiServer.connect(
            new ApiServerOptions(Optional.empty(), url, Optional.empty()), Map.of(), address -> {});
    ranges = new ServiceRanges(client, told::add, Duration.ofMillis(50));
  }

  @AfterEach
  void stop() {
    ranges.close();
    client.close();
    admin.close();
    server.close();
  }

  private static ServiceCIDR range(String name, String... cidrs) {
    return new ServiceCIDRBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withCidrs(cidrs)
        .endSpec()
        .build();
  }

  private void assertTold(String... cidrs) {
    Set<IpPrefix> expected = Stream.of(cidrs).map(IpPrefix::parse).collect(Collectors.toSet());
    Eventually.within(
        DEADLINE, () -> assertThat(told.isEmpty() ? Set.of() : told.getLast()).isEqualTo(expected));
  }

  @Test
  void tellsTheRangesOfAllObjects() {
    admin.resource(range("kubernetes", "10.96.0.0/16", "fd00:10:96::/112")).create();
    ranges.start();
    assertTold("10.96.0.0/16", "fd00:10:96::/112");
    admin.resource(range("more", "010.97.0.5/16", "nonsense")).create();
    assertTold("10.96.0.0/16", "fd00:10:96::/112", "10.97.0.0/16");
    admin.resource(range("kubernetes")).delete();
    assertTold("10.97.0.0/16");
  }

  @ParameterizedTest
  @ValueSource(ints = {403, 404})
  void knowsNothingWhereItIsNotTold(int code) {
    server.refuse(PATH, code);
    ranges.start();
    Eventually.within(DEADLINE, () -> assertThat(told).isNotEmpty().allMatch(Set::isEmpty));
  }

  @Test
  void tellsOnceThatItMayNotListThem() {
    server.refuse(PATH, 403);
    try (CapturedLog log = CapturedLog.start()) {
      ranges.start();
      Eventually.within(DEADLINE, () -> assertThat(server.refused()).isGreaterThan(2));
      assertThat(log.linesWith("servicecidrs"))
          .singleElement()
          .asString()
          .contains(" INFO ", "the verb list on servicecidrs");
    }
  }

  @Test
  void keepsWhatItKnowsWhereTheServerFails() {
    admin.resource(range("kubernetes", "10.96.0.0/16")).create();
    ranges.start();
    assertTold("10.96.0.0/16");
    server.refuse(PATH, 500);
    Eventually.within(DEADLINE, () -> assertThat(server.refused()).isGreaterThan(2));
    assertTold("10.96.0.0/16");
    server.refuse(PATH, 0);
    admin.resource(range("more", "10.97.0.0/16")).create();
    assertTold("10.96.0.0/16", "10.97.0.0/16");
  }
}
