package io.kindnet.cni.ipam;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The choice of an address where many are taken. What the database takes to answer is left out. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AddressChoiceBenchmark {
  /** A range, and how many of its addresses are taken. */
  @Param({"10.244.1.0/24 0", "10.244.1.0/24 240", "10.244.0.0/16 10000", "fd00:10:244::/64 10000"})
  private String node = "";

  private final Set<InetAddress> taken = new HashSet<>();
  private AddressFamily family = AddressFamily.IPV4;
  private AddressChoice choice = new AddressChoice(List.of(), new Rows(), new Random(1));

  /** Gives addresses away. */
  @Setup
  public void prepare() throws CniException {
    int space = node.indexOf(' ');
    IpPrefix range = IpPrefix.parse(node.substring(0, space));
    family = range.family();
    choice = new AddressChoice(List.of(range), new Rows(), new Random(1));
    int wanted = Integer.parseInt(node.substring(space + 1));
    while (taken.size() < wanted) {
      Lease lease = choice.choose(family);
      if (lease == null) {
        throw new IllegalStateException(range + " has no " + wanted + " addresses");
      }
      taken.add(lease.address());
    }
  }

  /** One more. */
  @Benchmark
  public @Nullable Lease choose() throws CniException {
    return choice.choose(family);
  }

  private final class Rows implements AllocatedAddresses {
    @Override
    public boolean isTaken(InetAddress address) {
      return taken.contains(address);
    }

    @Override
    public @Nullable IpPrefix ofMachine(InetAddress address) {
      return null;
    }

    @Override
    public Set<InetAddress> servedBy(InetAddress gateway) {
      return taken;
    }
  }
}
