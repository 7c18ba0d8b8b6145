package io.kindnet.netlink.nftables;

import static io.kindnet.netlink.nftables.Rulesets.address;
import static io.kindnet.netlink.nftables.Rulesets.hostPort;
import static io.kindnet.netlink.nftables.Rulesets.podPort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.nftables.expr.Counter;
import io.kindnet.netlink.nftables.expr.Verdict;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.KernelVersion;
import io.kindnet.netlink.testing.MessageRecorder;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.math.BigInteger;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NetworkNamespaces
class NftablesTransactionTest {
  private static final Table TABLE = new Table(TableFamily.INET, "t");
  private static final Chain CHAIN = Chain.regular(TABLE, "c");
  private static final NamedSet SET =
      NamedSet.set(TABLE, "s", DataType.of(FieldType.IPV4_ADDR)).withTimeout(Duration.ZERO);
  private static final NamedSet INTERVALS =
      NamedSet.set(TABLE, "i", DataType.of(FieldType.IPV6_ADDR)).withAutoMerge();
  private static final NamedSet HOST_PORTS =
      NamedSet.map(
              TABLE,
              "ports",
              DataType.of(FieldType.IPV4_ADDR, FieldType.INET_PROTO, FieldType.INET_SERVICE),
              DataType.of(FieldType.IPV4_ADDR, FieldType.INET_SERVICE))
          .withIntervals();
  private static final Element ON_ALL_ADDRESSES =
      Element.range(hostPort("0.0.0.0", 17, 80), hostPort("255.255.255.255", 17, 80))
          .mappedTo(podPort("10.244.0.7", 8080));
  private static final Element ON_ONE_ADDRESS =
      Element.range(hostPort("10.0.0.5", 17, 80), hostPort("10.0.0.5", 17, 80))
          .mappedTo(podPort("10.244.0.8", 8080));

  private final Namespace host;
  private final NftablesSocket nftables;

  NftablesTransactionTest(Namespace host) {
    this.host = host;
    this.nftables = NftablesSockets.nftables(host);
    commit(t -> t.add(TABLE).add(CHAIN).add(SET).add(INTERVALS).add(HOST_PORTS));
  }

  @AfterEach
  void close() {
    nftables.close();
  }

  @Test
  void countsCommandsButNotTheFrameAroundThem() {
    long before = nftables.requests().writes();

    commit(t -> t.add(CHAIN).flush(CHAIN).add(SET));

    assertThat(nftables.requests().writes() - before).isEqualTo(3);
  }

  @Test
  void tenThousandPrefixesGoInOneTransactionInManyMessages() {
    List<IpPrefix> prefixes = new ArrayList<>();
    InetAddress base = IpAddresses.parse("fd00::");
    for (int i = 0; i < 10_000; i++) {
      BigInteger offset = BigInteger.valueOf(2L * i).shiftLeft(64);
      prefixes.add(new IpPrefix(IpAddresses.plus(base, offset), 64));
    }
    MessageRecorder recorder = new MessageRecorder();
    nftables.listener((direction, bytes) -> {
      if (direction.equals("sent")) {
        recorder.sent(bytes);
      }
    });

    commit(t -> t.add(INTERVALS, Intervals.of(prefixes)));

    assertThat(recorder.messages()).as("datagrams").hasSize(1);
    assertThat(new HashSet<>(nftables.list().elements(INTERVALS)))
        .isEqualTo(new HashSet<>(Intervals.of(prefixes)));
    host.run("nft", "get", "element", "inet", "t", "i", "{ fd00:0:0:4e1e::9 }");

    commit(t -> t.delete(INTERVALS, Intervals.of(prefixes.subList(1, 10_000))));

    assertThat(nftables.list().elements(INTERVALS))
        .containsExactlyInAnyOrderElementsOf(Intervals.of(prefixes.subList(0, 1)));
  }

  @Test
  void anErrorInTheMiddleLeavesNothing() {
    String before = Nft.ruleset(host);

    assertThatThrownBy(() ->
            commit(t ->
                t.add(Chain.regular(TABLE, "other"))
                    .append(CHAIN, Rule.always(Counter.zero()))
                    .delete(Chain.regular(TABLE, "no-such"))
                    .add(SET, List.of(Element.of(address("10.0.0.1"))))))
        .isInstanceOf(NftablesException.class)
        .hasMessage(
            "delete chain inet t no-such: ENOENT (No such file or directory): chain no-such");

    assertThat(Nft.ruleset(host)).isEqualTo(before);
  }

