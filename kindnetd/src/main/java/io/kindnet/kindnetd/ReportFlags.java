package io.kindnet.kindnetd;

import static io.kindnet.kindnetd.OptionValues.flag;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands take that print a report: its format, and a question for help. */
@SuppressWarnings("NullAway.Init") // picocli fills in every field
final class ReportFlags {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text or json (default ${DEFAULT-VALUE})")
  private String output;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this text")
  boolean help;

  /**
   * Refuses a format that there is not.
   *
   * @throws BadArgumentException if it is neither text nor JSON
   */
  void check() {
    isJson();
  }

  private boolean isJson() {
    return flag("o", output, OptionValues::isJson);
  }

  /** Prints the report in the format that was asked for. */
  void print(Supplier<String> text, Supplier<JsonNode> json) {
    PrintWriter out = command.commandLine().getOut();
    out.print(isJson() ? json.get().toPrettyString() + "\n" : text.get());
    out.flush();
  }

  /** Where notes and errors go. */
  PrintWriter err() {
    return command.commandLine().getErr();
  }

  /** Says there why there is no report, or what it lacks. */
  void note(String text) {
    err().println("kindnetd: " + text);
  }
}
