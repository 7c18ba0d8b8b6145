package io.kindnet.kindnetd.networkpolicy.explain;

import io.kindnet.kindnetd.networkpolicy.evaluator.DirectionVerdict;
import io.kindnet.kindnetd.networkpolicy.evaluator.TierVerdict;
import io.kindnet.netlink.ip.IpAddresses;
import java.util.Locale;

/** An explanation for people. */
public final class TextReport {
  private TextReport() {}

  /** Some lines, each with its end. */
  public static String of(PolicyExplanation explanation) {
    StringBuilder text = new StringBuilder();
    for (ExplainedConnection connection : explanation.connections()) {
      if (!text.isEmpty()) {
        text.append('\n');
      }
      append(text, connection);
    }
    for (String note : explanation.notes()) {
      text.append("\nnote: ").append(note).append('\n');
    }
    return text.toString();
  }

  private static void append(StringBuilder text, ExplainedConnection explained) {
    boolean allowed = explained.verdict().allowed();
    text.append(allowed ? "allowed: " : "denied: ")
        .append(name(explained.source()))
        .append(" -> ")
        .append(name(explained.destination()))
        .append(", ")
        .append(port(explained))
        .append('\n');
    if (explained.verdict().directions().isEmpty()) {
      text.append("  neither end is a pod that policies are about\n");
    }
    for (DirectionVerdict direction : explained.verdict().directions()) {
      text.append("  ")
          .append(direction.direction().name().toLowerCase(Locale.ROOT))
          .append(" of ")
          .append(direction.pod())
          .append(direction.allowed() ? ": allowed, " : ": denied, ")
          .append(direction.reason())
          .append('\n');
      for (TierVerdict tier : direction.tiers()) {
        text.append(
            String.format(
                Locale.ROOT,
                "    %-13s  %-6s  %s%n",
                Words.of(tier.tier()),
                Words.of(tier.decision()),
                reason(tier)));
      }
    }
    explained.kernel().ifPresent(kernel -> append(text, kernel));
  }

  private static void append(StringBuilder text, KernelAnswer kernel) {
    text.append("  kernel of this node: ")
        .append(kernel.allowed() ? "allowed" : "denied")
        .append(kernel.agrees() ? ", as it should be, " : ", WHICH IS WRONG, ")
        .append(kernel.reason())
        .append('\n');
  }

  private static String reason(TierVerdict tier) {
    return tier.policies().isEmpty() && !tier.selecting().isEmpty()
        ? tier.reason() + " of " + String.join(", ", tier.selecting())
        : tier.reason();
  }

  private static String name(EndPoint end) {
    String address = IpAddresses.format(end.address());
    return end.pod()
        .map(pod -> EndPoint.name(pod) + " (" + address + ", node " + pod.node() + ")")
        .orElse(address);
  }

  private static String port(ExplainedConnection explained) {
    return explained
        .connection()
        .protocol()
        .map(protocol -> explained.connection().port() + "/" + protocol)
        .orElse("icmp");
  }
}
