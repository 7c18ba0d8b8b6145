package io.kindnet.e2e.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line client, as the administrator of the cluster.
 *
 * @param controlPlane of the cluster that is spoken to
 */
public record Kubectl(ControlPlane controlPlane) {
  static final String ADMINISTRATOR = "admin";
  static final String ADMINISTRATOR_SUBJECT = "/O=system:masters/CN=admin";

  /** Runs {@code kubectl ARGUMENTS} and returns what it printed. */
  public String run(String... arguments) {
    return Command.run(command(arguments));
  }

  /** As {@link #run}, with {@code input} on its standard input: {@code apply -f -}. */
  public String runWithInput(String input, String... arguments) {
    return Command.run(command(arguments), input);
  }

  /** As {@link #run}, but leaves it to the caller to judge the exit status. */
  public Command.Result attempt(String... arguments) {
    return Command.attempt(command(arguments), "");
  }

  /** As {@link #runWithInput}, but leaves it to the caller to judge the exit status. */
  public Command.Result attemptWithInput(String input, String... arguments) {
    return Command.attempt(command(arguments), input);
  }

  /** Starts {@code kubectl ARGUMENTS}, which writes what it prints to a file. */
  public Process start(Path output, String... arguments) {
    try {
      return new ProcessBuilder(command(arguments))
          .redirectErrorStream(true)
          .redirectOutput(output.toFile())
          .start();
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot start kubectl", failed);
    }
  }

  /** The file that makes one the administrator. */
  public Path kubeconfig() {
    return controlPlane.authority().kubeconfig(ADMINISTRATOR, ADMINISTRATOR_SUBJECT);
  }

  /** How it is called. Only the network is the cluster's: files are those of the caller. */
  List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "nsenter",
                "--target=" + controlPlane.machine().requireInit(),
                "--net",
                controlPlane.settings().tool("kubectl"),
                "--kubeconfig=" + kubeconfig()));
    command.addAll(List.of(arguments));
    return command;
  }
}
