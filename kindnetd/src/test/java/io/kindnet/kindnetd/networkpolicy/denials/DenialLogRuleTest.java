package io.kindnet.kindnetd.networkpolicy.denials;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.netlink.nftables.expr.Log;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DenialLogRuleTest {
  @Test
  void thePrefixSaysDirectionAndChain() {
    assertThat(prefix(Direction.INGRESS, "deny-1a2b")).isEqualTo("ingress deny-1a2b");
    assertThat(prefix(Direction.EGRESS, "deny 1a2b")).isEqualTo("egress deny 1a2b");
    assertThat(DenialLogRule.parse("egress deny 1a2b"))
        .contains(new DenialLogRule(Direction.EGRESS, "deny 1a2b"));
  }

  @Test
  void ofALongNameItHasTheEnd() {
    String prefix = prefix(Direction.INGRESS, "ä".repeat(100) + "-1a2b3c4d");

    assertThat(prefix.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(127);
    assertThat(DenialLogRule.parse(prefix).orElseThrow().chain()).endsWith("ä-1a2b3c4d");
  }

  @Test
  void prefixesOfOthersSayNothing() {
    assertThat(DenialLogRule.parse("")).isEmpty();
    assertThat(DenialLogRule.parse("ingress")).isEmpty();
    assertThat(DenialLogRule.parse("calico ingress")).isEmpty();
  }

  private static String prefix(Direction direction, String chain) {
    return ((Log) DenialLogRule.expressions(direction, chain).getLast()).prefix();
  }
}
