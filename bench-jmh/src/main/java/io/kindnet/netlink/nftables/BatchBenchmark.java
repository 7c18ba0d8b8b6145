package io.kindnet.netlink.nftables;

import io.kindnet.netlink.nftables.expr.Value;
import io.kindnet.netlink.wire.MessageWriter;
import java.util.ArrayList;
import java.util.List;
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

/** Host ports as elements of their map, in one transaction. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BatchBenchmark {
  private static final Table TABLE = new Table(TableFamily.INET, "cni-kindnet");
  private static final NamedSet MAP =
      NamedSet.map(
              TABLE,
              "hostport-map-v4",
              DataType.of(FieldType.IPV4_ADDR, FieldType.INET_PROTO, FieldType.INET_SERVICE),
              DataType.of(FieldType.IPV4_ADDR, FieldType.INET_SERVICE))
          .withIntervals();
  private static final Value TCP = Value.ofByte(6);

  /** One pod's, and those of a node that is restored. */
  @Param({"1", "5000"})
  private int hostPorts;

  private List<Element> elements = List.of();

  /** Makes the elements. */
  @Setup
  public void prepare() {
    elements = makeElements();
  }

  /** The elements themselves. */
  @Benchmark
  public List<Element> makeElements() {
    List<Element> made = new ArrayList<>(hostPorts);
    for (int i = 0; i < hostPorts; i++) {
      Value port = Value.ofPort(1024 + i);
      byte[] pod = {10, (byte) 244, (byte) (i >> 8), (byte) i};
      made.add(
          Element.range(
                  Value.concatenation(Value.of(new byte[4]), TCP, port),
                  Value.concatenation(Value.of(new byte[] {-1, -1, -1, -1}), TCP, port))
              .mappedTo(Value.concatenation(Value.of(pod), Value.ofPort(8080))));
    }
    return made;
  }

  /** The messages that add them, in as many as they need. */
  @Benchmark
  public List<MessageWriter> pack() {
    return new NftablesTransaction().add(MAP, elements).commands();
  }
}
