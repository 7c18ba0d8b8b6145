package io.kindnet.kindnetd;

/**
 * Turns klog's verbosity into log levels. Has to be called before the first logger is made, so
 * classes on the way here have none.
 */
public final class Logging {
  private static final int DEBUG = 2;
  private static final int TRACE = 4;
  private static final int CLIENT = 6;

  private Logging() {}

  /**
   * For commands, of which the output is all that matters: warnings only, unless asked for more.
   */
  static void configureQuietly(int verbosity) {
    configure(verbosity);
    if (verbosity == 0) {
      level("io.kindnet", "warn");
    }
  }

  /**
   * For a program that says what it does.
   *
   * @param verbosity klog's number, as {@code -v} has it
   */
  public static void configure(int verbosity) {
    level("io.kindnet", verbosity >= TRACE ? "trace" : verbosity >= DEBUG ? "debug" : "info");
    // the client's own warnings repeat, with stack traces, what NodeWatch says in one line
    level("io.fabric8", verbosity >= CLIENT ? "debug" : "off");
  }

  private static void level(String logger, String level) {
    System.setProperty("org.slf4j.simpleLogger.log." + logger, level);
  }
}
