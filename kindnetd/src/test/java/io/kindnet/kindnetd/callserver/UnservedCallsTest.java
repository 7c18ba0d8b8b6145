package io.kindnet.kindnetd.callserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.kindnetd.CapturedLog;
import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that the agent does not serve, while it enforces policies: they change its table. */
@NetworkNamespaces
class UnservedCallsTest {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final String REPAIRS = "kindnet_repairs_total{agent=\"network-policy\"}";
  private static final int MANY = 8;

  private final Namespace host;
  private final Namespace pod;
  private final Namespace other;
  private final Path directory;

  UnservedCallsTest(Namespace host, Namespace pod, Namespace other, @TempDir Path directory) {
    this.host = host;
    this.pod = pod;
    this.other = other;
    this.directory = directory;
  }

  @BeforeEach
  void prepare() {
    host.loopbackUp();
  }

  /** What calls add and take away is theirs; what others do is still put right, and told. */
  @Test
  void areNotTakenForOthers() throws Exception {
    try (CapturedLog log = CapturedLog.start();
        EnforcingNode node = new EnforcingNode(host, directory, "")) {
      node.agents().denyAllIn("default");
      node.agents().show("default", "web");
      node.agents().show("default", "served");
      Eventually.within(SOON, () -> assertThat(node.rememberedNamespaces()).contains("default"));
      JsonNode served = node.add("default", "served", other);
      for (int i = 0; i < MANY; i++) {
        JsonNode web = node.addCold("default", "web", pod);
        Eventually.within(
            SOON,
            () -> {
              assertThat(node.pending()).doesNotContain("elements");
              assertThat(node.mentions(web)).isEqualTo(2);
            });
        node.delCold("web", pod);
        Eventually.within(SOON, () -> assertThat(node.mentions(web)).isZero());
      }
      assertThat(log.linesWith("network-policy")).isEmpty();
      assertThat(log.linesWith(PolicyTable.TABLE.name())).isEmpty();
      assertThat(node.metric(REPAIRS)).isIn("", "0.0");

      Nft.apply(host, "flush map inet kindnet-network-policies ingress-v4\n");
      Eventually.within(
          SOON,
          () -> {
            assertThat(log.linesWith("had been changed by others")).hasSize(1);
            assertThat(node.mentions(served)).isEqualTo(2);
          });
    }
  }
}
