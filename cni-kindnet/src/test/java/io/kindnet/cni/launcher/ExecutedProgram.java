package io.kindnet.cni.launcher;

import java.util.ArrayList;
import java.util.List;

/**
 * How the script in the place of the JVM was executed.
 *
 * @param directory its working directory
 * @param arguments its arguments
 * @param variables its environment, as {@code NAME=value}
 * @param fds what is open, as {@code NUMBER TARGET}
 * @param ignored the signals that it ignores, one bit each, bit 0 for signal 1
 * @param input what standard input gave it
 */
record ExecutedProgram(
    String directory,
    List<String> arguments,
    List<String> variables,
    List<String> fds,
    long ignored,
    String input) {

  /** Prints what {@link #parse} reads, one line each, and then standard input. */
  static final String SCRIPT =
      """
      #!/bin/sh
      printf 'executed\\nfolder %s\\n' "$(/bin/pwd)"
      printf 'argument %s\\n' "$@"
      /usr/bin/tr '\\0' '\\n' </proc/$$/environ | /bin/sed 's/^/variable /'
      for descriptor in /proc/$$/fd/*; do
        printf 'descriptor %s %s\\n' "${descriptor##*/}" "$(/bin/readlink "$descriptor")"
      done
      while read -r name value; do
        [ "$name" != SigIgn: ] || printf 'ignored %s\\n' "$value"
      done </proc/$$/status
      echo input
      exec /bin/cat
      """;

  static ExecutedProgram parse(String printed) {
    int inputAt = printed.indexOf("\ninput\n");
    if (!printed.startsWith("executed\n") || inputAt < 0) {
      throw new AssertionError("the JVM was not executed: " + printed);
    }
    List<String> lines = printed.substring(0, inputAt).lines().toList();
    return new ExecutedProgram(
        all(lines, "folder ").getFirst(),
        all(lines, "argument "),
        all(lines, "variable "),
        all(lines, "descriptor "),
        Long.parseUnsignedLong(all(lines, "ignored ").getFirst(), 16),
        printed.substring(inputAt + "\ninput\n".length()));
  }

  private static List<String> all(List<String> lines, String begin) {
    List<String> rests = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith(begin)) {
        rests.add(line.substring(begin.length()));
      }
    }
    return rests;
  }
}
