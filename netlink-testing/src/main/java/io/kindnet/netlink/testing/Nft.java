package io.kindnet.netlink.testing;

/** {@code nft} in a namespace, and its listings in a form that can be compared. */
public final class Nft {
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
