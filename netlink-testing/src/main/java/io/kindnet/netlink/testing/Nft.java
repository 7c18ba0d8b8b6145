package io.kindnet.netlink.testing;

import java.util.regex.Pattern;

/** {@code nft} in a namespace, and its listings in a form that can be compared. */
public final class Nft {
  private static final String NOT_SUPPORTED = "Could not process rule: Operation not supported";
  private static final Pattern PORT_LOOKUP =
      Pattern.compile("(?m)^.*meta l4proto \\. th dport map @.*\\R");

  private Nft() {}

  /** {@code nft list table FAMILY NAME}. */
  public static String table(Namespace namespace, String family, String name) {
    return namespace.run("nft", "list", "table", family, name);
  }

  /** {@code nft list ruleset}: empty where there is no table. */
  public static String ruleset(Namespace namespace) {
    return namespace.run("nft", "list", "ruleset");
  }

  /** Applies {@code rules}, in the syntax of {@code nft -f}, in one transaction. */
  public static void apply(Namespace namespace, String rules) {
    namespace.runWithInput(rules, "nft", "-f", "-");
  }

  /**
   * Applies {@code rules} as {@link #apply} does, but leaves out the rules that look {@code meta
   * l4proto . th dport} up in a map where the kernel does not take what {@code nft} makes of them:
   * nft 1.0.6 converts the byte order of the one byte that a protocol has, two bytes at a time,
   * which Linux 6.12 and newer refuse. Any other refusal fails the test.
   *
   * @return what was applied: {@code rules}, or the rest of them
   */
  public static String applyAccepted(Namespace namespace, String rules) {
    CommandResult whole = namespace.tryRunWithInput(rules, "nft", "-f", "-");
    if (whole.succeeded()) {
      return rules;
    }
    String rest = PORT_LOOKUP.matcher(rules).replaceAll("");
    boolean expected =
        whole
            .stderr()
            .lines()
            .filter(line -> line.contains(" Error: "))
            .allMatch(line -> line.endsWith(NOT_SUPPORTED));
    if (rest.equals(rules) || !expected) {
      throw new AssertionError("nft refused:\n" + whole.stderr());
    }
    apply(namespace, rest);
    return rest;
  }

  /** {@code listing} without the numbers of counters: {@code counter packets 3 bytes 252}. */
  public static String withoutCounters(String listing) {
    return listing.replaceAll("counter packets \\d+ bytes \\d+", "counter");
  }

  /** {@code listing}, of {@code nft -a}, without {@code # handle 7}. */
  public static String withoutHandles(String listing) {
    return listing.replaceAll(" # handle \\d+", "");
  }

  /** {@code listing} without the time that elements have left: {@code expires 59s980ms}. */
  public static String withoutExpiry(String listing) {
    return listing.replaceAll(" expires (\\d+(d|h|ms|m|s))+", "");
  }
}
