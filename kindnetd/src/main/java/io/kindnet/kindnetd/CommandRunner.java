package io.kindnet.kindnetd;

import io.kindnet.kindnetd.GoArguments.BadArgumentException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** Runs a command with arguments in Go's manner, and turns what goes wrong into an exit status. */
final class CommandRunner {
  private static final int FAILED = 1;
  private static final int BAD_ARGUMENT = 2;

  private CommandRunner() {}

  /** What {@code command} returns; 1 if it fails, 2 if an argument is wrong. */
  static int run(
      Callable<Integer> command, List<String> arguments, PrintWriter out, PrintWriter err) {
    CommandLine line = new CommandLine(command).setOut(out).setErr(err);
    line.setParameterExceptionHandler((wrong, given) -> complain(line, wrong));
    line.setExecutionExceptionHandler((failure, same, parsed) -> {
      if (failure instanceof BadValueException) {
        return complain(line, failure);
      }
      err.println("kindnetd: " + failure.getMessage());
      return FAILED;
    });
    try {
      List<String> normalized =
          GoArguments.normalize(arguments, Flags.kinds(line.getCommandSpec()));
      return line.execute(normalized.toArray(String[]::new));
    } catch (BadArgumentException wrong) {
      return complain(line, wrong);
    }
  }

  private static int complain(CommandLine line, Exception wrong) {
    // without the usage: a pod's termination message is the end of its log
    line.getErr().println("kindnetd: " + wrong.getMessage());
    line.getErr().println("kindnetd --help shows all flags");
    return BAD_ARGUMENT;
  }
}
