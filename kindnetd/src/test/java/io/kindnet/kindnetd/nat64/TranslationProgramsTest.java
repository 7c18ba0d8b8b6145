package io.kindnet.kindnetd.nat64;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.bpf.BpfProgram;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The programs in the kernel against the plain translator, packet by packet. */
@Tag("bpf")
class TranslationProgramsTest {
  private static final int TC_ACT_OK = 0; // linux/pkt_cls.h
  private static final int TC_ACT_SHOT = 2;
  private static final int ETHERNET = 14;
  private static final int PACKETS = 20_000;
  private static final byte[] POD = IpAddresses.parse("fd00:10:244::5").getAddress();
  private static final byte[] POOL = IpAddresses.parse("240.64.0.5").getAddress();
  private static final byte[] SERVER = IpAddresses.parse("198.51.100.9").getAddress();

  private final TranslationPrograms programs = TranslationPrograms.load(List.of());

  @AfterEach
  void close() {
    programs.close();
  }

  private TranslationPrefix use(String prefix) {
    TranslationPrefix translation = new TranslationPrefix(IpPrefix.parse(prefix));
    programs.configure(translation, /* maxSegment= */ 0);
    programs.add(IpAddresses.of(POD), IpAddresses.of(POOL));
    return translation;
  }

  private static byte[] framed(int type, byte[] packet) {
    return ByteBuffer.allocate(ETHERNET + packet.length)
        .putShort(12, (short) type)
        .put(ETHERNET, packet)
        .array();
  }

  /** The packet of IP that the program has made; empty if it has thrown it away. */
  private static Optional<byte[]> run(BpfProgram program, int type, byte[] packet) {
    BpfProgram.Run run = program.run(framed(type, packet));
    if (run.result() == TC_ACT_SHOT) {
      return Optional.empty();
    }
    assertThat(run.result()).isEqualTo(TC_ACT_OK);
    int made = ByteBuffer.wrap(run.packet()).getShort(12) & 0xffff;
    assertThat(made).isEqualTo(type == 0x86dd ? 0x0800 : 0x86dd);
    return Optional.of(Arrays.copyOfRange(run.packet(), ETHERNET, run.packet().length));
  }

  /** The same without what is random in it, after a look at the sum of its header. */
  private static byte[] withoutId(byte[] packet) {
    byte[] header = Arrays.copyOf(packet, 20);
    assertThat(Checksums.of(header)).as("checksum of the header").isZero();
    ByteBuffer bytes = ByteBuffer.wrap(packet);
    if ((bytes.getShort(6) & 0x3fff) == 0) {
      bytes.putShort(4, (short) 0).putShort(10, (short) 0);
      bytes.putShort(10, (short) Checksums.of(Arrays.copyOf(packet, 20)));
    }
    return packet;
  }

  private static String hex(Optional<byte[]> packet) {
    return packet.map(HexFormat.of()::formatHex).orElse("none");
  }

  private void compare(TranslationPrefix prefix, long seed, int packets) {
    byte[] server6 = prefix.embed(IpAddresses.of(SERVER)).getAddress();
    Rfc7915 rfc =
        new Rfc7915(
            address -> Arrays.equals(address, POD) ? POOL : SERVER,
            address -> Arrays.equals(address, POOL) ? POD : server6);
    RandomPackets random = new RandomPackets(seed, POD, server6, POOL, SERVER);
    int translated = 0;
    for (int i = 0; i < packets; i++) {
      byte[] packet = random.fromPod();
      Optional<byte[]> made = run(programs.toIpv4(), 0x86dd, packet).map(p -> withoutId(p));
      assertThat(hex(made))
          .as("packet %s of seed %s: %s", i, seed, HexFormat.of().formatHex(packet))
          .isEqualTo(hex(rfc.toIpv4(packet)));
      translated += made.isPresent() ? 1 : 0;
      packet = random.toPod();
      made = run(programs.toIpv6(), 0x0800, packet);
      assertThat(hex(made))
          .as("packet %s of seed %s: %s", i, seed, HexFormat.of().formatHex(packet))
          .isEqualTo(hex(rfc.toIpv6(packet)));
      translated += made.isPresent() ? 1 : 0;
    }
    assertThat(translated).isGreaterThan(packets);
  }

  @Test
  void makeOfEachPacketWhatTheRfcSays() {
    compare(use("64:ff9b::/96"), 64, PACKETS);
  }

  @Test
  void takePrefixesOfAllLengths() {
    for (String prefix :
        List.of(
            "2001:db8::/32",
            "2001:db8:100::/40",
            "2001:db8:122::/48",
            "2001:db8:122:300::/56",
            "2001:db8:122:344::/64",
            "2001:db8:122:344::/96")) {
      compare(use(prefix), 65, 300);
    }
  }

  @Test
  void tellServersTheSegmentsThatFit() {
    TranslationPrefix prefix = use("64:ff9b::/96");
    programs.configure(prefix, /* maxSegment= */ 1432);
    assertThat(segmentAfter(prefix, "020405a0", 1440)).isEqualTo(1432);
    assertThat(segmentAfter(prefix, "01010402020405a0", 1440)).isEqualTo(1432);
    assertThat(segmentAfter(prefix, "02040400", 1024)).isEqualTo(1024);
  }

