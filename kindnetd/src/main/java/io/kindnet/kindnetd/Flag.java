package io.kindnet.kindnetd;

import picocli.CommandLine.Model.OptionSpec;

/** A flag of a {@link FlagList}. */
public final class Flag<T> {
  private final OptionSpec option;

  Flag(OptionSpec option) {
    this.option = option;
  }

  /** What was given for it on the command line that was read last, else its default. */
  public T value() {
    return option.getValue();
  }
}
