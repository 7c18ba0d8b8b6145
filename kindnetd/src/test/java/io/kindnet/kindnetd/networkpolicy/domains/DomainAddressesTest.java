package io.kindnet.kindnetd.networkpolicy.domains;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.kindnetd.networkpolicy.compiler.DomainSet;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nftables.DataType;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.FieldType;
import io.kindnet.netlink.nftables.NamedSet;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class DomainAddressesTest {
  private final NetworkNamespace namespace;
  private final NftablesSocket nftables;
  private final DomainAddresses domains;

  DomainAddressesTest(Namespace host) {
    namespace = NetworkNamespace.open(host.path().toString());
    nftables = namespace.call(NftablesSocket::open);
    domains = new DomainAddresses(() -> nftables);
  }

  @AfterEach
  void end() {
    nftables.close();
    namespace.close();
  }

  private static DomainSet set(String name, String... names) {
    return new DomainSet(
        NamedSet.set(PolicyTable.TABLE, name, DataType.of(FieldType.IPV4_ADDR))
            .withTimeout(Duration.ZERO),
        AddressFamily.IPV4,
        new TreeSet<>(Set.of(names)),
        /* isOfConnections= */ false);
  }

  /** What was told, or not, for the sake of some names says nothing about others. */
  @Test
  void noTwoGenerationsAreTheSame() {
    assertThat(domains.generation()).isZero();
    Set<Integer> generations = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      domains.prepare(List.of(set("names-" + i, "a" + i + ".example")));
      assertThat(generations.add(domains.generation())).isTrue();
      domains.prepare(List.of(set("names-" + i, "a" + i + ".example")));
      assertThat(generations).as("nothing has changed").contains(domains.generation());
      domains.prepare(List.of());
      assertThat(domains.generation()).isZero();
    }
  }

  /** It is not lost for who has the table made again. */
  @Test
  void remembersWhatTheKernelRefuses() {
    DomainSet names = set("names-1", "*.example");
    domains.prepare(List.of(names));
    assertThat(domains.elements(names)).isEmpty();
    domains.installed(); // as somebody believes who has not seen yet that there is no table

    assertThat(domains.answering("a.example.", List.of(IpAddresses.parse("192.0.2.1")), 60))
        .isFalse();
    assertThat(domains.failures()).isEqualTo(1);

    assertThat(domains.elements(names)).extracting(Element::comment).containsExactly("a.example");
    nftables.commit(nftables.transaction().add(PolicyTable.TABLE).add(names.set()));
    assertThat(domains.answering("b.example.", List.of(IpAddresses.parse("192.0.2.2")), 60))
        .isTrue();
    assertThat(nftables.list().elements(names.set()))
        .extracting(Element::comment)
        .containsExactly("b.example");
  }

  /** However long they are valid, addresses go some day. */
  @Test
  void keepsNoAddressForMoreThanADay() {
    DomainSet names = set("names-1", "*.example");
    domains.prepare(List.of(names));

    assertThat(
            domains.answering(
                "a.example.", List.of(IpAddresses.parse("192.0.2.1")), Integer.MAX_VALUE))
        .isTrue();

    assertThat(domains.elements(names))
        .extracting(Element::timeout)
        .allSatisfy(timeout ->
            assertThat(timeout).isBetween(Duration.ofHours(23), Duration.ofDays(1).plusMinutes(1)));
  }
}
