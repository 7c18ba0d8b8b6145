package io.kindnet.kindnetd.dnscache;

import static io.kindnet.kindnetd.dnscache.Answers.negative;
import static io.kindnet.kindnetd.dnscache.Answers.records;
import static io.kindnet.kindnetd.dnscache.DnsNode.DIRECT_V4;
import static io.kindnet.kindnetd.dnscache.DnsNode.DIRECT_V6;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVICE_V4;
import static io.kindnet.kindnetd.dnscache.DnsNode.SERVICE_V6;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.testing.JavaProcess;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * What programs in a pod find through the cache, each with the resolver of its own, beside what
 * they find without it: {@code make tools} has built them.
 */
@NetworkNamespaces
@Tag("tproxy")
class RealClientsIT {
  private static final String CLUSTER = ".svc.cluster.local.";

  /** 4 KB of records. */
  private static final String[] MANY =
      IntStream.rangeClosed(1, 250).mapToObj(i -> "198.51.100." + i).toArray(String[]::new);

  private static final List<String> HOSTS =
      List.of(
          "db.shop", "v4.shop", "v6.shop", "alias.shop", "empty.shop", "absent.shop", "many.shop");

  private final ScriptedNode scripted;
  private final Namespace pod;
  private final Path directory;

  RealClientsIT(Namespace host, Namespace pod, Namespace outside, @TempDir Path directory) {
    this.pod = pod;
    this.directory = directory;
    this.scripted =
        new ScriptedNode(host, pod, outside, /* bridged= */ false, RealClientsIT::answer);
    scripted.startAgent();
  }

  private static void answer(ScriptedServer.Asked query) {
    Message answer = answer(query.message());
    query.answer(query.overTcp() ? answer : cut(query.message(), answer));
  }

  @AfterEach
  void end() throws IOException {
    scripted.close();
  }

  private static Message answer(Message query) {
    int type = query.getQuestion().getType();
    String name = query.getQuestion().getName().toString();
    return switch (name) {
      case "db.shop" + CLUSTER -> byType(query, type, "10.96.3.3", "fd96::33");
      case "v4.shop" + CLUSTER -> byType(query, type, "10.96.3.4", "");
      case "v6.shop" + CLUSTER -> byType(query, type, "", "fd96::36");
      case "alias.shop" + CLUSTER -> alias(query, type);
      case "empty.shop" + CLUSTER -> byType(query, type, "", "");
      case "many.shop" + CLUSTER ->
          type == Type.A ? records(query, 300, MANY) : negative(query, Rcode.NOERROR, 300);
      default -> negative(query, Rcode.NXDOMAIN, 300);
    };
  }

  private static Message byType(Message query, int type, String v4, String v6) {
    String data = type == Type.A ? v4 : type == Type.AAAA ? v6 : "";
    return data.isEmpty() ? negative(query, Rcode.NOERROR, 300) : records(query, 300, data);
  }

  private static Message alias(Message query, int type) {
    Name target = Name.fromConstantString("db.shop" + CLUSTER);
    Message answer = Answers.empty(query, Rcode.NOERROR);
    Name owner = query.getQuestion().getName();
    Answers.add(answer, Section.ANSWER, owner, Type.CNAME, 300, target.toString());
    String address = type == Type.A ? "10.96.3.3" : "fd96::33";
    Answers.add(answer, Section.ANSWER, target, type, 300, address);
    return answer;
  }

  /** As many records as the client takes over UDP, as most servers do it. */
  private static Message cut(Message query, Message whole) {
    int limit = query.getOPT() == null ? 512 : query.getOPT().getPayloadSize();
    Message cut = whole;
    while (cut.toWire().length > limit) {
      List<Record> answers = cut.getSection(Section.ANSWER);
      cut.removeRecord(answers.getLast(), Section.ANSWER);
      cut.getHeader().setFlag(Flags.TC);
    }
    return cut;
  }

  @ParameterizedTest
  @ValueSource(strings = {"dns-glibc", "dns-musl", "dns-cares", "dns-go"})
  void programs(String name) throws IOException {
    Path program = Path.of(System.getProperty("kindnet.tools", "target/tools"), name);
    assertThat(program).as("make tools makes it").isExecutable();
    // musl before 1.2.4 takes what is left of an answer that is cut, and asks no further
    boolean overTcp = !name.equals("dns-musl");
    findTheSame(HOSTS, overTcp, program.toAbsolutePath().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"library", "jndi"})
  void programsInJava(String resolver) throws IOException {
    // Java's own resolver takes nothing of a search list
    List<String> hosts =
        resolver.equals("jndi") ? HOSTS.stream().map(host -> host + CLUSTER).toList() : HOSTS;
    findTheSame(
        hosts, true, JavaProcess.command(JavaAddresses.class, resolver).toArray(String[]::new));
  }

  private void findTheSame(List<String> hosts, boolean overTcp, String... program)
      throws IOException {
    for (InetAddress[] server :
        new InetAddress[][] {{DIRECT_V4, SERVICE_V4}, {DIRECT_V6, SERVICE_V6}}) {
      Set<String> direct = find(server[0], hosts, program);
      Set<String> miss = find(server[1], hosts, program);
      long before = scripted.node.questions();
      Set<String> hit = find(server[1], hosts, program);

      assertThat(miss).as(IpAddresses.format(server[1])).isEqualTo(direct);
      assertThat(hit).isEqualTo(direct);
      assertThat(scripted.node.questions()).as("asked again").isPositive().isEqualTo(before);
      assertThat(direct)
          .contains(
              hosts.get(0) + " 10.96.3.3",
              hosts.get(0) + " fd96::33",
              hosts.get(1) + " 10.96.3.4",
              hosts.get(2) + " fd96::36",
              hosts.get(3) + " 10.96.3.3",
              hosts.get(3) + " fd96::33",
              hosts.get(4) + " none",
              hosts.get(5) + " none",
              hosts.get(6) + " 198.51.100.1");
      if (overTcp) {
        assertThat(direct).hasSize(MANY.length + 8);
      }
    }
  }

  /** What a program says when its pod has a resolv.conf with this server, one line for each. */
  private Set<String> find(InetAddress server, List<String> hosts, String... program)
      throws IOException {
    List<String> asking = new ArrayList<>(Arrays.asList(program));
    asking.addAll(hosts);
    String[] command = ScriptedNode.withResolvConf(directory, server, asking);
    Set<String> lines = new TreeSet<>();
    for (String line : pod.run(command).lines().toList()) {
      lines.add(canonical(line));
    }
    return lines;
  }

  /** Java writes addresses of IPv6 in full. */
  private static String canonical(String line) {
    int space = line.indexOf(' ');
    String address = line.substring(space + 1);
    return address.indexOf(':') < 0
        ? line
        : line.substring(0, space + 1) + IpAddresses.format(InetAddress.ofLiteral(address));
  }
}
