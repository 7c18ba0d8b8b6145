package io.kindnet.kindnetd.cluster.pods;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.Labels;
import io.kindnet.kindnetd.cluster.ResourceView;
import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.namespaces.NamespaceReader;
import io.kindnet.kindnetd.cluster.namespaces.NamespaceReader.NamespaceObject;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.NamedPort;
import io.kindnet.kindnetd.cluster.pods.ClusterPod.Phase;
import io.kindnet.kindnetd.cluster.pods.PodReader.PodObject;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiServer;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.kube.testing.ObjectDispatcher;
import io.kindnet.kube.testing.ObjectServer;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.Eventually;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pods and Namespaces of an API server in this process, as agents see them. */
class PodReaderTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private final Status status = new Status("test");
  private final ObjectServer server =
      ObjectServer.start(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new ObjectDispatcher());
  private final KubernetesClient admin = server.client();
  private final ApiClient client =
      ApiServer.connect(
          new ApiServerOptions(
              Optional.empty(), Optional.of(URI.create(server.url())), Optional.empty()),
          Map.of(),
          address -> {});
  private final ResourceView<PodObject, ClusterPod> pods =
      new ResourceView<>(client, PodReader.PODS, PodObject::pod, status, () -> 3);
  private final ResourceView<NamespaceObject, ClusterNamespace> namespaces =
      new ResourceView<>(
          client, NamespaceReader.NAMESPACES, NamespaceObject::namespace, status, () -> 3);

  PodReaderTest() throws Exception {}

  @AfterEach
  void stop() {
    pods.close();
    namespaces.close();
    client.close();
    admin.close();
    server.close();
  }

  private static PodBuilder pod(String name) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName(name)
        .addToLabels("app", "cart")
        .addToLabels("tier", "backend")
        .endMetadata()
        .withNewSpec()
        .withNodeName("node1")
        .addNewContainer()
        .withName("main")
        .addNewPort()
        .withName("http")
        .withContainerPort(8080)
        .endPort()
        .addNewPort()
        .withContainerPort(9090)
        .endPort()
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .withPodIP("10.244.1.5")
        .withPodIPs(new PodIP("10.244.1.5"), new PodIP("fd00:10:244:1::5"))
        .endStatus();
  }

  private ClusterPod await(String key) {
    ClusterView<ClusterPod> view = pods.start();
    Eventually.within(DEADLINE, () -> assertThat(view.get(key)).isPresent());
    return view.get(key).orElseThrow();
  }

  @Test
  void readsWhatAgentsNeed() {
    Pod created = admin.resource(pod("cart-1").build()).create();
    assertThat(await("shop/cart-1"))
        .isEqualTo(
            new ClusterPod(
                "shop",
                "cart-1",
                Labels.of(Map.of("tier", "backend", "app", "cart")),
                List.of(IpAddresses.parse("10.244.1.5"), IpAddresses.parse("fd00:10:244:1::5")),
                "node1",
                Phase.RUNNING,
                List.of(new NamedPort("http", "TCP", 8080)),
                /* hostNetwork= */ false,
                PodUid.of(created.getMetadata().getUid())));
  }

  /** The container runtime knows such a pod by the UID that the kubelet has made of the file. */
  @Test
  void knowsAPodThatStandsForAFileByTheUidOfThat() {
    String uid = "3c9e5b1f6d2a4e7089abcdef01234567";
    admin
        .resource(
            pod("static")
                .editMetadata()
                .addToAnnotations("kubernetes.io/config.source", "file")
                .addToAnnotations("kubernetes.io/config.mirror", uid)
                .addToAnnotations("kubernetes.io/config.seen", "2026-11-29T00:00:00Z")
                .endMetadata()
                .build())
        .create();

    assertThat(await("shop/static").uid()).isEqualTo(PodUid.of(uid));
  }

  @Test
  void readsPodsOfTheHostThatAreNotScheduledOrHaveEnded() {
    admin
        .resource(
            pod("host")
                .editSpec()
                .withHostNetwork(true)
                .addNewInitContainer()
                .withName("sidecar")
                .withRestartPolicy("Always")
                .addNewPort()
                .withName("dns")
                .withProtocol("UDP")
                .withContainerPort(53)
                .endPort()
                .endInitContainer()
                .addNewInitContainer()
                .withName("setup")
                .addNewPort()
                .withName("never")
                .withContainerPort(1)
                .endPort()
                .endInitContainer()
                .endSpec()
                .editStatus()
                .withPhase("Succeeded")
                .withPodIPs()
                .endStatus()
                .build())
        .create();
    ClusterPod host = await("shop/host");
    assertThat(host.hostNetwork()).isTrue();
    assertThat(host.isTerminated()).isTrue();
    assertThat(host.addresses()).containsExactly(IpAddresses.parse("10.244.1.5"));
    assertThat(host.ports())
        .containsExactlyInAnyOrder(
            new NamedPort("http", "TCP", 8080), new NamedPort("dns", "UDP", 53));

    Pod unscheduled =
        pod("new").editSpec().withNodeName(null).endSpec().withNewStatus().endStatus().build();
    admin.resource(unscheduled).create();
    ClusterPod pending = await("shop/new");
    assertThat(pending.node()).isEmpty();
    assertThat(pending.phase()).isEqualTo(Phase.PENDING);
    assertThat(pending.addresses()).isEmpty();
  }

  @Test
  void followsChangesAndDropsThoseThatNobodyNeeds() {
    admin.resource(pod("cart-1").build()).create();
    ClusterView<ClusterPod> view = pods.start();
    await("shop/cart-1");
    long version = view.snapshot().orElseThrow().version();
    admin
        .resource(
            pod("cart-1")
                .editStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build())
        .update();
    admin.resource(pod("cart-1").editStatus().withPhase("Failed").endStatus().build()).update();
    admin.pods().inNamespace("shop").withName("cart-1").delete();
    Eventually.within(DEADLINE, () -> assertThat(view.get("shop/cart-1")).isEmpty());
    assertThat(view.changesSince(version).orElseThrow().changes())
        .extracting(change -> change.after().map(ClusterPod::phase))
        .containsExactly(Optional.of(Phase.FAILED), Optional.empty());
  }

  @Test
  void sharesWhatIsEqual() {
    admin.resource(pod("cart-1").build()).create();
    admin.resource(pod("cart-2").build()).create();
    ClusterPod one = await("shop/cart-1");
    ClusterPod other = await("shop/cart-2");
    assertThat(one.labels()).isSameAs(other.labels());
    assertThat(one.labels().get("app")).contains("cart");
    assertThat(one.labels().get("none")).isEmpty();
    assertThat(one.namespace()).isSameAs(other.namespace());
    assertThat(one.node()).isSameAs(other.node());
    assertThat(one.ports()).isSameAs(other.ports());
  }

  @Test
  void readsTheLabelsOfNamespaces() {
    admin
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName("shop")
                .addToLabels("team", "a")
                .endMetadata()
                .build())
        .create();
    ClusterView<ClusterNamespace> view = namespaces.start();
    Eventually.within(
        DEADLINE,
        () ->
            assertThat(view.get("shop"))
                .contains(new ClusterNamespace("shop", Labels.of(Map.of("team", "a")))));
  }

  @Test
  void watchesNothingBeforeAnAgentAsksForIt() {
    admin.resource(pod("cart-1").build()).create();
    assertThat(status.problems()).isEmpty();
    ClusterView<ClusterPod> view = pods.start();
    assertThat(pods.start()).isSameAs(view);
    Eventually.within(DEADLINE, () -> assertThat(view.snapshot()).isPresent());
    Eventually.within(DEADLINE, () -> assertThat(status.problems()).isEmpty());
  }
}