  @Test
  void anErrorNamesTheElement() {
    commit(t -> t.add(HOST_PORTS, List.of(ON_ALL_ADDRESSES)));

    String error = "add elements of map inet t ports: EEXIST (File exists)";
    String named = error + ": element 10.0.0.5 . udp . 80 : 10.244.0.8 . 8080";
    // of Linux 5.10, only later releases name it
    boolean always = KernelVersion.running().isAtLeast(6, 1);
    assertThatThrownBy(() -> commit(t -> t.add(HOST_PORTS, List.of(ON_ONE_ADDRESS))))
        .isInstanceOf(NftablesException.class)
        .extracting(Throwable::getMessage)
        .isIn(named, always ? named : error);
  }

  @Test
  void anErrorSaysWhatElseIsWrong() {
    assertThatThrownBy(() ->
            commit(t -> t.delete(Chain.regular(TABLE, "x")).delete(Chain.regular(TABLE, "y"))))
        .hasMessage(
            "delete chain inet t x: ENOENT (No such file or directory): chain x (and 1 more)")
        .extracting(e -> ((NftablesException) e).failures())
        .asInstanceOf(LIST)
        .hasSize(2);
  }

  @Test
  void anEmptyTransactionIsNotSent() {
    int before = nftables.list().generation();

    nftables.commit(nftables.transaction());

    assertThat(nftables.list().generation()).isEqualTo(before);
  }

  @Test
  void addIsContentWithWhatExistsAndCreateIsNot() {
    commit(t -> t.add(TABLE).add(CHAIN).add(SET).add(INTERVALS).add(HOST_PORTS));

    assertErrno(Errno.EEXIST, t -> t.create(TABLE));
    List<Element> elements = List.of(ON_ALL_ADDRESSES);
    commit(t -> t.create(HOST_PORTS, elements));
    commit(t -> t.add(HOST_PORTS, elements));
    assertErrno(Errno.EEXIST, t -> t.create(HOST_PORTS, elements));
  }

  @Test
  void addRefusesAnotherObjectOfTheSameName() {
    BaseChain input = BaseChain.filter(BaseChain.NF_INET_LOCAL_IN, 0);
    BaseChain forward = BaseChain.filter(BaseChain.NF_INET_FORWARD, 0);
    commit(t -> t.add(new Chain(TABLE, "base", input)));

    assertThatThrownBy(() -> commit(t -> t.add(new Chain(TABLE, "base", forward))))
        .hasMessageStartingWith("add chain inet t base: E");
    NamedSet other = NamedSet.set(TABLE, "s", DataType.of(FieldType.IPV6_ADDR));
    if (KernelVersion.running().isAtLeast(6, 1)) {
      assertErrno(Errno.EEXIST, t -> t.add(other));
    } else {
      // who depends on the type has to look
      commit(t -> t.add(other));
      assertThat(nftables.list().set(TABLE, "s"))
          .extracting(NamedSet::key)
          .isEqualTo(DataType.of(FieldType.IPV4_ADDR));
    }
  }

  @Test
  void deleteRefusesWhatIsNotThere() {
    assertErrno(Errno.ENOENT, t -> t.delete(new Table(TableFamily.IP, "t")));
    assertErrno(Errno.ENOENT, t -> t.delete(HOST_PORTS, List.of(ON_ALL_ADDRESSES)));
    assertErrno(Errno.ENOENT, t -> t.delete(SET, List.of(Element.of(address("10.0.0.1")))));
  }

  @Test
  void removeSaysWhetherTheTableWasThere() {
    commit(t -> t.add(TABLE).add(CHAIN));

    assertThat(nftables.remove(TABLE)).isTrue();
    assertThat(nftables.remove(TABLE)).isFalse();

    assertThat(Nft.ruleset(host)).isEmpty();
  }

  @Test
  void rulesGoWhereTheyAreTold() {
    commit(t -> t.append(CHAIN, rule("b")).append(CHAIN, rule("d")));
    long b = handle("b");
    long d = handle("d");
    commit(t ->
        t.insert(CHAIN, rule("a"))
            .insertBefore(CHAIN, d, rule("c"))
            .appendAfter(CHAIN, d, rule("e"))
            .replace(CHAIN, b, rule("B")));
    assertThat(comments()).containsExactly("a", "B", "c", "d", "e");

    commit(t -> t.deleteRule(CHAIN, d));
    assertThat(comments()).containsExactly("a", "B", "c", "e");

    commit(t -> t.flush(CHAIN).append(CHAIN, rule("z")));
    assertThat(comments()).containsExactly("z");
  }

