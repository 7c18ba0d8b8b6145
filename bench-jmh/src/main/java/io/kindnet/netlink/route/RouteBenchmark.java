package io.kindnet.netlink.route;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.wire.NetlinkMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
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

/** A route to another node's pods, into a message and out of it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouteBenchmark {
  /** Pod CIDR and next hop. */
  @Param({"10.244.1.0/24 172.30.0.2", "fd00:10:244:1::/64 fd00:172:30::2"})
  private String route = "";

  private Route parsed = Route.via(IpPrefix.parse("0.0.0.0/0"));
  private ByteBuffer message = ByteBuffer.allocate(0);

  /** Makes the route and its message. */
  @Setup
  public void prepare() {
    int space = route.indexOf(' ');
    IpPrefix destination = IpPrefix.parse(route.substring(0, space));
    parsed = Route.via(destination, NextHop.via(IpAddresses.parse(route.substring(space + 1)), 7));
    message = ByteBuffer.wrap(pack()).order(ByteOrder.nativeOrder());
  }

  /** The request that makes it. */
  @Benchmark
  public byte[] pack() {
    return RouteRequests.write("replace", Rtnetlink.RTM_NEWROUTE, 0, parsed).toBytes();
  }

  /** The answer that tells of it. */
  @Benchmark
  public Route parse() {
    return RouteReader.read(NetlinkMessage.parse(message).getFirst());
  }
}
