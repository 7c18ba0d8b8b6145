package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.Addresses;
import io.kindnet.e2e.cluster.Cluster;
import io.kindnet.e2e.cluster.Command;
import io.kindnet.e2e.cluster.Kubectl;
import io.kindnet.e2e.cluster.Machine;
import io.kindnet.e2e.podview.AgentWithPods;
import io.kindnet.e2e.scale.KernelRecorder.Changes;
import io.kindnet.kindnetd.Kindnetd;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/** The node that the agent runs on, prepared as its DaemonSet finds it. */
final class Host implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  /** So long nothing has changed any more when a change counts as done. */
  private static final Duration QUIET = Duration.ofMillis(300);

  private static final String PROGRAMS = "/opt/kindnet";
  private static final String AGENT = PROGRAMS + "/kindnetd/bin/kindnetd";
  private static final String CONTROLLER = PROGRAMS + "/controller/bin/kindnet-controller";
  private static final String AGENT_WITH_PODS = AGENT + "-with-pods";
  private static final String MEASURING_JAR = PROGRAMS + "/e2e.jar";
  private static final String ACCOUNT = "/secrets/kubernetes.io/serviceaccount";

  private final Machine machine;
  private final Path manifest;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final KernelRecorder watch;

  private Host(Machine machine, Path manifest) {
    this.machine = machine;
    this.manifest = manifest;
    watch = KernelRecorder.on(machine);
  }

  /**
   * Puts there what the image has, and the service account that the manifest makes.
   *
   * @param dist what {@code make dist} made
   * @param manifest what is applied to a cluster
   */
  static Host prepare(Cluster cluster, Path dist, Path manifest) {
    Machine machine = cluster.node(1).machine();
    Kubectl kubectl = cluster.kubectl();
    Eventually.within(DEADLINE, () -> kubectl.run("apply", "-f", manifest.toString()));
    giveAccount(cluster, machine, "kindnet");
    Command.run(List.of("cp", "-a", dist.toString(), machine.path(PROGRAMS).toString()));
    try {
      prepareAgentWithPods(machine);
    } catch (IOException | URISyntaxException failed) {
      throw new IllegalStateException("cannot prepare an agent with Pods", failed);
    }
    return new Host(machine, manifest);
  }

  private static void giveAccount(Cluster cluster, Machine machine, String name) {
    Path account = machine.path("/run" + ACCOUNT);
    try {
      Files.createDirectories(account);
      Files.copy(
          cluster.authorityCertificate(),
          account.resolve("ca.crt"),
          StandardCopyOption.REPLACE_EXISTING);
      Files.writeString(
          account.resolve("token"),
          cluster
              .kubectl()
              .run("-n", "kube-system", "create", "token", name, "--duration=24h")
              .strip());
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot give the node a service account", failed);
    }
  }

  /** The agent's launcher, which starts another class with the same runtime, options and jar. */
  private static void prepareAgentWithPods(Machine machine) throws IOException, URISyntaxException {
    Path classes =
        Path.of(AgentWithPods.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Files.copy(classes, machine.path(MEASURING_JAR));
    String launcher = Files.readString(machine.path(AGENT));
    String agent = "-cp \"$jar\" " + Kindnetd.class.getName();
    if (!launcher.contains(agent)) {
      throw new IOException("the launcher of kindnetd has no " + agent);
    }
    String other = "-cp \"$jar:" + MEASURING_JAR + "\" " + AgentWithPods.class.getName();
    Path file = machine.path(AGENT_WITH_PODS);
    Files.writeString(file, launcher.replace(agent, other));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Starts the agent, as the DaemonSet does. */
  ScaleAgent startAgent() {
    return start(AGENT, /* policies= */ true);
  }

  /** Starts the agent without network policies, and so without views of more than Nodes. */
  ScaleAgent startAgentWithoutPolicies() {
    return start(AGENT, /* policies= */ false);
  }

  /**
   * Starts the agent without network policies, but with views of all Pods, Namespaces and
   * NetworkPolicies.
   */
  ScaleAgent startAgentWithPods() {
    return start(AGENT_WITH_PODS, /* policies= */ false);
  }

  /**
   * Starts the controller, with the rights of its manifest, which is beside the agent's. Programs
   * that are started later have them, too.
   */
  ScaleAgent startController(Cluster cluster) {
    giveAccount(cluster, machine, "kindnet-controller");
    URI server = URI.create(Addresses.API_SERVER);
    return ScaleAgent.start(
        machine,
        http,
        Addresses.ofNode(1).getFirst(),
        List.of(
            "env",
            "KUBERNETES_SERVICE_HOST=" + server.getHost(),
            "KUBERNETES_SERVICE_PORT=" + server.getPort(),
            CONTROLLER));
  }

  /** A file of the sources that the manifest is of. */
  Path source(String name) {
    return manifest.resolveSibling(name);
  }

  private ScaleAgent start(String program, boolean policies) {
    String address = Addresses.ofNode(1).getFirst();
    URI server = URI.create(Addresses.API_SERVER);
    return ScaleAgent.start(
        machine,
        http,
        address,
        List.of(
            "env",
            "KUBERNETES_SERVICE_HOST=" + server.getHost(),
            "KUBERNETES_SERVICE_PORT=" + server.getPort(),
            "NODE_NAME=node1",
            "HOST_IP=" + address,
            "POD_IP=" + address,
            program,
            "--cni-bin-dir=/opt/cni/bin",
            "--network-policy=" + policies));
  }

  /** Removes what an agent left in the kernel. */
  void clearKernel() {
    for (String family : new String[] {"-4", "-6"}) {
      machine.run("ip", family, "route", "flush", "protocol", KernelState.PROTOCOL);
    }
    flushRules();
  }

  /** What an administrator does to all tables. */
  void flushRules() {
    machine.run("nft", "flush", "ruleset");
  }

  /** What is in the kernel now. */
  KernelState state() {
    return KernelState.of(machine);
  }

  /** Forgets which changes have been heard. */
  void mark() {
    watch.mark();
  }

  /** Waits for the first change. */
  void awaitChange() {
    Eventually.within(
        DEADLINE,
        () -> {
          if (watch.changes().number() == 0) {
            throw new AssertionError("nothing changes in the kernel");
          }
        });
  }

  /** Waits until the kernel has what belongs there and nothing more changes; what has changed. */
  Changes settle(KernelState expected) {
    Eventually.within(
        DEADLINE,
        () -> {
          if (System.nanoTime() - watch.changes().last() < QUIET.toNanos()) {
            throw new AssertionError("the kernel still changes");
          }
          state().require(expected);
        });
    return watch.changes();
  }

  @Override
  public void close() {
    watch.close();
    http.close();
  }
}
