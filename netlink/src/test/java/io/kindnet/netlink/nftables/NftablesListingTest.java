package io.kindnet.netlink.nftables;

import static io.kindnet.netlink.nftables.Rulesets.address;
import static io.kindnet.netlink.nftables.Rulesets.hostPort;
import static io.kindnet.netlink.nftables.Rulesets.podPort;
import static io.kindnet.netlink.nftables.Rulesets.prefixes;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.nftables.expr.Verdict;
import io.kindnet.netlink.testing.KernelVersion;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import io.kindnet.netlink.testing.Resources;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NetworkNamespaces
class NftablesListingTest {
  private static final Table VARIOUS = new Table(TableFamily.IP6, "various");
  private static final Table HOST_PORTS = new Table(TableFamily.INET, "cni-kindnet");

  private final Namespace host;
  private final NftablesSocket nftables;

  NftablesListingTest(Namespace host) {
    this.host = host;
    this.nftables = NftablesSockets.nftables(host);
  }

  @AfterEach
  void close() {
    nftables.close();
  }

  @ParameterizedTest
  @CsvSource({"INET,kindnet-ipmasq,ipmasq", "IP6,various,various"})
  void readsTheSameFromOursAsFromNfts(
      TableFamily family, String name, String resource, Namespace other) {
    Table table = new Table(family, name);
    nftables.commit(name.equals("various") ? Rulesets.various() : Rulesets.ipmasq());
    Nft.apply(other, Resources.text(NftablesListingTest.class, resource + ".nft"));

    try (NftablesSocket nfts = NftablesSockets.nftables(other)) {
      assertThat(chains(nftables, table)).isEqualTo(chains(nfts, table));
      assertThat(nftables.list().sets(table))
          .containsExactlyInAnyOrderElementsOf(nfts.list().sets(table));
      assertThat(rules(nftables, table)).isNotEmpty().isEqualTo(rules(nfts, table));
    }
  }

  @Test
  void readsVerdictsAsNftMadeThem() {
    Table table = new Table(TableFamily.INET, "policies");
    Nft.apply(host, Resources.text(NftablesListingTest.class, "policies.nft"));
    Nft.apply(
        host, "add element inet policies ingress-v4 { 10.0.0.6 : goto denied, 10.0.0.7 : drop }");
    NamedSet verdicts = NamedSet.verdictMap(table, "ingress-v4", DataType.of(FieldType.IPV4_ADDR));

    assertThat(nftables.list().set(table, "ingress-v4")).isEqualTo(verdicts);
    assertThat(nftables.list().elements(verdicts))
        .containsExactlyInAnyOrder(
            Element.of(address("10.0.0.5"))
                .withComment("default/web")
                .mappedTo(Verdict.jump("ingress-default/web-1a2b")),
            Element.of(address("10.0.0.6")).mappedTo(Verdict.gotoChain("denied")),
            Element.of(address("10.0.0.7")).mappedTo(Verdict.drop()));
  }

  /** A rule that is replaced can go on where the one before it was. */
  @Test
  void countersThatStartWithGivenValues() {
    Table table = new Table(TableFamily.INET, "policies");
    Chain denied = Chain.regular(table, "denied");
    nftables.commit(
        nftables
            .transaction()
            .add(table)
            .add(denied)
            .append(denied, Rule.always(new Counter(3, 252), Verdict.drop()).withComment("x"))
            .append(denied, Rule.always(Verdict.accept())));

    assertThat(Nft.table(host, "inet", "policies")).contains("counter packets 3 bytes 252 drop");
    assertThat(nftables.list().rules(denied).stream().map(listed -> listed.rule().counter()))
        .containsExactly(new Counter(3, 252), null);
  }

