package io.kindnet.kindnetd;

import io.kindnet.kindnetd.GoArguments.BadArgumentException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Runs a command with arguments in Go's manner, and turns what goes wrong into an exit status. */
public final class CommandRunner {
  private static final int FAILED = 1;
  private static final int BAD_ARGUMENT = 2;
  private static final Set<String> HELP = Set.of("-h", "--h", "-help", "--help");

  private CommandRunner() {}

  /** What {@code program} returns; 1 if it fails, 2 if an argument is wrong. */
  public static int run(Program program, List<String> arguments, PrintWriter out, PrintWriter err) {
    CommandSpec spec = program.spec();
    spec.usageMessage()
        .footer("A flag takes one dash or two. A boolean without a value is true.")
        .sortOptions(false)
        .width(100);
    CommandLine line = new CommandLine(spec);
    if (mayNeedSubcommands(arguments)) {
      program.subcommands().forEach(line::addSubcommand);
    }
    line.setOut(out).setErr(err); // those of the commands that there are by now, too
    line.setParameterExceptionHandler((wrong, given) -> complain(wrong.getCommandLine(), wrong));
    line.setExecutionExceptionHandler((failure, failed, parsed) -> {
      if (failure instanceof BadValueException) {
        return complain(failed, failure);
      }
      err.println(line.getCommandName() + ": " + failure.getMessage());
      return FAILED;
    });
    // the words before the first flag, as far as they are commands
    List<String> words = new ArrayList<>();
    CommandLine called = line;
    for (String word : arguments) {
      CommandLine next = called.getSubcommands().get(word);
      if (next == null) {
        break;
      }
      words.add(word);
      called = next;
    }
    try {
      words.addAll(
          GoArguments.normalize(
              arguments.subList(words.size(), arguments.size()),
              FlagList.kinds(called.getCommandSpec())));
      return line.execute(words.toArray(String[]::new));
    } catch (BadArgumentException wrong) {
      return complain(called, wrong);
    }
  }

  /** Making them takes as long as all the rest of this, and the agent starts without. */
  private static boolean mayNeedSubcommands(List<String> arguments) {
    return !arguments.isEmpty()
        && (!arguments.getFirst().startsWith("-")
            || arguments.stream().anyMatch(CommandRunner::asksForHelp));
  }

  private static boolean asksForHelp(String argument) {
    return HELP.contains(argument.split("=", 2)[0]);
  }

  private static int complain(CommandLine line, Exception wrong) {
    // without the usage: a pod's termination message is the end of its log
    line.getErr().println(line.getCommandSpec().root().name() + ": " + wrong.getMessage());
    line.getErr().println(line.getCommandSpec().qualifiedName() + " --help shows all flags");
    return BAD_ARGUMENT;
  }
}
