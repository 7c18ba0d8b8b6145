package io.kindnet.kindnetd.networkpolicy.denials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.kindnetd.networkpolicy.denials.DenyReason.Kind;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.nflog.LoggedPacket;
import io.kindnet.netlink.nflog.NflogSocket.Packets;
import io.kindnet.netlink.testing.Hex;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DenialLogTest {
  private static final InetAddress WEB = IpAddresses.parse("10.244.0.5");
  private static final InetAddress CLIENT = IpAddresses.parse("10.244.1.6");
  private static final InetAddress OUTSIDE = IpAddresses.parse("192.0.2.9");
  private static final Map<InetAddress, String> PODS =
      Map.of(WEB, "default/web", CLIENT, "other/client");
  private static final Map<String, DenyReason> REASONS =
      Map.of(
          "deny-1", new DenyReason(Kind.DEFAULT_DENY, List.of("default/deny-all", "default/b")),
          "deny-2", new DenyReason(Kind.RULE, List.of("no-metadata")),
          "pending", new DenyReason(Kind.PENDING, List.of()));
  private static final int TCP = 6;
  private static final int ICMP = 1;

  private final List<String> lines = new ArrayList<>();
  private final AtomicLong now = new AtomicLong();
  private final DenialLog log = log(DenialLines.text(lines::add));

  private DenialLog log(DenialLines written) {
    return new DenialLog(
        (direction, chain) -> Optional.ofNullable(REASONS.get(chain)),
        address -> Optional.ofNullable(PODS.get(address)),
        written,
        now::get);
  }

  @Test
  void aConnectionToAPod() {
    log.take(packets(tcp("ingress deny-1", CLIENT, 40000, WEB, 80)));

    assertThat(lines)
        .containsExactly(
            "\"Denied by network policy\" direction=\"ingress\" pod=\"default/web\""
                + " podIP=\"10.244.0.5\" peer=\"other/client\" peerIP=\"10.244.1.6\""
                + " protocol=\"TCP\" sourcePort=40000 port=80"
                + " reason=\"no rule of these policies allows it\""
                + " policies=[\"default/deny-all\",\"default/b\"]");
  }

  @Test
  void aConnectionOfAPodToAnAddressThatIsNoPods() {
    log.take(packets(tcp("egress deny-2", WEB, 40000, OUTSIDE, 443)));

    assertThat(lines)
        .containsExactly(
            "\"Denied by network policy\" direction=\"egress\" pod=\"default/web\""
                + " podIP=\"10.244.0.5\" peerIP=\"192.0.2.9\" protocol=\"TCP\" sourcePort=40000"
                + " port=443 reason=\"denied by a rule\" policies=[\"no-metadata\"]");
  }

  @Test
  void aPingOfAPodThatIsPending() {
    log.take(packets(packet("egress pending", ICMP, WEB, 0x0800, OUTSIDE, 0)));

    assertThat(lines)
        .containsExactly(
            "\"Denied by network policy\" direction=\"egress\" pod=\"default/web\""
                + " podIP=\"10.244.0.5\" peerIP=\"192.0.2.9\" protocol=\"ICMP\" icmpType=8"
                + " icmpCode=0 reason=\"the Pod is not known yet\" policies=[]");
  }

  @Test
  void aChainThatIsNotKnownIsNamed() {
    log.take(packets(tcp("ingress deny-\"\n3", CLIENT, 40000, WEB, 80)));

    assertThat(lines).singleElement().asString().endsWith("policies=[] chain=\"deny-\\\"?3\"");
  }

  @Test
  void asKubernetesComponentsWriteJson() throws Exception {
    Instant time = Instant.ofEpochSecond(1_796_000_000, 123_456_789);
    DenialLog json = log(DenialLines.json(InstantSource.fixed(time), lines::add));

    json.take(packets(tcp("ingress deny-1", CLIENT, 40000, WEB, 80)));
    json.take(packets(tcp("egress deny-2", WEB, 40000, OUTSIDE, 443)));

    JsonNode expected =
        new ObjectMapper()
            .readTree(
                """
                {
                  "ts": 1796000000123.456,
                  "v": 0,
                  "msg": "Denied by network policy",
                  "direction": "ingress",
                  "pod": { "name": "web", "namespace": "default" },
                  "podIP": "10.244.0.5",
                  "peer": { "name": "client", "namespace": "other" },
                  "peerIP": "10.244.1.6",
                  "protocol": "TCP",
                  "sourcePort": 40000,
                  "port": 80,
                  "reason": "no rule of these policies allows it",
                  "policies": [ "default/deny-all", "default/b" ]
                }
                """);
    assertThat(new ObjectMapper().readTree(lines.getFirst())).isEqualTo(expected);
    assertThat(lines.getFirst()).startsWith("{\"ts\":1796000000123.456,");
    JsonNode second = new ObjectMapper().readTree(lines.get(1));
    assertThat(second.has("peer")).isFalse();
    assertThat(second.path("policies").get(0).asText()).isEqualTo("no-metadata");
  }

  @Test
  void oneThatTriesAgainHasOneLine() {
    LoggedPacket syn = tcp("ingress deny-1", CLIENT, 40000, WEB, 80);
    for (int seconds : new int[] {0, 1, 3, 7, 15, 31, 63, 127}) {
      now.set(Duration.ofSeconds(seconds).toNanos());
      log.take(packets(syn));
    }
    assertThat(lines).hasSize(1);

    log.take(packets(tcp("ingress deny-1", CLIENT, 40001, WEB, 80)));
    log.take(packets(tcp("egress deny-2", CLIENT, 40000, WEB, 80)));
    assertThat(lines).as("other connections").hasSize(3);

    now.addAndGet(Duration.ofMinutes(3).toNanos());
    log.take(packets(syn));
    assertThat(lines).as("after a long time").hasSize(4);
    assertThat(log.leftOut()).isZero();
  }

  @Test
  void saysHowManyHaveNoLine() {
    for (int port = 1; port <= 1000; port++) {
      log.take(packets(tcp("ingress deny-1", CLIENT, port, WEB, 80)));
    }
    assertThat(lines).hasSize(100);
    assertThat(log.logged()).isEqualTo(100);
    assertThat(log.leftOut()).isEqualTo(900);
    now.addAndGet(Duration.ofSeconds(5).toNanos());
    log.take(new Packets(List.of(), 34, false));
    assertThat(lines).hasSize(100);

    now.addAndGet(Duration.ofSeconds(6).toNanos());
    log.take(new Packets(List.of(), 0, false));
    log.take(new Packets(List.of(), 0, false));

    assertThat(lines).hasSize(101);
    assertThat(lines.getLast()).isEqualTo("\"Denied packets without a line\" count=934 seconds=11");
    log.take(packets(tcp("ingress deny-1", CLIENT, 1000, WEB, 80)));
    assertThat(lines).as("one that had none").hasSize(102);
  }

  @Test
  void packetsOfOthersInTheGroupAreLeftAlone() {
    log.take(packets(tcp("somebody else's", CLIENT, 40000, WEB, 80)));
    log.take(
        packets(
            new LoggedPacket(
                7,
                4,
                0x0806,
                "ingress deny-1",
                0,
                0,
                0,
                Optional.empty(),
                0,
                ByteBuffer.wrap(Hex.parse("00 01 08 00")))));

    assertThat(lines).isEmpty();
    assertThat(log.leftOut()).isZero();
  }

  private static Packets packets(LoggedPacket packet) {
    return new Packets(List.of(packet), 0, false);
  }

  private static LoggedPacket tcp(
      String prefix, InetAddress source, int from, InetAddress destination, int to) {
    return packet(prefix, TCP, source, from, destination, to);
  }

  private static LoggedPacket packet(
      String prefix,
      int protocol,
      InetAddress source,
      int first,
      InetAddress destination,
      int second) {
    ByteBuffer packet = ByteBuffer.allocate(24);
    packet.put(0, (byte) 0x45).put(9, (byte) protocol);
    packet.put(12, source.getAddress()).put(16, destination.getAddress());
    packet.putShort(20, (short) first).putShort(22, (short) second);
    return new LoggedPacket(
        2, 4, 0x0800, prefix, 0, 0, 0, Optional.empty(), 0, packet.asReadOnlyBuffer());
  }
}