  @Test
  void rulesThatNobodyChangedAreTheSameWhateverElseIsDone() {
    Table table = new Table(TableFamily.INET, "a");
    Nft.apply(host, "table inet a {\n chain c {\n  accept\n }\n}\n");
    UnreadRules before = nftables.list().unreadRules(table);

    Nft.apply(host, "table ip b {}\n");
    assertThat(nftables.list().unreadRules(table).isSameAs(before)).isTrue();

    Nft.apply(host, "add rule inet a c drop\n");
    UnreadRules more = nftables.list().unreadRules(table);
    assertThat(more.isSameAs(before)).isFalse();
    assertThat(before.isSameAs(more)).isFalse();

    Nft.apply(host, "flush table inet a\nadd rule inet a c accept\n");
    assertThat(nftables.list().unreadRules(table).isSameAs(before)).as("its like").isFalse();
  }

  @Test
  void tables() {
    assertThat(nftables.list().tables()).isEmpty();
    Nft.apply(host, "table inet a {}\ntable ip a {}\ntable bridge b {}\n");

    assertThat(nftables.list().tables())
        .containsExactlyInAnyOrder(
            new Table(TableFamily.INET, "a"),
            new Table(TableFamily.IP, "a"),
            new Table(TableFamily.BRIDGE, "b"));
    assertThat(nftables.list().exists(new Table(TableFamily.IP, "a"))).isTrue();
    assertThat(nftables.list().exists(new Table(TableFamily.IP6, "a"))).isFalse();
  }

  @Test
  void chainsOfOneTable() {
    Nft.apply(host, "table ip6 other {\n chain c {}\n}\n");
    nftables.commit(Rulesets.various());
    BaseChain hook = new BaseChain("filter", BaseChain.NF_INET_LOCAL_IN, 0, BaseChain.NF_DROP);

    assertThat(nftables.list().chains(VARIOUS))
        .containsExactlyInAnyOrder(
            new Chain(VARIOUS, "base", hook), Chain.regular(VARIOUS, "regular"));
    assertThat(nftables.list().chain(VARIOUS, "base")).isEqualTo(new Chain(VARIOUS, "base", hook));
  }

  @Test
  void aSetWithAllThatItHas() {
    nftables.commit(Rulesets.hostPorts());
    NamedSet map = map();

    assertThat(map)
        .isEqualTo(
            NamedSet.map(
                    HOST_PORTS,
                    "hostport-map-v4",
                    DataType.of(FieldType.IPV4_ADDR, FieldType.INET_PROTO, FieldType.INET_SERVICE),
                    DataType.of(FieldType.IPV4_ADDR, FieldType.INET_SERVICE))
                .withIntervals());
    assertThat(nftables.list().elements(map))
        .containsExactlyInAnyOrder(
            Element.range(hostPort("0.0.0.0", 17, 80), hostPort("255.255.255.255", 17, 80))
                .mappedTo(podPort("10.244.1.5", 8080))
                .withComment("kube-system/dns"),
            Element.range(hostPort("10.0.0.5", 6, 80), hostPort("10.0.0.5", 6, 80))
                .mappedTo(podPort("10.244.1.6", 80)));
  }

  @Test
  void oneElementOfAMapOfIntervals() {
    nftables.commit(Rulesets.hostPorts());
    Value on = hostPort("0.0.0.0", 17, 80);
    Element wanted = Element.range(on, hostPort("255.255.255.255", 17, 80));

    assertThat(nftables.list().element(map(), wanted))
        .extracting(Element::data)
        .isEqualTo(podPort("10.244.1.5", 8080));
    assertThat(nftables.list().element(map(), Element.of(hostPort("10.0.0.5", 17, 81)))).isNull();
  }

  @Test
  void oneElementOfASetOfIntervals() {
    nftables.commit(Rulesets.ipmasq());
    NamedSet set =
        Objects.requireNonNull(
            nftables.list().set(new Table(TableFamily.INET, "kindnet-ipmasq"), "noMasqV4"));

    List<Element> interval = Intervals.of(prefixes("10.244.2.0/23"));
    assertThat(nftables.list().element(set, interval.get(0))).isEqualTo(interval.get(0));
    assertThat(nftables.list().element(set, interval.get(1))).isEqualTo(interval.get(1));
    assertThat(nftables.list().element(set, Element.of(address("10.99.0.0")))).isNull();
  }

