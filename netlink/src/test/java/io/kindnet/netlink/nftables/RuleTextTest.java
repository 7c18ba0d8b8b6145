package io.kindnet.netlink.nftables;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules that {@code nft} made of a text, which must be the text again. */
@NetworkNamespaces
class RuleTextTest {
  private static final String SETS =
      """
      set s { type ipv4_addr; }
      set n { type ipv4_addr; flags interval; }
      set d { type ipv4_addr; flags dynamic,timeout; timeout 1d; }
      map m { type ipv4_addr : verdict; }
      chain other {}
      """;

  private static final List<String> RULES =
      List.of(
          "accept",
          "counter drop",
          "ip saddr 10.0.0.1 accept",
          "ip daddr != 10.0.0.1 accept",
          "ip daddr 10.244.0.0/16 drop",
          "ip daddr 10.244.0.0/20 drop",
          "ip6 saddr fd00::1 accept",
          "ip6 daddr fd00::/64 accept",
          "tcp dport 80 accept",
          "udp sport 53 counter accept",
          "tcp dport >= 1024 drop",
          "meta l4proto tcp accept",
          "meta nfproto ipv4 accept",
          "iifname \"eth0\" accept",
          "oifname \"knet*\" jump other",
          "ct state established,related accept",
          "ct state invalid drop",
          "ct direction reply accept",
          "ct status dnat accept",
          "ct original ip saddr 10.0.0.1 accept",
          "meta mark 0x4000 accept",
          "meta mark set 0x1",
          "meta nftrace set 1",
          "ip saddr @s accept",
          "ip daddr != @n drop",
          "ip saddr vmap @m",
          "fib daddr type local accept",
          "limit rate 10/second counter",
          "log prefix \"seen\" group 7",
          "ip daddr @d update @d { ip daddr } accept",
          "goto other",
          "return",
          "drop comment \"why\"");

  @Test
  void isTheTextThatNftMadeIt(Namespace host) {
    Nft.apply(
        host, "table inet t { " + SETS + " chain c {\n" + String.join("\n", RULES) + "\n }\n }\n");
    try (NetworkNamespace entered = NetworkNamespace.open(host.path().toString());
        NftablesSocket nftables = entered.call(NftablesSocket::open)) {
      List<String> texts = new ArrayList<>();
      for (ListedRule rule :
          nftables.list().rules(Chain.regular(new Table(TableFamily.INET, "t"), "c"))) {
        texts.add(RuleText.of(rule.rule()));
      }
      assertThat(texts.stream().map(RuleTextTest::withoutFamily).toList()).isEqualTo(RULES);
    }
  }

  /** What nft leaves away, because the next condition implies it. */
  private static String withoutFamily(String text) {
    return text.replaceFirst("^meta nfproto ipv[46] (?=(ip|ip6|ct original ip) )", "");
  }
}
