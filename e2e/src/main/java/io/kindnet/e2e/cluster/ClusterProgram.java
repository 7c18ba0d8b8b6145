package io.kindnet.e2e.cluster;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Brings a cluster up, or a part of it, or down. */
public final class ClusterProgram {
  private static final String SHELL = "\"${SHELL:-sh}\"";

  private ClusterProgram() {}

  /**
   * {@code up [NODES]}, {@code serve} or {@code down}.
   *
   * @param arguments one of these
   */
  public static void main(String[] arguments) {
    try {
      Settings settings = Settings.fromEnvironment();
      Cluster cluster = new Cluster(settings);
      switch (arguments.length == 0 ? "" : arguments[0]) {
        case "up" -> {
          cluster.up(arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2);
          delegate(settings, cluster, System.out);
        }
        case "serve" -> {
          cluster.serve();
          script(settings.state().resolve("bin/network"), cluster.inNetwork(), "");
        }
        case "down" -> cluster.down();
        default -> {
          System.err.println("up [NODES], serve or down");
          System.exit(2);
        }
      }
    } catch (AssertionError | SettingsException failed) {
      System.err.println(failed.getMessage());
      System.exit(1);
    }
  }

  /** Leaves commands that work from everywhere on the host, and says how to use them. */
  private static void delegate(Settings settings, Cluster cluster, PrintStream out) {
    Path bin = settings.state().resolve("bin");
    Kubectl kubectl = cluster.kubectl();
    script(bin.resolve("kubectl"), kubectl.command(), "");
    script(bin.resolve("network"), cluster.inNetwork(), SHELL);
    for (Node node : cluster.nodes()) {
      script(bin.resolve(node.name()), node.machine().enter(List.of()), SHELL);
    }
    script(bin.resolve("outside"), cluster.outside().enter(List.of()), SHELL);
    out.println(
        """
        The cluster runs. It is in namespaces of its own, which these commands enter:

          export PATH=%s:$PATH
          kubectl get nodes -o wide
          kubectl apply -f install-kindnet.yaml
          node1 ip route              # any command on a node, node1 alone for a shell
          outside busybox wget -qO- http://%s:8080/     # from a host that is not of the cluster

        KUBECONFIG is %s, for the network of the machine `control`.
        Logs are in %s. `make e2e-down` removes everything.\
        """
            .formatted(
                bin,
                cluster.node(1).addresses().getFirst(),
                kubectl.kubeconfig(),
                settings.logs()));
  }

  /** Writes a command that takes more arguments, {@code alone} where it is given none. */
  private static void script(Path path, List<String> command, String alone) {
    try {
      Files.createDirectories(path.getParent());
      Files.writeString(
          path,
          """
          #!/bin/sh
          [ $# -gt 0 ] || set -- %s
          exec %s "$@"
          """
              .formatted(alone, String.join(" ", command)));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot write " + path, failed);
    }
  }
}
