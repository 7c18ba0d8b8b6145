package io.kindnet.measuring;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A program to start.
 *
 * @param command its path and arguments
 * @param environment all of its environment
 * @param input its standard input, at most 64 KiB
 */
public record Job(List<String> command, Map<String, String> environment, String input) {
  /** Copies both collections. */
  public Job {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /** A program without environment and input. */
  public static Job of(String... command) {
    return new Job(List.of(command), Map.of(), "");
  }

  /** The same program, started by {@code command}, which takes it as its further arguments. */
  public Job startedBy(List<String> starter) {
    List<String> whole = new ArrayList<>(starter);
    whole.addAll(command);
    return new Job(whole, environment, input);
  }
}
