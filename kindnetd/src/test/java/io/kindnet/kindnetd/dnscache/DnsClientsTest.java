package io.kindnet.kindnetd.dnscache;

import static io.kindnet.kindnetd.dnscache.Answers.negative;
import static io.kindnet.kindnetd.dnscache.Answers.records;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.CommandResult;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/** Resolvers as they are in images of containers ask in a pod. */
@NetworkNamespaces
@Tag("tproxy")
class DnsClientsTest {
  private final ScriptedNode scripted;
  private final Namespace pod;

  DnsClientsTest(Namespace host, Namespace pod, Namespace outside) {
    this.pod = pod;
    this.scripted =
        new ScriptedNode(
            host,
            pod,
            outside,
            /* bridged= */ false,
            query -> query.answer(answer(query.message())));
    scripted.startAgent();
  }

  /** Of a Service: the name alone, and those that a search list makes of it. */
  private static Message answer(Message query) {
    String name = query.getQuestion().getName().toString();
    boolean known = name.equalsIgnoreCase("db.shop.svc.cluster.local.");
    int type = query.getQuestion().getType();
    if (known && type == Type.A) {
      return records(query, 30, "10.96.3.3");
    }
    if (known && type == Type.AAAA) {
      return records(query, 30, "fd96::33");
    }
    return negative(query, known ? Rcode.NOERROR : Rcode.NXDOMAIN, 30);
  }

  @AfterEach
  void end() throws IOException {
    scripted.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+noedns",
        "+edns=0 +nocookie",
        "+dnssec +nocookie",
        "+bufsize=512 +nocookie",
        "+tcp +nocookie",
        "+cd +nocookie",
        "+cookie"
      })
  void dig(String options) throws IOException {
    List<String> command = new ArrayList<>(List.of("dig", "+tries=1", "+time=20", "@10.96.0.10"));
    command.addAll(List.of(options.split(" ")));
    command.addAll(List.of("db.shop.svc.cluster.local", "A"));

    String first = pod.run(command.toArray(String[]::new));
    long afterwards = scripted.node.questions();
    String second = pod.run(command.toArray(String[]::new));

    assertThat(afterwards).isEqualTo(1);
    // what a server says of a client's cookie is for that client
    assertThat(scripted.node.questions()).isEqualTo(options.equals("+cookie") ? 2 : 1);
    for (String output : List.of(first, second)) {
      assertThat(output)
          .contains("status: NOERROR")
          .contains("10.96.3.3")
          .contains("SERVER: 10.96.0.10#53")
          .doesNotContain("expected", "malformed");
    }
  }

  /** With the search list of a pod, and two questions at once. */
  @ParameterizedTest
  @ValueSource(strings = {"10.96.0.10", "fd96::10"})
  void theResolverOfTheCLibrary(String server, @TempDir Path directory) throws IOException {
    String[] command =
        ScriptedNode.withResolvConf(
            directory, InetAddress.ofLiteral(server), List.of("getent", "ahosts", "db.shop"));

    CommandResult first = pod.tryRun(command);
    long afterwards = scripted.node.questions();
    CommandResult second = pod.tryRun(command);

    assertThat(first.stdout()).as(first.stderr()).contains("10.96.3.3", "fd96::33");
    assertThat(second.stdout()).as(second.stderr()).isEqualTo(first.stdout());
    assertThat(scripted.node.questions()).isPositive().isEqualTo(afterwards);
  }

  /** The answer says so itself, and is none of the cache's making. */
  @Test
  void learnThatThereIsNoSuchName() throws IOException {
    for (int i = 0; i < 2; i++) {
      assertThat(
              pod.run(
                  "dig", "+tries=1", "+time=20", "+nocookie", "@10.96.0.10", "none.example", "MX"))
          .contains("status: NXDOMAIN")
          .contains("AUTHORITY: 1")
          .contains("SOA");
    }
    assertThat(scripted.node.questions()).isEqualTo(1);
  }
}
