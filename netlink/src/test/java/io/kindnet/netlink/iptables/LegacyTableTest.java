package io.kindnet.netlink.iptables;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.iptables.LegacyTable.Outcome;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables that {@code iptables-legacy} made. */
@NetworkNamespaces
@Tag("xtables")
class LegacyTableTest {
  private static final String EMPTY = "*filter\n:INPUT DROP\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n";

  private final Namespace node;

  LegacyTableTest(Namespace node) {
    this.node = node;
  }

  private Outcome forwarded(AddressFamily family, String rules) {
    String program = family == AddressFamily.IPV4 ? "iptables" : "ip6tables";
    node.run(
        "sh",
        "-c",
        "printf '%s' \"$1\" | XTABLES_LOCKFILE=/dev/null " + program + "-legacy-restore",
        "sh",
        rules + "COMMIT\n");
    try (NetworkNamespace entered = NetworkNamespace.open(node.path().toString())) {
      return entered.call(() -> LegacyTable.read(family, "filter").forwarded());
    }
  }

  @ParameterizedTest
  @EnumSource
  void tellsThePolicy(AddressFamily family) {
    assertThat(forwarded(family, EMPTY)).isEqualTo(Outcome.ACCEPTED);
    String dropping = EMPTY.replace("FORWARD ACCEPT", "FORWARD DROP");
    assertThat(forwarded(family, dropping)).isEqualTo(Outcome.DROPPED_BY_POLICY);
    assertThat(forwarded(family, dropping + "-A FORWARD -j ACCEPT\n")).isEqualTo(Outcome.ACCEPTED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-A FORWARD -j DROP                                        | REFUSED_BY_RULE",
        "-A FORWARD -j REJECT                                      | REFUSED_BY_RULE",
        "-A FORWARD -i eth7 -j DROP                                | ACCEPTED",
        "-A FORWARD -p tcp -j DROP                                 | ACCEPTED",
        "-A FORWARD -m conntrack --ctstate INVALID -j DROP         | ACCEPTED",
        "-A FORWARD ; -A FORWARD -j DROP                           | REFUSED_BY_RULE",
        "-N a ; -A FORWARD -j a ; -A a -j REJECT                   | REFUSED_BY_RULE",
        "-N a ; -A FORWARD -g a ; -A a -j DROP                     | REFUSED_BY_RULE",
        "-N a ; -A FORWARD -j a ; -A a -j RETURN ; -A a -j DROP    | ACCEPTED",
        "-N a ; -A FORWARD -g a ; -A FORWARD -j DROP               | ACCEPTED",
        "-N a ; -A FORWARD -j a ; -A FORWARD -j DROP               | REFUSED_BY_RULE",
        "-N a ; -A FORWARD -j a ; -A a -j ACCEPT ; -A FORWARD -j DROP | ACCEPTED",
        "-N a ; -N b ; -A FORWARD -j a ; -A a -j b ; -A b -j DROP  | REFUSED_BY_RULE",
        "-N a ; -A FORWARD -i eth7 -j a ; -A a -j DROP             | ACCEPTED",
      })
  void followsRulesWithoutAConditionThroughChains(String rules, Outcome expected) {
    StringBuilder text = new StringBuilder();
    for (String rule : rules.split(" ; ")) {
      String line = rule.strip();
      text.append(line.startsWith("-N ") ? ":" + line.substring(3) + " -" : line).append('\n');
    }
    for (AddressFamily family : AddressFamily.values()) {
      assertThat(forwarded(family, EMPTY + text)).as("%s", family).isEqualTo(expected);
    }
  }
}
