package io.kindnet.cni;

import static io.kindnet.cni.CniNode.error;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.netlink.testing.Namespace;
import io.kindnet.netlink.testing.NetworkNamespaces;
import io.kindnet.netlink.testing.Nft;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody else changes the rules of the host ports; the next call puts those of all pods back. */
@NetworkNamespaces
class FlushTest {
  private static final String RANGE = "fd00:10:244:1::/64";

  private final Namespace host;
  private final Namespace old;
  private final Namespace pod;

  @TempDir private Path dataDir;
  private CniNode node;

  FlushTest(Namespace host, Namespace old, Namespace pod) {
    this.host = host;
    this.old = old;
    this.pod = pod;
    node = new CniNode(host, Path.of(""));
  }

  @BeforeEach
  void makeNode() {
    newNode().withHostPort(81, 8080, "tcp").add("old", old);
    node = newNode().withHostPort(80, 8080, "tcp");
  }

  /** Nobody deletes what is not ours, so that the error has to say what there is to do. */
  @Test
  void aTableOfAnotherKindIsNamedUntilItIsDeleted() {
    host.run("nft", "delete", "table", "inet", "cni-kindnet");
    Nft.apply(host, "table inet cni-kindnet {\n map hostport-map-v4 { type mark : mark; }\n}\n");

    JsonNode error = error(node.call("ADD", "new", pod.path().toString(), "eth0", node.config()));
    assertThat(error.path("code").asInt()).isEqualTo(102);
    assertThat(error.path("msg").asText())
        .contains("map inet cni-kindnet hostport-map-v4 is a map of mark : mark and should be");

    host.run("nft", "delete", "table", "inet", "cni-kindnet");
    node.add("new", pod);
    node.del("new", pod);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flush ruleset",
        "delete table inet cni-kindnet",
        "flush table inet cni-kindnet",
        "flush map inet cni-kindnet hostport-any-v6",
        "flush set inet cni-kindnet hairpin-v6",
        "delete element inet cni-kindnet hostport-any-v6 { tcp . 81 }",
        "flush chain inet cni-kindnet prerouting",
        "flush chain inet cni-kindnet output; delete chain inet cni-kindnet output",
        "add table inet cni-kindnet { flags dormant; }",
      })
  void isMendedByTheNext(String damage) {
    List<String> onlyOld = rules("");
    String both = rules(address(node.add("new", pod))).toString();
    node.del("new", pod);

    host.run("nft", damage);
    assertThat(rules("")).as("damaged").isNotEqualTo(onlyOld);
    String address = address(node.add("new", pod));
    assertThat(rules(address)).as("after ADD").hasToString(both);

    host.run("nft", damage);
    assertThat(rules(address)).as("damaged again").doesNotHaveToString(both);
    node.del("new", pod);
    assertThat(rules("")).as("after DEL").isEqualTo(onlyOld);
  }

  private CniNode newNode() {
    return new CniNode(host, dataDir, RANGE).withRealRules();
  }

  /** What {@code nft} lists, in an order and with a name that do not depend on the address. */
  private List<String> rules(String addressOfNew) {
    List<String> parts = new ArrayList<>();
    for (String part : Nft.ruleset(host).split("[{},\n]")) {
      parts.add(addressOfNew.isEmpty() ? part.strip() : part.strip().replace(addressOfNew, "NEW"));
    }
    parts.sort(null);
    return parts;
  }

  private static String address(JsonNode result) {
    String cidr = result.at("/ips/0/address").asText();
    return cidr.substring(0, cidr.indexOf('/'));
  }
}