  @Test
  void flushingATableKeepsChainsAndElements() {
    commit(t -> t.append(CHAIN, rule("a")).add(SET, List.of(Element.of(address("10.0.0.1")))));

    commit(t -> t.flush(TABLE));

    assertThat(comments()).isEmpty();
    assertThat(nftables.list().elements(SET)).hasSize(1);

    commit(t -> t.flush(SET));

    assertThat(nftables.list().elements(SET)).isEmpty();
  }

  @Test
  void chainsAndSetsGo() {
    commit(t -> t.delete(CHAIN).delete(SET).delete(INTERVALS).delete(HOST_PORTS));

    assertThat(Nft.ruleset(host)).isEqualTo("table inet t {\n}\n");
  }

  @Test
  void elementsGoAfterTheirTimeout() {
    commit(t ->
        t.add(
            SET,
            List.of(
                Element.of(address("10.0.0.1")).withTimeout(Duration.ofMillis(50)),
                Element.of(address("10.0.0.2")).withComment("stays"))));

    Eventually.within(
        Duration.ofSeconds(60),
        () ->
            assertThat(nftables.list().elements(SET))
                .containsExactly(Element.of(address("10.0.0.2")).withComment("stays")));
  }

  /** Kernels before 6.12 leave the time of an element as it is that is added again. */
  @Test
  void timeBeginsAgainForWhatIsAddedDeletedAndAdded() {
    Element known = Element.of(address("10.0.0.1")).withTimeout(Duration.ofSeconds(100));
    Element other = Element.of(address("10.0.0.2")).withTimeout(Duration.ofSeconds(200));
    commit(t -> t.add(SET, List.of(known)));

    List<Element> longer =
        List.of(
            known.withTimeout(Duration.ofMinutes(15)).withComment("longer"),
            other.withComment("other"));
    commit(t -> t.add(SET, longer).delete(SET, longer).add(SET, longer));

    List<Element> elements = nftables.list().elements(SET);
    assertThat(elements).containsExactlyInAnyOrderElementsOf(longer);
    assertThat(elements)
        .extracting(Element::expiration)
        .allSatisfy(left -> assertThat(left).isGreaterThan(Duration.ofSeconds(101)));
  }

  @Test
  void anUpdateIsPlannedAgainWhenSomeoneElseWasFaster() {
    AtomicInteger attempts = new AtomicInteger();

    nftables.update((list, transaction) -> {
      if (attempts.incrementAndGet() < 3) {
        host.run("nft", "add", "rule", "inet", "t", "c", "counter");
      }
      transaction.append(CHAIN, rule("ours after " + list.rules(CHAIN).size()));
    });

    assertThat(attempts).hasValue(3);
    assertThat(comments()).hasSize(3).endsWith("ours after 2");
  }

  @Test
  void anUpdateThatNeverFitsEnds() {
    assertThatThrownBy(() ->
            nftables.update((list, transaction) -> {
              commit(t -> t.append(CHAIN, rule("theirs")));
              transaction.append(CHAIN, rule("ours"));
            }))
        .hasMessageStartingWith("begin nftables transaction: ERESTART");
    assertThat(comments()).doesNotContain("ours");
  }

  private interface Commands {
    void addTo(NftablesTransaction transaction);
  }

  private void commit(Commands commands) {
    NftablesTransaction transaction = nftables.transaction();
    commands.addTo(transaction);
    nftables.commit(transaction);
  }

  private void assertErrno(Errno errno, Commands commands) {
    assertThatThrownBy(() -> commit(commands))
        .isInstanceOf(NftablesException.class)
        .extracting(e -> ((NftablesException) e).errno())
        .isEqualTo(errno);
  }

  private static Rule rule(String comment) {
    return Rule.always(Verdict.returnToCaller()).withComment(comment);
  }

  private long handle(String comment) {
    return nftables.list().rules(CHAIN).stream()
        .filter(listed -> comment.equals(listed.rule().comment()))
        .findFirst()
        .orElseThrow()
        .handle();
  }

  private Collection<String> comments() {
    return nftables.list().rules(CHAIN).stream()
        .map(listed -> String.valueOf(listed.rule().comment()))
        .toList();
  }
}
