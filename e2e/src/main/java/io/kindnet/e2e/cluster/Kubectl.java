package io.kindnet.e2e.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line client, as the administrator of the cluster.
 *
 * @param controlPlane of the cluster that is spoken to
 */
public record Kubectl(ControlPlane controlPlane) {

  /** Runs {@code kubectl ARGUMENTS} and returns what it printed. */
  public String run(String... arguments) {
    return machine().run(command(arguments));
  }

  /** As {@link #run}, with {@code input} on its standard input: {@code apply -f -}. */
  public String runWithInput(String input, String... arguments) {
    return machine().runWithInput(input, command(arguments));
  }

  /** As {@link #run}, but leaves it to the caller to judge the exit status. */
  public Command.Result attempt(String... arguments) {
    return machine().attempt(command(arguments));
  }

  /** Starts {@code kubectl ARGUMENTS}, whose output the caller reads. */
  public Process start(String... arguments) {
    return machine().start(command(arguments));
  }

  /** The file that makes one the administrator. */
  public Path kubeconfig() {
    return controlPlane.authority().kubeconfig("admin", "/O=system:masters/CN=admin");
  }

  Machine machine() {
    return controlPlane.machine();
  }

  private String[] command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(controlPlane.settings().tool("kubectl"));
    command.add("--kubeconfig=" + kubeconfig());
    command.addAll(List.of(arguments));
    return command.toArray(String[]::new);
  }
}
