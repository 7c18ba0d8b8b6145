package io.kindnet.netlink.testing;

import static org.assertj.core.api.Assertions.assertThat;

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
