package io.kindnet.kindnetd;

import io.kindnet.kindnetd.GoArguments.BadArgumentException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The agent's command line, for what writes it: which flags there are, and what they take. */
public final class AgentCommandLine {
  private static final String DEFAULT_CLAUSE = " \\(default[^()]*\\)";

  private AgentCommandLine() {}

  /**
   * A flag of the agent.
   *
   * @param name without dashes
   * @param defaultValue the text that it has unless given, empty for none
   * @param description for people, without the default
   */
  public record Flag(String name, String defaultValue, String description) {}

  /** All flags, in the order of {@code kindnetd --help}. */
  public static List<Flag> flags() {
    List<Flag> flags = new ArrayList<>();
    for (OptionSpec option : new Flags().spec().options()) {
      @Nullable String defaultValue = option.defaultValue();
      String description = String.join(" ", option.description());
      flags.add(
          new Flag(
              option.longestName().replaceFirst("^-+", ""),
              defaultValue == null ? "" : defaultValue,
              description.replaceFirst(DEFAULT_CLAUSE, "")));
    }
    return flags;
  }

  /**
   * What the agent would say of a command line before it ends; empty if it would start.
   *
   * @param environment the variables of its container
   */
  public static Optional<String> problem(List<String> arguments, Map<String, String> environment) {
    Flags flags = new Flags();
    CommandLine line = new CommandLine(flags.spec());
    try {
      List<String> normalized =
          GoArguments.normalize(arguments, FlagList.kinds(line.getCommandSpec()));
      line.parseArgs(normalized.toArray(String[]::new));
      Options.of(flags, Environment.of(environment), new HostDefaults("node", true));
      return Optional.empty();
    } catch (BadArgumentException | BadValueException | ParameterException wrong) {
      return Optional.of(String.valueOf(wrong.getMessage()));
    }
  }
}
