package io.kindnet.kindnetd;

import io.kindnet.kindnetd.GoArguments.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The flags of a program, in the order in which they are made. Picocli is told each of them: where
 * it finds them by annotations, it makes classes for these and for the access to each field, which
 * was a seventh of what the agent took to start.
 */
public abstract class FlagList {
  private final List<OptionSpec> options = new ArrayList<>();

  /** For the flags of one program. */
  protected FlagList() {}

  /**
   * A flag with a value.
   *
   * @param name with its dashes
   * @param label what stands for the value in the description of all flags
   */
  protected final Flag<String> text(
      String name, String label, String defaultValue, String description) {
    return add(
        OptionSpec.builder(name)
            .type(String.class)
            .paramLabel(label)
            .defaultValue(defaultValue)
            .description(description));
  }

  /**
   * A flag that is true or false, and true without a value.
   *
   * @param name with its dashes
   */
  protected final Flag<Boolean> bool(String name, boolean defaultValue, String description) {
    return add(
        OptionSpec.builder(name)
            .type(boolean.class)
            .arity("1")
            .paramLabel("BOOLEAN")
            .defaultValue(String.valueOf(defaultValue))
            .description(description));
  }

  /** A flag that is made in another way. */
  protected final <T> Flag<T> add(OptionSpec.Builder builder) {
    OptionSpec option = builder.build();
    options.add(option);
    return new Flag<>(option);
  }

  /** Has the flags of {@code more}, too. */
  protected final <L extends FlagList> L include(L more) {
    FlagList others = more;
    options.addAll(others.options);
    return more;
  }

  /** Gives the flags to {@code command}, which has them alone. */
  public final void addTo(CommandSpec command) {
    options.forEach(command::addOption);
  }

  /** A command that has these flags and does nothing. */
  public final CommandSpec spec() {
    CommandSpec command = CommandSpec.create();
    addTo(command);
    return command;
  }

  /** What {@link GoArguments} needs to know of the options of {@code command}. */
  static Map<String, Kind> kinds(CommandSpec command) {
    Map<String, Kind> kinds = new HashMap<>();
    for (OptionSpec option : command.options()) {
      for (String name : option.names()) {
        kinds.put(name.substring(name.startsWith("--") ? 2 : 1), kind(option));
      }
    }
    return kinds;
  }

  private static Kind kind(OptionSpec option) {
    if (option.usageHelp() || option.versionHelp()) {
      return Kind.COMMAND;
    }
    return option.type() == boolean.class || option.type() == Boolean.class
        ? Kind.BOOLEAN
        : Kind.VALUE;
  }
}
