package io.kindnet.cni.cli;

import io.kindnet.cni.protocol.CniException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code cni-kindnet} as an operator calls it. */
@Command(
    name = "cni-kindnet",
    subcommands = {
      PodsCommand.class,
      RangesCommand.class,
      PortmapsCommand.class,
      StatusCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    header = "Looks at what the kindnet CNI plugin remembers on this node.",
    footer = {
      "",
      "A container runtime calls this program with CNI_COMMAND in the environment",
      "and a network configuration on standard input; then it speaks the Container",
      "Network Interface instead."
    })
public final class OperatorCommand implements Runnable {
  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  /**
   * Runs what {@code arguments} say.
   *
   * @return the exit code: 0, 1 for what could not be done, 2 for what was not understood
   */
  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    return new CommandLine(new OperatorCommand())
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(OperatorCommand::report)
        .execute(arguments);
  }

  /** Without a command there is nothing to do but to say which there are. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private static int report(
      Exception exception, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
    if (exception instanceof CniException problem) {
      command.getErr().println("cni-kindnet: " + problem.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
    throw exception;
  }
}
