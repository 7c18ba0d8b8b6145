package io.kindnet.kindnetd.dnscache.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.dnscache.Answers;
import io.kindnet.kindnetd.dnscache.resolver.AnswerWatch;
import io.kindnet.kindnetd.dnscache.resolver.CachingResolver;
import io.kindnet.kindnetd.dnscache.resolver.NameServer;
import io.kindnet.kindnetd.dnscache.resolver.Resolver;
import io.kindnet.kindnetd.dnscache.resolver.ResolverOptions;
import io.kindnet.kindnetd.dnscache.resolver.ResolverStatistics;
import io.kindnet.kindnetd.dnscache.resolver.ServerListener;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import io.kindnet.netlink.testing.Deadlines;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What clients get through the cache from real servers, beside what they get without it. */
class RealServersIT {
  private static final int QUERIES = 2_500;
  private static final Duration DEADLINE = Deadlines.scaled(Duration.ofSeconds(20));
  private static final int[] TYPES = {
    Type.A,
    Type.AAAA,
    Type.A,
    Type.AAAA,
    Type.TXT,
    Type.MX,
    Type.SRV,
    Type.CNAME,
    Type.NS,
    Type.SOA,
    Type.CAA,
    Type.DS,
    Type.DNSKEY,
    65,
    65280
  };

  @TempDir static Path directory;
  private static @Nullable NameServers servers;

  private final Resolver resolver =
      new CachingResolver(
          new ResolverOptions(16 << 20, Duration.ofHours(1), DEADLINE, 4096),
          new NoListener(),
          AnswerWatch.NONE);

  @BeforeAll
  static void start() throws IOException {
    servers = new NameServers(directory);
  }

  @AfterAll
  static void stop() {
    if (servers != null) {
      servers.close();
    }
  }

  @AfterEach
  void close() {
    resolver.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bind", "unbound", "coredns"})
  void answersAreThoseOfTheServer(String name) throws Exception {
    InetSocketAddress address = address(name);
    NameServer server = resolver.add(address);
    Random random = new Random(21);
    List<String> names = new ArrayList<>(new ZoneText(NameServers.PLAIN).names());
    names.addAll(new ZoneText(NameServers.SIGNED).names());
    names.add("host.elsewhere.test."); // REFUSED by BIND, of which unbound makes SERVFAIL
    names.add("1.v4only.test.");
    for (int i = 0; i < QUERIES; i++) {
      Message query = query(names.get(random.nextInt(names.size())), random);
      Transport transport = random.nextInt(4) == 0 ? Transport.TCP : Transport.UDP;
      Message direct = DirectClient.ask(address, query, transport);
      Message whole = DirectClient.ask(address, query, Transport.TCP);
      for (String time : new String[] {"miss", "hit"}) {
        Message cached = new ResolverClient(resolver).ask(server, query, transport);
        String about =
            time
                + " "
                + i
                + " over "
                + transport
                + " of\n"
                + query
                + "\ncached\n"
                + cached
                + "\ndirect\n"
                + direct;
        new AnswerComparison(about).compare(direct, whole, cached);
      }
    }
    ResolverStatistics statistics = resolver.statistics();
    assertThat(statistics.hits().values().stream().mapToLong(Long::longValue).sum())
        .isGreaterThan(QUERIES / 2);
    assertThat(statistics.passed()).isZero();
    assertThat(statistics.declined()).isZero();
    assertThat(statistics.servers().getFirst().discarded()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bind", "unbound", "coredns"})
  void aTypeThatIsHiddenDoesNotHideTheName(String name) throws Exception {
    NameServer server = resolver.add(address(name));
    ResolverClient client = new ResolverClient(resolver);
    boolean hidden = name.equals("coredns");
    for (int i = 0; i < 40; i++) {
      String there = hidden ? i + ".v4only.test." : "v4-" + i + "." + NameServers.PLAIN + ".";
      Message v6 = client.ask(server, Answers.query(there, Type.AAAA), Transport.UDP);
      assertThat(v6.getRcode()).isEqualTo(hidden ? Rcode.NXDOMAIN : Rcode.NOERROR);
      Message v4 = client.ask(server, Answers.query(there, Type.A), Transport.UDP);
      assertThat(v4.getSection(Section.ANSWER)).as(there).hasSize(1);
    }
  }

  @Test
  void aZoneIsTransferredThroughIt() throws Exception {
    NameServer server = resolver.add(address("bind"));
    Message transfer = Answers.query(NameServers.PLAIN + ".", Type.AXFR);
    int begins = 0;
    int records = 0;
    ResolverClient client = new ResolverClient(resolver);
    client.send(server, transfer, Transport.TCP);
    while (begins < 2) {
      Message part = client.next();
      assertThat(part.getHeader().getID()).isEqualTo(transfer.getHeader().getID());
      for (Record record : part.getSection(Section.ANSWER)) {
        begins += record.getType() == Type.SOA ? 1 : 0;
        records++;
      }
    }
    assertThat(records).isGreaterThan(1500);
  }

  @Test
  void whatOnlyTheServerKnowsIsAnsweredByIt() throws Exception {
    NameServer server = resolver.add(address("bind"));
    Record version = Record.newRecord(Name.fromString("version.bind."), Type.TXT, DClass.CHAOS);
    Message answer =
        new ResolverClient(resolver).ask(server, Message.newQuery(version), Transport.UDP);
    assertThat(answer.getSection(Section.ANSWER)).hasSize(1);
    assertThat(resolver.statistics().passed()).isEqualTo(1);
  }

  private static InetSocketAddress address(String name) {
    NameServers started = Objects.requireNonNull(servers);
    return switch (name) {
      case "bind" -> started.bind();
      case "unbound" -> started.unbound();
      default -> started.coreDns();
    };
  }

  private static Message query(String name, Random random) throws IOException {
    StringBuilder mixed = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char letter = name.charAt(i);
      mixed.append(random.nextInt(4) == 0 ? Character.toUpperCase(letter) : letter);
    }
    int type = TYPES[random.nextInt(TYPES.length)];
    Message query =
        random.nextBoolean()
            ? Answers.query(mixed.toString(), type)
            : Answers.extended(
                mixed.toString(),
                type,
                new int[] {512, 1232, 4096}[random.nextInt(3)],
                random.nextBoolean() ? ExtendedFlags.DO : 0);
    if (random.nextInt(4) == 0) {
      query.getHeader().setFlag(random.nextBoolean() ? Flags.AD : Flags.CD);
    }
    return query;
  }

  private static final class NoListener implements ServerListener {
    @Override
    public void fellSilent(NameServer server) {}

    @Override
    public void answersAgain(NameServer server) {}
  }
}
