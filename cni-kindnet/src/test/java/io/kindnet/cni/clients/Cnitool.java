package io.kindnet.cni.clients;

import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Namespace;
import java.util.ArrayList;
import java.util.List;

/** The CNI project's client, on a node, with the network {@code kindnet}. */
final class Cnitool {
  private final Machine node;
  private final List<String> variables;

  private Cnitool(Machine node, List<String> variables) {
    this.node = node;
    this.variables = variables;
  }

  static Cnitool on(Machine node) {
    return new Cnitool(node, List.of("CNI_PATH=/opt/cni/bin"));
  }

  /**
   * A client with one more environment variable: {@code CNI_IFNAME}, {@code CNI_ARGS}, or {@code
   * CAP_ARGS}, the values of capabilities as JSON.
   */
  Cnitool with(String variable, String value) {
    List<String> more = new ArrayList<>(variables);
    more.add(variable + "=" + value);
    return new Cnitool(node, more);
  }

  /** The result. */
  String add(Namespace pod) {
    return succeed("add", pod);
  }

  void check(Namespace pod) {
    succeed("check", pod);
  }

  void delete(Namespace pod) {
    succeed("del", pod);
  }

  void status(Namespace pod) {
    succeed("status", pod);
  }

  /** What cnitool says about a failure. */
  String fail(String verb, Namespace pod) {
    CommandResult result = run(verb, pod);
    if (result.succeeded()) {
      throw new AssertionError("cnitool " + verb + " succeeded: " + result.stdout());
    }
    return result.stderr();
  }

  private String succeed(String verb, Namespace pod) {
    CommandResult result = run(verb, pod);
    if (!result.succeeded()) {
      throw new AssertionError("cnitool " + verb + " failed: " + result.stderr());
    }
    return result.stdout();
  }

  private CommandResult run(String verb, Namespace pod) {
    List<String> command = new ArrayList<>(List.of("env"));
    command.addAll(variables);
    command.addAll(List.of(Dist.cnitool().toString(), verb, "kindnet", pod.path().toString()));
    return node.tryRun(command.toArray(String[]::new));
  }
}
