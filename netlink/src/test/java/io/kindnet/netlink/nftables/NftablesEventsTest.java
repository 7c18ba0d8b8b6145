package io.kindnet.netlink.nftables;

import static io.kindnet.netlink.nftables.Rulesets.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.nftables.Change.Kind;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class NftablesEventsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Table TABLE = new Table(TableFamily.INET, "t");
  private static final Table OTHER = new Table(TableFamily.IP, "t");
  private static final NamedSet SET =
      NamedSet.set(TABLE, "s", DataType.of(FieldType.IPV4_ADDR)).withIntervals();

  private final Namespace host;
  private final NftablesSocket nftables;
  private final NftablesEvents events;

  NftablesEventsTest(Namespace host) {
    this.host = host;
    this.nftables = NftablesSockets.nftables(host);
    this.events = NftablesSockets.events(host);
  }

  @AfterEach
  void close() {
    events.close();
    nftables.close();
  }

  @Test
  void tellsWhatATransactionOfSomeoneElseDid() {
    Nft.apply(
        host,
        """
        table inet t {
          set s { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2 }; }
          chain c { ip saddr @s accept; }
        }
        """);

    Commit commit = next();

    assertThat(commit.process()).isEqualTo("nft");
    assertThat(commit.portId()).isNotEqualTo(nftables.portId());
    assertThat(commit.changes())
        .containsExactlyInAnyOrder(
            new Change(Kind.TABLE, false, TABLE, ""),
            new Change(Kind.CHAIN, false, TABLE, "c"),
            new Change(Kind.SET, false, TABLE, "s"),
            new Change(Kind.ELEMENT, false, TABLE, "s"),
            new Change(Kind.RULE, false, TABLE, "c"));
    assertThat(commit.generation()).isEqualTo(nftables.list().generation());
  }

  @Test
  void tellsOwnTransactionsFromThoseOfOthers() {
    nftables.commit(nftables.transaction().add(TABLE));

    assertThat(next().portId()).isEqualTo(nftables.portId());
  }

  @Test
  void tellsOfOthersOnlyWhereOnesOwnChangesAreKnown() {
    try (NftablesEvents excludingOwn =
        NftablesSockets.in(host, () -> NftablesEvents.excludingOwn(nftables.portId()))) {
      NamedSet set = NamedSet.set(TABLE, "s", DataType.of(FieldType.IPV4_ADDR));
      nftables.commit(nftables.transaction().add(TABLE).add(set));
      List<Element> many = new ArrayList<>();
      for (int i = 0; i < 10_000; i++) {
        many.add(Element.of(address("10.0." + i / 256 + "." + i % 256)));
      }
      nftables.commit(nftables.transaction().add(set, many));
      Nft.apply(host, "add chain inet t c");

      NftablesEvents.Events seen = excludingOwn.next(DEADLINE);
      while (seen.commits().isEmpty()) {
        assertThat(seen.lost()).isFalse();
        seen = excludingOwn.next(DEADLINE);
      }

      assertThat(seen.commits())
          .singleElement()
          .satisfies(commit ->
              assertThat(commit.changes())
                  .containsExactly(new Change(Kind.CHAIN, false, TABLE, "c")));
    }
  }

  @Test
  void tellsThatATableIsGone() {
    nftables.commit(nftables.transaction().add(TABLE).add(OTHER));
    next();

    host.run("nft", "flush", "ruleset");

    Commit commit = next();
    assertThat(commit.touches(TABLE)).isTrue();
    assertThat(commit.changes())
        .contains(new Change(Kind.TABLE, true, TABLE, ""), new Change(Kind.TABLE, true, OTHER, ""));
  }

  @Test
  void tellsWhichTableAChangeIsIn() {
    nftables.commit(nftables.transaction().add(TABLE).add(OTHER).add(SET));
    next();

    host.run("nft", "add", "chain", "ip", "t", "c");
    assertThat(next()).matches(commit -> commit.touches(OTHER) && !commit.touches(TABLE));

    nftables.commit(nftables.transaction().add(SET, List.of(Element.of(address("10.0.0.1")))));
    assertThat(next()).matches(commit -> commit.touches(TABLE) && !commit.touches(OTHER));

    nftables.commit(nftables.transaction().flush(SET));
    assertThat(next().changes()).containsExactly(new Change(Kind.ELEMENT, true, TABLE, "s"));
  }

  @Test
  void aChangeOfManyElementsIsOne() {
    NamedSet set = NamedSet.set(TABLE, "s", DataType.of(FieldType.IPV4_ADDR));
    nftables.commit(nftables.transaction().add(TABLE).add(set));
    next();
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      elements.add(Element.of(address("10.0.0." + i)));
    }

    nftables.commit(nftables.transaction().add(set, elements));

    assertThat(next().changes()).containsExactly(new Change(Kind.ELEMENT, false, TABLE, "s"));
  }

  @Test
  void saysThatSomeWereLost() {
    Nft.apply(host, "add table inet t\nadd set inet t many { type ipv4_addr; }\n");
    // Not in one transaction: only root of the machine may send messages of any size.
    for (int part = 0; part < 80; part++) {
      StringBuilder commands = new StringBuilder();
      for (int i = 0; i < 256; i++) {
        commands.append("add element inet t many { 10.0." + part + "." + i + " }\n");
      }
      Nft.apply(host, commands.toString());
    }

    assertThat(events.next(DEADLINE).lost()).isTrue();

    host.run("nft", "delete", "table", "inet", "t");
    NftablesEvents.Events afterwards = events.next(DEADLINE);
    assertThat(afterwards.lost()).as("the next read starts afresh").isFalse();
    assertThat(afterwards.commits()).hasSize(1);
  }

  @Test
  void skipsWhatThisProjectDoesNotUse() {
    Nft.apply(host, "table inet t {\n counter named { }\n}\n");

    assertThat(next().changes()).containsExactly(new Change(Kind.TABLE, false, TABLE, ""));
  }

  @Test
  void returnsNothingAfterTheTimeAndOnceClosed() {
    assertThat(events.next(Duration.ofMillis(1)).commits()).isEmpty();
    events.close();

    assertThat(events.next(Duration.ofHours(1)).commits()).isEmpty();
    assertThat(events.isClosed()).isTrue();
  }

  /** The next commit, which may come in more than one part. */
  private Commit next() {
    long end = System.nanoTime() + DEADLINE.toNanos();
    List<Commit> commits = events.next(DEADLINE).commits();
    while (commits.isEmpty() && System.nanoTime() < end) {
      commits = events.next(DEADLINE).commits();
    }
    assertThat(commits).hasSize(1);
    return commits.getFirst();
  }
}
