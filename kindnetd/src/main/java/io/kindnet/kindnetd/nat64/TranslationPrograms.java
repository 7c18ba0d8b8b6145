package io.kindnet.kindnetd.nat64;

import io.kindnet.netlink.bpf.BpfMap;
import io.kindnet.netlink.bpf.BpfObject;
import io.kindnet.netlink.bpf.BpfProgram;
import io.kindnet.netlink.bpf.MapDefinition;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.libc.BpfCall;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The programs of {@code src/main/bpf/nat64.c} in the kernel, and the maps that they share. */
final class TranslationPrograms implements AutoCloseable {
  private static final String OBJECT = "nat64.bpf";
  private static final String PODS = "nat64_pods";
  private static final String POOL = "nat64_pool";
  private static final String CONFIGURATION = "nat64_config";
  private static final String COUNTS = "nat64_counts";

  /** {@code struct configuration} of {@code packet.h}. */
  private static final int CONFIGURATION_LENGTH = 32;

  private static final int MASK = 12;
  private static final int PREFIX_LENGTH = 24;
  private static final int MAX_SEGMENT = 28;

  private final Map<String, BpfMap> maps;
  private final BpfProgram toIpv4;
  private final BpfProgram toIpv6;

  private TranslationPrograms(Map<String, BpfMap> maps, BpfProgram toIpv4, BpfProgram toIpv6) {
    this.maps = maps;
    this.toIpv4 = toIpv4;
    this.toIpv6 = toIpv6;
  }

  /**
   * Loads the programs. They take over the maps of those that run, if these are of the same kind.
   *
   * @param running the numbers of the programs of an earlier run
   * @throws KernelException what this kernel lacks, with the end of what its verifier said
   */
  static TranslationPrograms load(Collection<Integer> running) {
    BpfObject object = BpfObject.read(object());
    Map<String, BpfMap> maps = mapsOf(running);
    List<BpfProgram> programs = new ArrayList<>();
    boolean loaded = false;
    try {
      for (MapDefinition wanted : object.maps()) {
        BpfMap present = maps.get(wanted.name());
        if (present == null || !present.definition().equals(wanted)) {
          maps.put(wanted.name(), create(wanted));
          if (present != null) {
            present.close();
          }
        }
      }
      programs.add(object.load("to_ipv4", maps));
      programs.add(object.load("to_ipv6", maps));
      loaded = true;
      return new TranslationPrograms(maps, programs.getFirst(), programs.getLast());
    } finally {
      if (!loaded) {
        programs.forEach(BpfProgram::close);
        maps.values().forEach(BpfMap::close);
      }
    }
  }

  private static byte[] object() {
    try (InputStream in = TranslationPrograms.class.getResourceAsStream(OBJECT)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + OBJECT);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BpfMap create(MapDefinition wanted) {
    try {
      return BpfMap.create(wanted);
    } catch (KernelException refused) {
      if (refused.errno() != Errno.EPERM) {
        throw refused;
      }
    }
    BpfCall.liftMemoryLimit();
    return BpfMap.create(wanted);
  }

  private static Map<String, BpfMap> mapsOf(Collection<Integer> programs) {
    Map<String, BpfMap> maps = new HashMap<>();
    for (int id : programs) {
      try (BpfProgram program = BpfProgram.byId(id)) {
        for (int mapId : program.mapIds()) {
          BpfMap map = BpfMap.byId(mapId);
          BpfMap other = maps.put(map.definition().name(), map);
          if (other != null) {
            other.close();
          }
        }
      } catch (KernelException gone) {
        if (gone.errno() != Errno.ENOENT) {
          throw gone;
        }
      }
    }
    return maps;
  }

  /** For packets of IPv6 to the prefix. */
  BpfProgram toIpv4() {
    return toIpv4;
  }

  /** For packets of IPv4 to the pool. */
  BpfProgram toIpv6() {
    return toIpv6;
  }

  /**
   * Tells the programs what holds for all pods.
   *
   * @param maxSegment the largest TCP segment, in bytes, that servers may send; 0 for any
   */
  void configure(TranslationPrefix prefix, int maxSegment) {
    ByteBuffer value =
        ByteBuffer.allocate(CONFIGURATION_LENGTH)
            .put(prefix.prefix().address().getAddress(), 0, MASK)
            .order(ByteOrder.nativeOrder());
    int length = prefix.prefix().length();
    for (int bit = 0; bit < length; bit++) {
      int at = MASK + bit / Byte.SIZE;
      value.put(at, (byte) (value.get(at) | 0x80 >> bit % Byte.SIZE));
    }
    value.putInt(PREFIX_LENGTH, length).putInt(MAX_SEGMENT, maxSegment);
    map(CONFIGURATION).put(number(0), value.array());
  }

  /** The pods that the programs know: IPv6 to IPv4. */
  Map<InetAddress, InetAddress> pods() {
    Map<InetAddress, InetAddress> pods = new HashMap<>();
    for (byte[] key : map(PODS).keys()) {
      map(PODS).get(key).ifPresent(value -> pods.put(IpAddresses.of(key), IpAddresses.of(value)));
    }
    return pods;
  }

  /** Has the packets of {@code pod} translated, which has {@code address} for that. */
  void add(InetAddress pod, InetAddress address) {
    map(POOL).put(address.getAddress(), pod.getAddress());
    map(PODS).put(pod.getAddress(), address.getAddress());
  }

  /** Has packets of {@code pod} no longer translated, nor those to {@code address}. */
  void remove(InetAddress pod, InetAddress address) {
    map(PODS).remove(pod.getAddress());
    map(POOL).remove(address.getAddress());
  }

  /** What the programs have counted since they are there. */
  Count count(PacketCounter counter) {
    byte[] values = map(COUNTS).get(number(counter.index())).orElseGet(() -> new byte[0]);
    ByteBuffer buffer = ByteBuffer.wrap(values).order(ByteOrder.nativeOrder());
    long packets = 0;
    long bytes = 0;
    while (buffer.hasRemaining()) {
      packets += buffer.getLong();
      bytes += buffer.getLong();
    }
    return new Count(packets, bytes);
  }

  private BpfMap map(String name) {
    BpfMap map = maps.get(name);
    if (map == null) {
      throw new IllegalStateException(OBJECT + " has no map " + name);
    }
    return map;
  }

  private static byte[] number(int index) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(index).array();
  }

  @Override
  public void close() {
    toIpv4.close();
    toIpv6.close();
    maps.values().forEach(BpfMap::close);
  }
}
