package io.kindnet.kindnetd;

import picocli.CommandLine.Model.OptionSpec;

/** The flags that every program of this project that stays has. */
public final class CommonFlags extends FlagList {
  private final Flag<String> verbosity =
      add(
          OptionSpec.builder("-v", "--v")
              .type(String.class)
              .paramLabel("LEVEL")
              .defaultValue("0")
              .description("log verbosity: 2 debug, 4 trace, 6 the API client too (default 0)"));

  /** These, with which a program says something and ends. */
  public CommonFlags() {
    add(OptionSpec.builder("-h", "--help").usageHelp(true).description("show this text"));
    add(OptionSpec.builder("--version").versionHelp(true).description("show the version"));
  }

  /**
   * The log verbosity.
   *
   * @throws BadValueException if it is no number
   */
  public int verbosity() {
    return OptionValues.flag("v", verbosity.value(), OptionValues::count);
  }
}
