package io.kindnet.netlink.nftables;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Resources;
import org.junit.jupiter.api.Test;

/**
 * What {@code nft} lists of our tables is what it lists of those that it made itself, as far as the
 * kernel takes those from it.
 */
@NetworkNamespaces
class NftablesDifferentialTest {
  private final Namespace ours;
  private final Namespace nfts;

  NftablesDifferentialTest(Namespace ours, Namespace nfts) {
    this.ours = ours;
    this.nfts = nfts;
  }

  @Test
  void masquerading() {
    assertSameListing("ipmasq.nft", Rulesets.ipmasq());
  }

  @Test
  void hostPorts() {
    assertSameListing("hostports.nft", Rulesets.hostPorts());
  }

  @Test
  void policies() {
    assertSameListing("policies.nft", PolicyRulesets.policies());
  }

  @Test
  void variousOtherThings() {
    assertSameListing("various.nft", Rulesets.various());
  }

  private void assertSameListing(String resource, NftablesTransaction transaction) {
    String text = Resources.text(NftablesDifferentialTest.class, resource);
    String accepted = Nft.applyAccepted(nfts, text);
    assertThat(Nft.withoutExpiry(Nft.ruleset(nfts))).isEqualTo(accepted);

    try (NetworkNamespace namespace = NetworkNamespace.open(ours.path().toString());
        NftablesSocket nftables = namespace.call(NftablesSocket::open)) {
      nftables.commit(transaction);
    }

    assertThat(Nft.withoutExpiry(Nft.ruleset(ours))).isEqualTo(text);
  }
}
