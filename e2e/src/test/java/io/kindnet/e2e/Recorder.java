package io.kindnet.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.e2e.cluster.Machine;
import io.kindnet.netlink.testing.Resources;
import java.util.List;

/**
 * A plugin in front of kindnet's that records what the container runtime of a node calls.
 *
 * @param machine the node
 */
record Recorder(Machine machine) implements AutoCloseable {
  private static final String PLUGIN = "/opt/cni/bin/e2e-recorder";
  private static final String CONFIGURATION = "/etc/cni/net.d/00-recorder.conflist";
  private static final String LOG = "/var/log/cni-recorder";

  /**
   * A call of the plugin.
   *
   * @param verb CNI_COMMAND
   * @param containerId CNI_CONTAINERID, empty if there is none
   * @param namespace CNI_NETNS, empty if there is none
   * @param configuration standard input
   */
  record Call(String verb, String containerId, String namespace, JsonNode configuration) {
    private static Call of(String line) {
      String[] parts = line.split("\t", 4);
      return new Call(parts[0], parts[1], parts[2], Json.read(parts[3]));
    }

    /** The version that the runtime speaks. */
    String version() {
      return configuration.path("cniVersion").asText();
    }
  }

  /** Has the runtime call it, by a file that sorts before kindnet's. */
  static Recorder start(Machine machine) {
    machine.runWithInput(
        Resources.text(Recorder.class, "recorder.sh"),
        "sh",
        "-c",
        "cat >" + PLUGIN + " && chmod 755 " + PLUGIN);
    machine.run(
        "sh",
        "-ec",
        """
        sed 's/"cni-kindnet"/"e2e-recorder"/' /etc/cni/net.d/10-kindnet.conflist >%1$s.new
        mv %1$s.new %1$s
        """
            .formatted(CONFIGURATION));
    return new Recorder(machine);
  }

  /** The calls so far, in the order of their beginnings. */
  List<Call> calls() {
    return machine
        .run("sh", "-c", "[ ! -e " + LOG + " ] || cat " + LOG)
        .lines()
        .map(Call::of)
        .toList();
  }

  @Override
  public void close() {
    machine.run("rm", "-f", CONFIGURATION, PLUGIN, LOG);
  }
}
