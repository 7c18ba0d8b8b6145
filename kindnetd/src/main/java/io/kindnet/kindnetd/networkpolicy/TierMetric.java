package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.status.Status;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which tiers of policies an agent enforces, as a metric that other programs can read. */
public final class TierMetric {
  private static final String NAME = "kindnet_network_policy_tier_enabled";
  private static final Map<Tier, String> LABELS =
      new EnumMap<>(
          Map.of(
              Tier.ADMIN, "Admin",
              Tier.NETWORK_POLICY, "NetworkPolicy",
              Tier.BASELINE, "Baseline"));
  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^" + NAME + "\\{tier=\"(\\w+)\"} ([01])(?:\\.0)?$");

  private TierMetric() {}

  /** Shows what {@code options} enable. */
  public static void register(NetworkPolicyOptions options, Status status) {
    status.gauge(
        NAME,
        "1 for each tier of network policies that the flags of this kindnetd enable, else 0.",
        List.of("tier"),
        () -> {
          Map<List<String>, Double> values = new HashMap<>();
          LABELS.forEach(
              (tier, label) -> values.put(List.of(label), options.enforces(tier) ? 1.0 : 0.0));
          return values;
        });
  }

  /**
   * Which tiers are enabled.
   *
   * @param metrics of an agent, in the text form of Prometheus
   * @return empty if they do not say so
   */
  public static Optional<Set<Tier>> read(String metrics) {
    Set<Tier> enabled = EnumSet.noneOf(Tier.class);
    Set<Tier> shown = EnumSet.noneOf(Tier.class);
    Matcher sample = SAMPLE.matcher(metrics);
    while (sample.find()) {
      LABELS.forEach((tier, label) -> {
        if (label.equals(sample.group(1))) {
          shown.add(tier);
          if (sample.group(2).equals("1")) {
            enabled.add(tier);
          }
        }
      });
    }
    return shown.size() == LABELS.size() ? Optional.of(enabled) : Optional.empty();
  }
}