  /** The segment size that a SYN with {@code options} has, the last one of which tells it. */
  private int segmentAfter(TranslationPrefix prefix, String options, int before) {
    byte[] server6 = prefix.embed(IpAddresses.of(SERVER)).getAddress();
    byte[] last = HexFormat.of().parseHex(options);
    byte[] syn = Arrays.copyOf(new byte[] {1, 2, 0, 80}, 20 + last.length);
    syn[12] = (byte) ((syn.length / 4) << 4);
    syn[13] = 2;
    System.arraycopy(last, 0, syn, 20, last.length);
    ByteBuffer bytes = ByteBuffer.wrap(syn);
    assertThat(bytes.getShort(syn.length - 2)).isEqualTo((short) before);
    byte[] pseudo = Checksums.pseudo6(POD, server6, Packet.TCP, syn.length);
    bytes.putShort(16, (short) Checksums.of(pseudo, syn));
    Packet packet = new Packet(POD, server6, 0, 64, Packet.TCP, null, true, syn);
    byte[] made = run(programs.toIpv4(), 0x86dd, packet.write6(syn.length)).orElseThrow();
    byte[] segment = Arrays.copyOfRange(made, 20, made.length);
    byte[] pseudo4 = Checksums.pseudo4(POOL, SERVER, Packet.TCP, segment.length);
    assertThat(Checksums.of(pseudo4, segment)).as("checksum").isZero();
    return ByteBuffer.wrap(segment).getShort(segment.length - 2);
  }

  @Test
  void throwAwayWhatIsNotForThem() {
    use("64:ff9b::/96");
    byte[] server6 = IpAddresses.parse("64:ff9b::1").getAddress();
    byte[] other = IpAddresses.parse("fd00::9").getAddress();
    byte[] pool = IpAddresses.parse("240.64.0.9").getAddress();
    for (int i = 0; i < 100; i++) {
      run6Refused(new RandomPackets(i, other, server6, pool, SERVER).fromPod());
      run6Refused(new RandomPackets(i, POD, other, POOL, SERVER).fromPod());
      byte[] packet = new RandomPackets(i, POD, server6, pool, SERVER).toPod();
      assertThat(run(programs.toIpv6(), 0x0800, packet)).isEmpty();
    }
    assertThat(programs.count(PacketCounter.OTHER_PREFIX).packets()).isPositive();
    assertThat(programs.count(PacketCounter.UNKNOWN_POD).packets()).isGreaterThan(100);
    assertThat(programs.count(PacketCounter.TO_IPV6)).isEqualTo(new Count(0, 0));
  }

  private void run6Refused(byte[] packet) {
    assertThat(run(programs.toIpv4(), 0x86dd, packet)).isEmpty();
  }

  /** Whatever comes, the kernel goes on; the addresses stay those of the pod. */
  @Test
  void standPacketsThatAreCutOrChanged() {
    TranslationPrefix prefix = use("64:ff9b::/96");
    byte[] server6 = prefix.embed(IpAddresses.of(SERVER)).getAddress();
    RandomPackets packets = new RandomPackets(7, POD, server6, POOL, SERVER);
    Random random = new Random(7);
    for (int i = 0; i < PACKETS; i++) {
      byte[] six = broken(random, packets.fromPod(), 40);
      run(programs.toIpv4(), 0x86dd, six)
          .ifPresent(made -> assertThat(Arrays.copyOfRange(made, 12, 16)).isEqualTo(POOL));
      byte[] four = broken(random, packets.toPod(), 20);
      run(programs.toIpv6(), 0x0800, four)
          .ifPresent(made -> assertThat(Arrays.copyOfRange(made, 24, 40)).isEqualTo(POD));
    }
  }

  private static byte[] broken(Random random, byte[] packet, int header) {
    byte[] cut =
        random.nextBoolean()
            ? packet
            : Arrays.copyOf(packet, header + random.nextInt(packet.length - header));
    for (int i = random.nextInt(4); i > 0 && cut.length > header; i--) {
      cut[header + random.nextInt(Math.min(60, cut.length - header))] = (byte) random.nextInt();
    }
    return cut;
  }

  @Test
  void aRestartTakesOverThePodsAndTheCounts() {
    use("64:ff9b::/96");
    byte[] server6 = IpAddresses.parse("64:ff9b::1").getAddress();
    RandomPackets packets = new RandomPackets(7, POD, server6, POOL, SERVER);
    for (int i = 0; i < 10; i++) {
      run(programs.toIpv4(), 0x86dd, packets.fromPod());
    }
    Count count = programs.count(PacketCounter.TO_IPV4);
    assertThat(count.packets()).isPositive();
    List<Integer> running = List.of(programs.toIpv4().id(), programs.toIpv6().id());
    try (TranslationPrograms next = TranslationPrograms.load(running)) {
      assertThat(next.pods()).isEqualTo(Map.of(IpAddresses.of(POD), IpAddresses.of(POOL)));
      assertThat(next.count(PacketCounter.TO_IPV4)).isEqualTo(count);
      next.remove(IpAddresses.of(POD), IpAddresses.of(POOL));
      assertThat(programs.pods()).isEmpty();
    }
  }
}
