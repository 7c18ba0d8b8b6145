package io.kindnet.netlink.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

@NetworkNamespaces
class NftTest {
  @Test
  void listsTheTableThatItApplied(Namespace host) {
    String table =
        """
        table inet example {
        	set s {
        		type ipv4_addr
        		timeout 1h
        		elements = { 10.0.0.1 }
        	}

        	chain c {
        		counter
        	}
        }
        """;
    Nft.apply(host, table);

    assertThat(Nft.withoutExpiry(Nft.withoutCounters(Nft.table(host, "inet", "example"))))
        .isEqualTo(table);
  }

  /** Which of the two depends on the kernel and on nft; either way all else is there. */
  @Test
  void appliesHostPortsOrAllElse(Namespace host) {
    String without =
        """
        table inet example {
        	map m {
        		type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service
        		flags interval
        	}

        	chain c {
        		type nat hook prerouting priority dstnat; policy accept;
        		ip saddr 10.0.0.1 accept
        	}
        }
        """;
    String rules =
        without.replace(
            "accept\n\t}",
            "accept\n\t\tmeta l4proto { tcp, udp } dnat ip to ip daddr . meta l4proto . th dport map @m\n\t}");

    String applied = Nft.applyAccepted(host, rules);

    assertThat(applied).isIn(rules, without);
    assertThat(Nft.ruleset(host)).isEqualTo(applied);
  }

  @Test
  void whatElseIsRefusedFails(Namespace host) {
    assertThatThrownBy(() -> Nft.applyAccepted(host, "table inet t { chain c { jump no } }"))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("nft refused:\n")
        .hasMessageContaining("jump no");
    assertThat(Nft.ruleset(host)).isEmpty();
  }

  @Test
  void hasNoRulesetInAFreshNamespace(Namespace host) {
    assertThat(Nft.ruleset(host)).isEmpty();
  }

  @Test
  void leavesOutWhatDiffersFromRunToRun() {
    assertThat(Nft.withoutCounters("counter packets 12 bytes 345 accept"))
        .isEqualTo("counter accept");
    assertThat(Nft.withoutHandles("chain c { # handle 12")).isEqualTo("chain c {");
    assertThat(Nft.withoutExpiry("10.0.0.1 timeout 1m expires 59s980ms,"))
        .isEqualTo("10.0.0.1 timeout 1m,");
  }
}
