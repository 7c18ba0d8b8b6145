package io.kindnet.cni;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.steps.Step;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What calls tell of their steps. */
@NetworkNamespaces
class StepsTest {
  private final Namespace host;
  private final Namespace pod;
  private final List<Step> steps = new ArrayList<>();

  @TempDir private Path dataDir;
  private CniNode node;

  StepsTest(Namespace host, Namespace pod) {
    this.host = host;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    node = new CniNode(host, dataDir, "10.244.1.0/24", "fd00:10:244:1::/64").withRealRules();
    node.withHostPort(53, 53, "udp");
    node.listener(steps::add);
  }

  @Test
  void areThoseOfTheVerb() {
    node.add("abc", pod);

    assertThat(steps)
        .containsExactly(
            Step.DATABASE_OPENED,
            Step.NAMESPACE_OPENED,
            Step.ROWS_WRITTEN,
            Step.ROWS_COMMITTED,
            Step.PAIR_CREATED,
            Step.IPV6_PREPARED,
            Step.HOST_END_PLUGGED,
            Step.LINK_UP,
            Step.HOST_ROUTED,
            Step.POD_ADDRESSED,
            Step.POD_ROUTED,
            Step.HOST_ROUTED,
            Step.POD_ADDRESSED,
            Step.POD_ROUTED,
            Step.PORTS_RESTORED,
            Step.PORTS_INSTALLED,
            Step.FLOWS_FORGOTTEN);

    steps.clear();
    node.del("abc", pod);

    assertThat(steps)
        .containsExactly(
            Step.DATABASE_OPENED,
            Step.FLOWS_FORGOTTEN,
            Step.PORTS_REMOVED,
            Step.PORT_ROWS_DELETED,
            Step.LINK_DELETED,
            Step.ROWS_DELETED);
  }

  @Test
  void areInTheLogWithTheirTime() throws IOException {
    Path log = dataDir.resolve("cni.log");
    Map<String, String> variables = new HashMap<>();
    variables.put("CNI_COMMAND", "ADD");
    variables.put("CNI_CONTAINERID", "abc");
    variables.put("CNI_NETNS", pod.path().toString());
    variables.put("CNI_IFNAME", "eth0");
    variables.put("CNI_LOG_FILE", log.toString());

    assertThat(node.call(variables, node.config().toString()).exitCode()).isZero();

    assertThat(Files.readString(log))
        .containsPattern(
            "\\S+Z ADD container abc interface eth0 netns '\\S+': PAIR_CREATED after \\d+\\.\\d{3}"
                + " ms\n");
  }
}
