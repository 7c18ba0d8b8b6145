package io.kindnet.kindnetd.networkpolicy.explain;

import io.kindnet.kindnetd.cluster.policies.Tier;
import io.kindnet.kindnetd.networkpolicy.evaluator.Decision;

/** Names as the API has them. */
final class Words {
  private Words() {}

  static String of(Tier tier) {
    return switch (tier) {
      case ADMIN -> "Admin";
      case NETWORK_POLICY -> "NetworkPolicy";
      case BASELINE -> "Baseline";
    };
  }

  static String of(Decision decision) {
    return switch (decision) {
      case ACCEPT -> "Accept";
      case DENY -> "Deny";
      case PASS -> "Pass";
      case NONE -> "None";
    };
  }
}
