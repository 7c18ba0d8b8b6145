package io.kindnet.kindnetd.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.testing.KernelVersion;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the trace needs of the kernel. */
@NetworkNamespaces
class TraceSupportTest {
  private static final TraceQuestion QUESTION =
      new TraceQuestion(
          Set.of(IpAddresses.parse("10.244.0.5")),
          Set.of(),
          Optional.empty(),
          Optional.empty(),
          1,
          Duration.ofMillis(100));

  private static final NodeFacts NOTHING =
      new NodeFacts() {
        @Override
        public Optional<String> podAt(InetAddress address) {
          return Optional.empty();
        }

        @Override
        public List<String> policies(
            InetAddress source, InetAddress destination, int protocol, int port) {
          return List.of();
        }
      };

  private static TraceReport traceIn(Namespace node) {
    try (NetworkNamespace entered = NetworkNamespace.open(node.path().toString())) {
      return entered.call(() -> PacketTracer.trace(QUESTION, NOTHING, () -> {}));
    }
  }

  @Test
  void saysWhereTheKernelHasNoTablesThatGoWithTheirOwner(Namespace node) {
    if (KernelVersion.running().isAtLeast(5, 12)) {
      assertThat(traceIn(node).text()).isEqualTo("0 packets, 0 dropped\n");
    } else {
      assertThatThrownBy(() -> traceIn(node))
          .hasStackTraceContaining(
              "this kernel has no tables that go with their owner (Linux 5.12 and newer have):"
                  + " nothing is traced");
    }
    assertThat(Nft.ruleset(node)).isEmpty();
  }
}
