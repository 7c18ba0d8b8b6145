package io.kindnet.kindnetd;

import static io.kindnet.kindnetd.OptionValues.flag;

import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.explain.AgentTiers;
import io.kindnet.kindnetd.status.BindAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Which policies are enforced, for commands that say what they do: as the agent says, or as given.
 */
@SuppressWarnings("NullAway.Init") // picocli fills in every field
final class PolicyFlags {
  @Option(
      names = "--network-policy",
      arity = "1",
      paramLabel = "BOOLEAN",
      description =
          "as for the agent: NetworkPolicies are enforced (default: as the agent of this node says)")
  private @Nullable Boolean networkPolicy;

  @Option(
      names = "--admin-network-policy",
      arity = "1",
      paramLabel = "BOOLEAN",
      description =
          "as for the agent: ClusterNetworkPolicies of the tier Admin are, too (default: as the agent"
              + " of this node says)")
  private @Nullable Boolean adminNetworkPolicy;

  @Option(
      names = "--baseline-admin-network-policy",
      arity = "1",
      paramLabel = "BOOLEAN",
      description =
          "as for the agent: those of the tier Baseline are, too (default: as the agent of this node"
              + " says)")
  private @Nullable Boolean baselineAdminNetworkPolicy;

  @Option(
      names = "--metrics-bind-address",
      paramLabel = "ADDRESS",
      defaultValue = ":19080",
      description = "where the agent of this node has its /metrics (default ${DEFAULT-VALUE})")
  private String metricsBindAddress;

  /**
   * Looks at the values.
   *
   * @throws BadValueException naming the flag, the value and the reason
   */
  void check() {
    metrics();
  }

  private InetSocketAddress metrics() {
    return flag("metrics-bind-address", metricsBindAddress, BindAddress::parse);
  }

  /**
   * The tiers that the agent enforces, but for what the flags say.
   *
   * @param notes is told if the agent does not say so
   */
  Set<Tier> tiers(Consumer<String> notes) {
    Map<Tier, @Nullable Boolean> flags = new EnumMap<>(Tier.class);
    flags.put(Tier.NETWORK_POLICY, networkPolicy);
    flags.put(Tier.ADMIN, adminNetworkPolicy);
    flags.put(Tier.BASELINE, baselineAdminNetworkPolicy);
    Set<Tier> tiers = EnumSet.of(Tier.NETWORK_POLICY); // as the agent's own defaults
    if (flags.containsValue(null)) {
      try {
        tiers = EnumSet.copyOf(AgentTiers.ask(metrics()));
      } catch (IOException failure) {
        notes.accept(
            "no agent of this node says which tiers it enforces, so flags and defaults do: "
                + failure.getMessage());
      }
    }
    for (Map.Entry<Tier, @Nullable Boolean> entry : flags.entrySet()) {
      @Nullable Boolean wanted = entry.getValue();
      if (wanted != null) {
        tiers.remove(entry.getKey());
        if (wanted) {
          tiers.add(entry.getKey());
        }
      }
    }
    return Boolean.FALSE.equals(networkPolicy) ? Set.of() : tiers;
  }
}
