package io.kindnet.kindnetd;

import picocli.CommandLine.Option;

/** The flags that every program of this project that stays has, as a mixin. */
@SuppressWarnings("NullAway.Init") // picocli fills in every field, with its default if need be
public final class CommonFlags {
  @Option(
      names = {"-v", "--v"},
      paramLabel = "LEVEL",
      defaultValue = "0",
      description = "log verbosity: 2 debug, 4 trace, 6 the API client too (default 0)")
  private String verbosity;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this text")
  boolean help;

  @Option(names = "--version", versionHelp = true, description = "show the version")
  boolean version;

  /**
   * The log verbosity.
   *
   * @throws BadValueException if it is no number
   */
  public int verbosity() {
    return OptionValues.flag("v", verbosity, OptionValues::count);
  }
}
