package io.kindnet.netlink.testing;

import java.util.ArrayList;
import java.util.List;

/** {@code ip} in a namespace. */
public final class Ip {
  private Ip() {}

  /**
   * The output of {@code ip -j ARGUMENTS}: a JSON array, also where there is nothing to list.
   *
   * @param arguments such as {@code "-d", "link", "show", "eth0"}
   */
  public static String json(Namespace namespace, String... arguments) {
    String output = namespace.run(command("-j", arguments)).strip();
    return output.isEmpty() ? "[]" : output;
  }

  /** The output of {@code ip ARGUMENTS}. */
  public static String run(Namespace namespace, String... arguments) {
    return namespace.run(command("-o", arguments));
  }

  /** Runs many commands at once: one for each line, without {@code ip} itself. */
  public static void batch(Namespace namespace, String lines) {
    namespace.runWithInput(lines, "ip", "-batch", "-");
  }

  private static String[] command(String option, String... arguments) {
    List<String> command = new ArrayList<>(List.of("ip", option));
    command.addAll(List.of(arguments));
    return command.toArray(String[]::new);
  }
}
