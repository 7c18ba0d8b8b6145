package io.kindnet.bench;

import io.kindnet.measuring.Job;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code strace -f} wrote about a program and its descendants: one line for each system call,
 * or two where another thread came between its beginning and its end.
 */
final class Trace {
  private static final Pattern CALL = Pattern.compile("^\\d+ +([a-z0-9_]+)\\(");
  private static final Pattern FAILED = Pattern.compile(" = -1 E[A-Z]+ ");
  private static final Pattern QUOTED = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

  private final List<String> lines;

  Trace(String text) {
    lines = text.lines().toList();
  }

  /** A job that does {@code job} and appends a trace of it, nothing abridged, to {@code file}. */
  static Job of(Job job, Path file) {
    return job.startedBy(
        List.of("/usr/bin/strace", "-f", "-A", "-v", "-s", "512", "-o", file.toString()));
  }

  /** All system calls. */
  long calls() {
    return lines.stream().filter(line -> CALL.matcher(line).find()).count();
  }

  /** Calls of one of {@code names}, whatever came of them. */
  long calls(String... names) {
    List<String> wanted = List.of(names);
    return lines.stream().filter(line -> wanted.contains(name(line))).count();
  }

  /** Programs that were executed. */
  long programs() {
    return lines.stream()
        .filter(line -> name(line).equals("execve") && !FAILED.matcher(line).find())
        .count();
  }

  /** Files and directories that were opened, or that should have been. */
  long opens() {
    return calls("open", "openat");
  }

  /**
   * The last program whose file is called {@code name}, as the kernel was told to execute it,
   * without its input.
   */
  Optional<Job> program(String name) {
    Optional<Job> found = Optional.empty();
    for (String line : lines) {
      if (name(line).equals("execve") && !FAILED.matcher(line).find()) {
        Job job = executed(line);
        if (job.command().getFirst().endsWith("/" + name)) {
          found = Optional.of(job);
        }
      }
    }
    return found;
  }

  /** {@code execve("PATH", ["NAME", "ARGUMENT"...], ["VARIABLE=VALUE"...])}. */
  private static Job executed(String line) {
    int variables = Math.max(line.indexOf("], ["), 0);
    List<String> command = quoted(line.substring(0, variables));
    command.remove(1); // what the program is told that its name is
    Map<String, String> environment = new HashMap<>();
    for (String variable : quoted(line.substring(variables))) {
      int equals = variable.indexOf('=');
      environment.put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    return new Job(command, environment, "");
  }

  private static List<String> quoted(String line) {
    List<String> strings = new ArrayList<>();
    Matcher matcher = QUOTED.matcher(line);
    while (matcher.find()) {
      strings.add(matcher.group(1));
    }
    return strings;
  }

  private static String name(String line) {
    Matcher matcher = CALL.matcher(line);
    return matcher.find() ? matcher.group(1) : "";
  }
}
