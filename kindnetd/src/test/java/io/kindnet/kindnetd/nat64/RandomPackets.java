package io.kindnet.kindnetd.nat64;

import io.kindnet.kindnetd.nat64.Packet.Fragment;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Packets as hosts and routers may send them: all fields that matter are random, checksums are
 * right.
 */
final class RandomPackets {
  private final Random random;
  private final byte[] pod;
  private final byte[] server6;
  private final byte[] pool;
  private final byte[] server;

  RandomPackets(long seed, byte[] pod, byte[] server6, byte[] pool, byte[] server) {
    this.random = new Random(seed);
    this.pod = pod;
    this.server6 = server6;
    this.pool = pool;
    this.server = server;
  }

  /** From the pod to the server. */
  byte[] fromPod() {
    return packet6(pod, server6, random.nextInt(4) == 0);
  }

  /** From the server, or a router on the way, to the pod. */
  byte[] toPod() {
    return packet4(server, pool, random.nextInt(4) == 0);
  }

  private byte[] packet6(byte[] source, byte[] destination, boolean error) {
    int protocol = error ? Packet.ICMPV6 : protocol(Packet.ICMPV6);
    Fragment fragment = error ? null : fragment(/* bits= */ 32);
    byte[] payload = error ? error6() : payload(protocol, 128, fragment);
    sum(
        protocol,
        payload,
        fragment,
        Checksums.pseudo6(source, destination, protocol, payload.length));
    ByteArrayOutputStream headers = new ByteArrayOutputStream();
    int first = protocol;
    if (fragment != null) {
      headers.writeBytes(
          ByteBuffer.allocate(8)
              .put((byte) protocol)
              .put((byte) 0)
              .putShort((short) (fragment.offset() << 3 | (fragment.more() ? 1 : 0)))
              .putInt(fragment.id())
              .array());
      first = 44;
    }
    for (int i = random.nextInt(3); i > 0 && random.nextBoolean(); i--) {
      byte[] before = headers.toByteArray();
      byte[] header = new byte[8 * (1 + random.nextInt(3))];
      header[0] = (byte) first;
      header[1] = (byte) (header.length / 8 - 1);
      first = i == 1 ? 0 : random.nextBoolean() ? 60 : 43;
      headers.reset();
      headers.writeBytes(header);
      headers.writeBytes(before);
    }
    return ByteBuffer.allocate(40 + headers.size() + payload.length)
        .putInt(6 << 28 | random.nextInt(1 << 28))
        .putShort((short) (headers.size() + payload.length))
        .put((byte) first)
        .put((byte) (1 + random.nextInt(255)))
        .put(source)
        .put(destination)
        .put(headers.toByteArray())
        .put(payload)
        .array();
  }

  private byte[] packet4(byte[] source, byte[] destination, boolean error) {
    int protocol = error ? Packet.ICMP : protocol(Packet.ICMP);
    Fragment fragment = error ? null : fragment(/* bits= */ 16);
    byte[] payload = error ? error4() : payload(protocol, 8, fragment);
    byte[] pseudo = Checksums.pseudo4(source, destination, protocol, payload.length);
    sum(protocol, payload, fragment, protocol == Packet.ICMP ? new byte[0] : pseudo);
    if (protocol == Packet.UDP && fragment == null && random.nextInt(4) == 0) {
      payload[6] = 0;
      payload[7] = 0;
    }
    byte[] options = new byte[4 * (random.nextInt(3) == 0 ? random.nextInt(4) : 0)];
    Arrays.fill(options, (byte) 1);
    int word = fragment == null ? random.nextInt(2) << 14 : fragment.offset();
    ByteBuffer out =
        ByteBuffer.allocate(20 + options.length + payload.length)
            .put((byte) (0x45 + options.length / 4))
            .put((byte) random.nextInt(256))
            .putShort((short) (20 + options.length + payload.length))
            .putShort((short) (fragment == null ? random.nextInt(1 << 16) : fragment.id()))
            .putShort((short) (word | (fragment != null && fragment.more() ? 0x2000 : 0)))
            .put((byte) (1 + random.nextInt(255)))
            .put((byte) protocol)
            .putShort((short) 0)
            .put(source)
            .put(destination)
            .put(options);
    out.putShort(10, (short) Checksums.of(Arrays.copyOf(out.array(), 20 + options.length)));
    return out.put(payload).array();
  }

  private int protocol(int icmp) {
    int[] all = {Packet.TCP, Packet.UDP, icmp, Packet.TCP, Packet.UDP, icmp, 132, 47};
    return all[random.nextInt(all.length)];
  }

  private @Nullable Fragment fragment(int bits) {
    if (random.nextInt(4) != 0) {
      return null;
    }
    int offset = random.nextBoolean() ? 0 : 1 + random.nextInt(5000);
    int id = random.nextInt() >>> (32 - bits);
    return new Fragment(offset, offset == 0 || random.nextBoolean(), id);
  }

  private byte[] payload(int protocol, int echo, @Nullable Fragment fragment) {
    byte[] payload = new byte[40 + random.nextInt(random.nextBoolean() ? 1360 : 60)];
    random.nextBytes(payload);
    if (fragment == null || fragment.offset() == 0) {
      if (protocol == Packet.TCP) {
        payload[12] = 5 << 4;
        payload[13] = 0x10;
      } else if (protocol == Packet.ICMP || protocol == Packet.ICMPV6) {
        payload[0] = (byte) (echo == 128 ? echo + random.nextInt(2) : random.nextBoolean() ? 8 : 0);
        payload[1] = 0;
      }
    }
    return payload;
  }

  private byte[] error6() {
    byte[] about = packet6(server6, pod, false);
    int length = Math.min(about.length, 120 + random.nextInt(1000));
    ByteBuffer error = ByteBuffer.allocate(8 + length);
    int type = 1 + random.nextInt(4);
    error.put((byte) type).put((byte) random.nextInt(type == 1 ? 6 : 2)).putShort((short) 0);
    error.putInt(type == 2 ? 1280 + random.nextInt(8000) : random.nextInt(45));
    return error.put(about, 0, length).array();
  }

  private byte[] error4() {
    byte[] about = packet4(pool, server, false);
    int length = Math.min(about.length, 40 + random.nextInt(1400));
    ByteBuffer error = ByteBuffer.allocate(8 + length);
    int[] types = {3, 3, 3, 11, 12, 5};
    int type = types[random.nextInt(types.length)];
    error.put((byte) type).put((byte) random.nextInt(type == 3 ? 16 : 3)).putShort((short) 0);
    error.putInt(type == 12 ? random.nextInt(22) << 24 : random.nextInt(3) * random.nextInt(1500));
    return error.put(about, 0, length).array();
  }

  private static void sum(
      int protocol, byte[] payload, @Nullable Fragment fragment, byte[] pseudo) {
    if (fragment != null && fragment.offset() > 0) {
      return;
    }
    int at =
        switch (protocol) {
          case Packet.TCP -> 16;
          case Packet.UDP -> 6;
          case Packet.ICMP, Packet.ICMPV6 -> 2;
          default -> -1;
        };
    if (at >= 0) {
      ByteBuffer bytes = ByteBuffer.wrap(payload).putShort(at, (short) 0);
      int sum = Checksums.of(pseudo, payload);
      bytes.putShort(at, (short) (sum == 0 ? 0xffff : sum));
    }
  }
}
