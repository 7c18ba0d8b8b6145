package io.kindnet.e2e.cluster;

import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A node: a machine with a container runtime, a kubelet and a proxy for services.
 *
 * @param number from 1
 * @param controlPlane of its cluster
 */
public record Node(int number, ControlPlane controlPlane) {
  private static final String SOCKET = "/run/containerd/containerd.sock";

  /** {@code containerd github.com/containerd/containerd/v2 v2.4.2}, Debian's without the v. */
  private static final Pattern CONTAINERD_VERSION = Pattern.compile("\\sv?(\\d+)\\.\\d+\\.\\d+");

  private static final Duration SERVICE_DEADLINE = Duration.ofMinutes(2);

  private static final Path CNI_PLUGINS = Path.of("/usr/lib/cni");

  /** What a node has in /opt/cni/bin before a network is installed. */
  private static final List<String> STANDARD_PLUGINS =
      List.of("loopback", "host-local", "portmap", "ptp");

  /** Its name, as Kubernetes calls it. */
  public String name() {
    return "node" + number;
  }

  /** The machine that it is. */
  public Machine machine() {
    return new Machine(name(), settings());
  }

  /** Its addresses: IPv4, IPv6. */
  public List<String> addresses() {
    return Addresses.ofNode(number);
  }

  /** Starts its machine, and nothing on it. */
  void boot() {
    machine().boot();
    Network.plug(controlPlane.machine(), machine(), number);
  }

  /** Starts what does not run of it, and waits until pods could be started. */
  void up() {
    boot();
    Machine machine = machine();
    Path prepared = machine.path("/run/e2e/prepared");
    if (!Files.exists(prepared)) {
      machine.podCgroup().prepareForPods();
      installPlugins();
      configure();
      containerd().start();
      containerd().awaitReady();
      settings().images().forEach(this::importImages);
      write("/run/e2e/prepared", "");
    }
    containerd().start();
    containerd().awaitReady();
    kubelet().start();
    kubeProxy(ProxyMode.DEFAULT).start();
    kubelet().awaitReady();
    kubeProxy(ProxyMode.DEFAULT).awaitReady();
  }

  /** Gives its container runtime the images of an archive. */
  public void importImages(Path archive) {
    machine().run("ctr", "--namespace=k8s.io", "images", "import", archive.toString());
  }

  /** The container runtime. */
  public Service containerd() {
    return new Service(
        "containerd",
        machine(),
        List.of("containerd", "--config=/run/e2e/containerd.toml"),
        () -> machine().run("ctr", "--connect-timeout=1s", "version"));
  }

  /** The major version of its container runtime: each has a form of configuration of its own. */
  public int containerdGeneration() {
    String said = machine().run("containerd", "--version");
    Matcher version = CONTAINERD_VERSION.matcher(said);
    if (!version.find()) {
      throw new IllegalStateException("no version in: " + said);
    }
    return Integer.parseInt(version.group(1));
  }

  /** The kubelet. */
  public Service kubelet() {
    return new Service(
        "kubelet",
        machine(),
        List.of(
            settings().tool("kubelet"),
            "--config=/run/e2e/kubelet.yaml",
            "--kubeconfig=" + kubeletKubeconfig(),
            "--hostname-override=" + name(),
            "--node-ip=" + String.join(",", addresses()),
            "--v=2"),
        () -> machine().run("curl", "-sSf", "http://127.0.0.1:10248/healthz"));
  }

  /** The file that makes one its kubelet. */
  public Path kubeletKubeconfig() {
    return controlPlane.authority().kubeconfig(name(), "/O=system:nodes/CN=system:node:" + name());
  }

  /**
   * Restarts kube-proxy in a mode, and waits until the Service of the API server is reached. It
   * removes the rules of its other modes, and restores those that somebody has flushed.
   */
  public void restartKubeProxy(ProxyMode mode) {
    Service proxy = kubeProxy(mode);
    proxy.stop();
    proxy.start();
    proxy.awaitReady();
    String url = "https://" + Addresses.API_SERVER_IN_CLUSTER + "/livez";
    Eventually.within(
        SERVICE_DEADLINE, () -> machine().run("curl", "-sS", "--insecure", "--max-time", "5", url));
  }

  /** What leads packets for services to pods. A node runs one, in whichever mode. */
  private Service kubeProxy(ProxyMode mode) {
    Path kubeconfig = controlPlane.authority().kubeconfig("kube-proxy", "/CN=system:kube-proxy");
    return new Service(
        "kube-proxy",
        machine(),
        List.of(
            settings().tool("kube-proxy"),
            "--kubeconfig=" + kubeconfig,
            "--hostname-override=" + name(),
            "--proxy-mode=" + mode.flag(),
            "--cluster-cidr=" + Addresses.PODS,
            // limits of the kernel, which is not this machine's alone
            "--conntrack-max-per-core=0",
            "--conntrack-tcp-timeout-established=0",
            "--conntrack-tcp-timeout-close-wait=0"),
        () -> machine().run("curl", "-sSf", "http://127.0.0.1:10256/livez"));
  }

  /** As a power failure and the start after it: files are there again, and nothing else. */
  public void reboot() {
    machine().stop();
    up();
  }

  private void installPlugins() {
    try {
      for (String plugin : STANDARD_PLUGINS) {
        Files.copy(
            CNI_PLUGINS.resolve(plugin),
            machine().path("/opt/cni/bin/" + plugin),
            StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot install " + STANDARD_PLUGINS, failed);
    }
  }

  private void configure() {
    write(
        "/run/e2e/containerd.toml",
        Resources.text(Node.class, "containerd-" + containerdGeneration() + ".toml"));
    write(
        "/run/e2e/kubelet.yaml",
        Resources.text(Node.class, "kubelet.yaml")
            .replace("@CA@", controlPlane.authority().certificate("ca").toString())
            .replace("@CGROUP@", machine().podCgroup().name())
            .replace("@SOCKET@", "unix://" + SOCKET));
  }

  private void write(String path, String text) {
    try {
      Files.writeString(machine().path(path), text);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot write " + path + " of " + name(), failed);
    }
  }

  private Settings settings() {
    return controlPlane.settings();
  }
}
