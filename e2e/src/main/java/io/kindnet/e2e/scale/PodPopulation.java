package io.kindnet.e2e.scale;

import static java.util.Objects.requireNonNull;

import io.kindnet.e2e.cluster.EtcdClient;
import io.kindnet.e2e.cluster.RestClient;
import io.kindnet.netlink.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/** The Pods at the API server, and who writes them. */
final class PodPopulation {
  /** How many events {@link #replaceAndTouch} makes. */
  static final int EVENTS = 4;

  /** How many of these change what agents see of a Pod. */
  static final int CHANGES = 3;

  private static final String NAMESPACES = "/api/v1/namespaces";
  private static final int PODS_IN_NAMESPACE = 100;

  /** Objects in a transaction, which are less than a megabyte. */
  private static final int BATCH = 50;

  private static final Duration DEADLINE = Duration.ofMinutes(5);

  private final RestClient api;
  private final SimulatedPod.Size size;
  private final AtomicReferenceArray<SimulatedPod> pods; // by slot
  private final AtomicInteger numbers;
  private boolean filled;

  /**
   * None yet.
   *
   * @param count how many there are to be; fewer, if the nodes cannot have so many
   * @param nodes on which they are
   */
  PodPopulation(RestClient api, int count, int nodes) {
    this.api = api;
    size = new SimulatedPod.Size(Math.max(1, count / PODS_IN_NAMESPACE), nodes);
    pods = new AtomicReferenceArray<>(Math.min(count, size.most()));
    numbers = new AtomicInteger(pods.length());
  }

  int count() {
    return pods.length();
  }

  int namespaces() {
    return size.namespaces();
  }

  /**
   * Makes all of them: one of each shape and the last as its controller and its kubelet do, the
   * others as these are stored, below the API server, which would take minutes. Does nothing if
   * they are there.
   */
  void fill(EtcdClient etcd) {
    if (filled) {
      return;
    }
    filled = true;
    Population.atOnce(
        IntStream.range(0, size.namespaces()).mapToObj(SimulatedPod::namespace).toList(),
        this::makeNamespace);
    Map<String, SimulatedPod> models = new HashMap<>();
    List<SimulatedPod> others = new ArrayList<>();
    for (int slot = 0; slot < count() - 1; slot++) {
      SimulatedPod pod = new SimulatedPod(slot, slot, size);
      if (models.putIfAbsent(pod.shape(), pod) != null) {
        others.add(pod);
      }
    }
    Population.atOnce(models.values(), this::add);
    Map<String, String> stored = new HashMap<>();
    models.forEach((shape, pod) -> stored.put(shape, api.get(path(pod))));
    List<List<SimulatedPod>> batches = new ArrayList<>();
    for (int from = 0; from < others.size(); from += BATCH) {
      batches.add(others.subList(from, Math.min(from + BATCH, others.size())));
    }
    Population.atOnce(batches, batch -> etcd.put(objects(batch, models, stored)));
    others.forEach(pod -> pods.set(pod.slot(), pod));

    SimulatedPod last = new SimulatedPod(count() - 1, count() - 1, size);
    add(last);
    // from its memory, where all that were written before are then, too
    Eventually.within(DEADLINE, () -> api.get(path(last) + "?resourceVersion=0"));
  }

  private static Map<String, String> objects(
      List<SimulatedPod> batch, Map<String, SimulatedPod> models, Map<String, String> stored) {
    Map<String, String> objects = new HashMap<>();
    for (SimulatedPod pod : batch) {
      String shape = pod.shape();
      SimulatedPod model = requireNonNull(models.get(shape));
      objects.put(
          "/registry/pods/" + pod.namespace() + "/" + pod.name(),
          pod.likeStored(model, requireNonNull(stored.get(shape))));
    }
    return objects;
  }

  /** With the account that all Pods have which name no other. */
  private void makeNamespace(String name) {
    api.create(
        NAMESPACES,
        """
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "%s"}}
        """
            .formatted(name));
    api.create(
        NAMESPACES + "/" + name + "/serviceaccounts",
        """
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
        """);
  }

  private void add(SimulatedPod pod) {
    api.create(NAMESPACES + "/" + pod.namespace() + "/pods", pod.json());
    api.merge(path(pod) + "/status", pod.status());
    pods.set(pod.slot(), pod);
  }

  /**
   * Deletes a Pod, makes another one in its place, which gets addresses, and has another Pod say
   * something that no agent asks for.
   *
   * @param step how often this has been called; no two at once may have the same slot
   */
  void replaceAndTouch(int step) {
    int slot = step % count();
    api.delete(path(pods.get(slot)) + "?gracePeriodSeconds=0");
    add(new SimulatedPod(numbers.getAndIncrement(), slot, size));
    api.mergeStrategically(
        path(pods.get(slot)) + "/status",
        """
        {"status": {"conditions": [{"type": "Ready", "lastProbeTime": "%s"}]}}
        """
            .formatted(Instant.now().truncatedTo(ChronoUnit.SECONDS)));
  }

  /** Has a Pod belong to another app. */
  void relabel(int slot, String app) {
    api.merge(
        path(pods.get(slot)),
        """
        {"metadata": {"labels": {"app.kubernetes.io/name": "%s"}}}
        """
            .formatted(app));
  }

  /** Changes what no agent asks for. */
  void annotate(int slot) {
    api.merge(
        path(pods.get(slot)),
        """
        {"metadata": {"annotations": {"example.com/touched": "%s"}}}
        """
            .formatted(Instant.now()));
  }

  /** Policies for these Pods, none of which is made yet. */
  PolicyPopulation policies() {
    return new PolicyPopulation(api, size.namespaces());
  }

  /** A line for the head of a table. */
  String describe() {
    return count()
        + " Pods in "
        + size.namespaces()
        + " namespaces, "
        + api.get(path(pods.get(0))).length()
        + " bytes of JSON each";
  }

  private static String path(SimulatedPod pod) {
    return NAMESPACES + "/" + pod.namespace() + "/pods/" + pod.name();
  }
}
