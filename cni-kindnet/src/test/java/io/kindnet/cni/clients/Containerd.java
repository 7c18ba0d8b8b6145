package io.kindnet.cni.clients;

import io.kindnet.netlink.testing.Daemon;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * containerd on a machine, and ctr as its client. Containers run the programs of the machine's
 * {@code /usr}, so that no image is needed.
 */
final class Containerd {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final String CONFIGURATION = "/run/containerd.toml";
  private static final String ROOT = "/run/containers/";

  private final Machine node;
  private final Daemon daemon;

  private Containerd(Machine node, Daemon daemon) {
    this.node = node;
    this.daemon = daemon;
  }

  /** Starts containerd, and waits until it answers. It ends with the machine. */
  static Containerd on(Machine node) throws IOException {
    Files.writeString(
        node.path(CONFIGURATION),
        """
        version = 2
        # the kubelet's part of it, which would look for networks, too
        disabled_plugins = ["io.containerd.grpc.v1.cri"]
        """);
    Daemon daemon = node.start("containerd", "--config", CONFIGURATION);
    Containerd containerd = new Containerd(node, daemon);
    Eventually.within(DEADLINE, containerd::assertAnswers);
    return containerd;
  }

  /** Starts a container with a network; its output is that of the program in it. */
  Daemon run(String name, String... program) {
    String root = ROOT + name;
    node.run("mkdir", "-p", root + "/usr");
    node.run("cp", "--no-dereference", "/bin", "/sbin", "/lib", "/lib64", root);
    List<String> command =
        new ArrayList<>(
            List.of(
                "ctr",
                "run",
                "--rm",
                "--cni",
                "--cgroup=" + node.cgroup() + "/" + name,
                "--env=PATH=/usr/sbin:/usr/bin",
                "--mount=type=bind,src=/usr,dst=/usr,options=rbind:ro",
                "--rootfs",
                root,
                name));
    command.addAll(List.of(program));
    return node.start(command.toArray(String[]::new));
  }

  /** Kills what runs in a container. */
  void kill(String name) {
    node.run("ctr", "task", "kill", "--signal", "SIGKILL", name);
  }

  /** The names of all containers, one a line. */
  String containers() {
    return node.run("ctr", "container", "list", "--quiet");
  }

  private void assertAnswers() {
    if (!daemon.isAlive()) {
      throw new AssertionError("containerd ended:\n" + daemon.output());
    }
    node.run("ctr", "version");
  }
}
