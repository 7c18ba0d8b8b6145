package io.kindnet.e2e.podview;

import io.kindnet.kindnetd.Kindnetd;
import io.kindnet.kindnetd.cluster.ClusterView;
import io.kindnet.kindnetd.cluster.ClusterView.Changes;
import io.kindnet.kindnetd.cluster.ClusterView.Snapshot;
import io.kindnet.kindnetd.cluster.ResourceView;
import io.kindnet.kindnetd.cluster.namespaces.NamespaceReader;
import io.kindnet.kindnetd.cluster.namespaces.NamespaceReader.NamespaceObject;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.pods.PodReader;
import io.kindnet.kindnetd.cluster.pods.PodReader.PodObject;
import io.kindnet.kindnetd.cluster.policies.NetworkPolicyReader;
import io.kindnet.kindnetd.cluster.policies.PolicyObject;
import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiServer;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.status.Status;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The agent as it would be with an agent in it that asks for the Pods, Namespaces and
 * NetworkPolicies of the cluster: of the Pods it has a snapshot of all, and hears of each change.
 * From time to time it prints how far it is.
 */
public final class AgentWithPods {
  private static final long PRINT_MILLIS = 500;
  private static final int NODES = 5000;

  private final ClusterView<ClusterPod> pods;
  private final Semaphore changed = new Semaphore(0);
  private Snapshot<ClusterPod> snapshot;
  private long version;
  private String printed = "";

  private AgentWithPods(ClusterView<ClusterPod> pods) throws InterruptedException {
    this.pods = pods;
    pods.onChange(changed::release);
    Optional<Snapshot<ClusterPod>> first = pods.snapshot();
    while (first.isEmpty()) {
      changed.acquire();
      first = pods.snapshot();
    }
    snapshot = first.get();
    version = snapshot.version();
  }

  /** Takes the arguments of {@link Kindnetd}, and like that runs until a signal comes. */
  public static void main(String[] arguments) throws Exception {
    Thread.ofPlatform().name("kindnetd").start(() -> Kindnetd.main(arguments));
    ApiServerOptions options =
        new ApiServerOptions(Optional.empty(), Optional.empty(), Optional.empty());
    ApiClient client = ApiServer.connect(options, System.getenv(), address -> {});
    ResourceView<PodObject, ClusterPod> view =
        new ResourceView<>(client, PodReader.PODS, PodObject::pod, new Status("pods"), () -> NODES);
    new ResourceView<>(
            client,
            NamespaceReader.NAMESPACES,
            NamespaceObject::namespace,
            new Status("namespaces"),
            () -> NODES)
        .start();
    new ResourceView<>(
            client,
            NetworkPolicyReader.NETWORK_POLICIES,
            PolicyObject::policy,
            new Status("policies"),
            () -> NODES)
        .start();
    new AgentWithPods(view.start()).run();
  }

  private void run() throws InterruptedException {
    while (true) {
      print();
      if (changed.tryAcquire(PRINT_MILLIS, TimeUnit.MILLISECONDS)) {
        changed.drainPermits();
        Optional<Changes<ClusterPod>> changes = pods.changesSince(version);
        if (changes.isEmpty()) {
          snapshot = pods.snapshot().orElseThrow();
          version = snapshot.version();
        } else {
          version = changes.get().version();
        }
      }
    }
  }

  /** Only while nothing changes: what is printed is read by others. */
  private void print() {
    String line = pods.size() + " Pods after " + version + " changes";
    if (!line.equals(printed) && changed.availablePermits() == 0) {
      System.out.println(line);
      printed = line;
    }
  }
}
