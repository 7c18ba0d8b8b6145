package io.kindnet.kindnetd;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What an operator asks about network policies. */
@Command(
    name = "policy",
    description = "Asks about network policies; changes nothing.",
    subcommands = PolicyExplainCommand.class,
    synopsisSubcommandLabel = "COMMAND",
    usageHelpWidth = 100)
@SuppressWarnings("NullAway.Init") // picocli's
final class PolicyCommand implements Callable<Integer> {
  @ParentCommand private Kindnetd agent;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this text")
  boolean help;

  Kindnetd agent() {
    return agent;
  }

  /** Without a command there is nothing to do. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return CommandLine.ExitCode.USAGE;
  }
}