  @Test
  void timeouts() {
    nftables.commit(Rulesets.various());
    NamedSet set = Objects.requireNonNull(nftables.list().set(VARIOUS, "addresses"));

    assertThat(set.timeout()).isEqualTo(Duration.ofHours(1));
    assertThat(nftables.list().elements(set))
        .containsExactly(Element.of(address("fd00::2")).withTimeout(Duration.ofMinutes(5)));
  }

  @Test
  void whatIsNotThereIsEmptyOrNull() {
    NftablesListing list = nftables.list();
    Table none = new Table(TableFamily.INET, "none");

    assertThat(list.chains(none)).isEmpty();
    assertThat(list.sets(none)).isEmpty();
    assertThat(list.rules(none)).isEmpty();
    assertThat(list.rules(Chain.regular(none, "c"))).isEmpty();
    assertThat(list.chain(none, "c")).isNull();
    assertThat(list.set(none, "s")).isNull();
    NamedSet set = NamedSet.set(none, "s", DataType.of(FieldType.IPV4_ADDR));
    assertThat(list.elements(set)).isEmpty();
    assertThat(list.element(set, Element.of(address("10.0.0.1")))).isNull();
  }

  @Test
  void readsTablesOfOthersWithThingsThatThisProjectNeverMakes() {
    // an element for all other keys came with Linux 5.13
    String others = KernelVersion.running().isAtLeast(5, 13) ? ", * : accept" : "";
    Nft.apply(
        host,
        """
        table inet foreign {
          set many {
            type ipv4_addr . mark . ether_addr
            size 65535
            flags dynamic
          }
          map jumps {
            type inet_service : verdict
            elements = { 80 : jump other, 443 : drop%s }
          }
          counter packets-seen { }
          chain base {
            type filter hook forward priority -150; policy accept;
            limit rate 5/second log prefix "x" drop
            tcp dport vmap @jumps
            tcp flags & (syn | ack) == syn ip dscp set cs1
            meta mark set meta mark << 1
            tcp option maxseg size set rt mtu
            ct original ip saddr 10.0.0.1 reject
          }
          chain other { }
        }
        table netdev ports {
          chain first { type filter hook ingress device lo priority 0; }
        }
        """
            .formatted(others));
    Table foreign = new Table(TableFamily.INET, "foreign");

    assertThat(nftables.list().rules(foreign)).hasSize(6);
    assertThat(nftables.list().chains(new Table(TableFamily.NETDEV, "ports"))).hasSize(1);
    List<NamedSet> sets = nftables.list().sets(foreign);
    assertThat(sets).extracting(NamedSet::name).contains("many", "jumps");
    for (NamedSet set : sets) {
      nftables.list().elements(set);
    }
  }

  /** What this project has no record for is kept byte by byte. */
  @Test
  void aRuleOfOthersCanBeCopied() {
    Nft.apply(
        host,
        """
        table inet foreign {
          chain original {
            log prefix "x" group 5 drop
            meta mark set meta mark << 1
            ip dscp set cs1 counter packets 3 bytes 4
          }
          chain copy { }
        }
        """);
    Table foreign = new Table(TableFamily.INET, "foreign");
    Chain copy = Chain.regular(foreign, "copy");
    NftablesTransaction transaction = nftables.transaction();
    for (ListedRule rule : nftables.list().rules(Chain.regular(foreign, "original"))) {
      transaction.append(copy, rule.rule());
    }
    nftables.commit(transaction);

    String[] chains = Nft.table(host, "inet", "foreign").split("chain (original|copy) ");
    assertThat(chains[1].strip()).contains("counter packets 3 bytes 4");
    assertThat(chains[2].replaceFirst("}\\s*$", "").strip()).isEqualTo(chains[1].strip());
  }

  private NamedSet map() {
    return Objects.requireNonNull(nftables.list().set(HOST_PORTS, "hostport-map-v4"));
  }

  private static List<Chain> chains(NftablesSocket socket, Table table) {
    return socket.list().chains(table);
  }

  private static List<Rule> rules(NftablesSocket socket, Table table) {
    return socket.list().rules(table).stream().map(r -> r.rule().normalized()).toList();
  }
}
