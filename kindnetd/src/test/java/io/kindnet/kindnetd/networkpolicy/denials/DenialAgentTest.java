package io.kindnet.kindnetd.networkpolicy.denials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.networkpolicy.denials.DenialOptions.Format;
import io.kindnet.kindnetd.networkpolicy.denials.DenyReason.Kind;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.nflog.GroupSettings;
import io.kindnet.netlink.nflog.NflogSocket;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.Table;
import io.kindnet.netlink.nftables.TableFamily;
import io.kindnet.netlink.nftables.expr.Verdict;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real connections, dropped by rules of the kind that the compiler makes. */
@NetworkNamespaces
class DenialAgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int SHORT_MILLIS = 200;
  private static final Table TABLE = new Table(TableFamily.INET, "policies");
  private static final Chain OUTPUT =
      new Chain(
          TABLE,
          "output",
          new BaseChain(
              "filter",
              BaseChain.NF_INET_LOCAL_OUT,
              BaseChain.NF_IP_PRI_FILTER,
              BaseChain.NF_ACCEPT));

  private final Namespace host;
  private final NetworkNamespace entered;
  private final NftablesSocket nftables;
  private final Status status = new Status("test");

  DenialAgentTest(Namespace host) {
    this.host = host;
    host.loopbackUp();
    this.entered = NetworkNamespace.open(host.path().toString());
    this.nftables = entered.call(NftablesSocket::open);
  }

  @AfterEach
  void close() {
    nftables.close();
    entered.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"TEXT", "JSON"})
  void logsAConnectionThatIsDenied(Format format) {
    try (CapturedLog log = CapturedLog.start();
        DenialAgent agent = agent(format)) {
      AtomicInteger changes = new AtomicInteger();
      agent.onChange(changes::incrementAndGet);
      assertThat(agent.rulesMayLog()).isFalse();
      start(agent);
      assertThat(agent.rulesMayLog()).isTrue();
      assertThat(changes).hasValue(1);
      assertThat(status.problem("network-policy-log")).isEmpty();
      assertThat(host.run("nft", "list", "tables")).as("the probe").isEmpty();

      deny();
      tryToConnect("127.0.0.1", 80);
      tryToConnect("::1", 443);

      Eventually.within(
          DEADLINE,
          () -> {
            assertThat(log.linesWith("Denied by network policy")).hasSize(2);
            assertThat(log.linesWith("127.0.0.1").getFirst())
                .contains("web", "default/deny-all", "egress", "TCP", "80");
            assertThat(log.linesWith("::1").getFirst()).contains("default/deny-all", "443");
          });
      assertThat(log.linesWith("{\"ts\":")).hasSize(format == Format.JSON ? 2 : 0);
    }
  }

  @Test
  void saysThatAnotherProgramReadsTheGroup() {
    try (NflogSocket other =
            entered.call(
                () -> NflogSocket.open(DenialLogRule.GROUP, GroupSettings.HEADERS_AT_ONCE));
        DenialAgent agent = agent(Format.TEXT)) {
      assertThat(other.isClosed()).isFalse();
      assertThatThrownBy(() -> start(agent))
          .hasMessageContaining("read group 19080 of nflog")
          .hasMessageContaining("another program reads this group");
      assertThat(agent.rulesMayLog()).isFalse();
    }
  }

  private DenialAgent agent(Format format) {
    return new DenialAgent(
        new DenialOptions(format),
        (direction, chain) ->
            chain.equals("deny-1")
                ? Optional.of(new DenyReason(Kind.DEFAULT_DENY, List.of("default/deny-all")))
                : Optional.empty(),
        address -> Optional.of("default/web"),
        () -> nftables,
        status);
  }

  private void start(DenialAgent agent) {
    entered.call(() -> {
      agent.start();
      return agent;
    });
  }

  private void deny() {
    nftables.commit(
        nftables
            .transaction()
            .add(TABLE)
            .add(OUTPUT)
            .append(OUTPUT, new Rule(DenialLogRule.expressions(Direction.EGRESS, "deny-1"), null))
            .append(OUTPUT, Rule.always(Verdict.drop())));
  }

  private void tryToConnect(String address, int port) {
    entered.call(() -> {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), SHORT_MILLIS);
        throw new AssertionError("connected in spite of the rule");
      } catch (IOException dropped) {
        return address;
      }
    });
  }
}
