package io.kindnet.netlink.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Packing one message, and parsing a datagram of many, as a dump brings them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MessageBenchmark {
  private static final int MESSAGES = 100;
  private static final int TYPE = 16;
  private static final int NESTED = 18;

  private final ByteBuffer datagram = datagram();

  /** A message with text, numbers and nested attributes: as long as one that makes a veth pair. */
  @Benchmark
  public byte[] pack() {
    return message().toBytes();
  }

  /** The headers of 100 messages. */
  @Benchmark
  public List<NetlinkMessage> parseMessages() {
    return NetlinkMessage.parse(datagram);
  }

  /** 100 messages and all their attributes, those inside others too. */
  @Benchmark
  public int parseAttributes() {
    int sum = 0;
    for (NetlinkMessage message : NetlinkMessage.parse(datagram)) {
      Attributes attributes = message.attributesAfter(0);
      sum += attributes.get(4).u32() + attributes.get(3).string().length();
      sum += attributes.get(NESTED).nested().get(2).nested().get(1).u32();
    }
    return sum;
  }

  private static MessageWriter message() {
    MessageWriter writer = new MessageWriter("benchmark", TYPE, 0);
    writer.attributeString(3, "knet0123abcd").attributeU32(4, 1500);
    int outer = writer.beginNested(NESTED);
    writer.attributeString(1, "veth");
    int inner = writer.beginNested(2);
    return writer.attributeU32(1, 7).attributeString(3, "eth0").end(inner).end(outer);
  }

  private static ByteBuffer datagram() {
    byte[] message = message().toBytes();
    ByteBuffer datagram = ByteBuffer.allocate(MESSAGES * message.length);
    for (int i = 0; i < MESSAGES; i++) {
      datagram.put(message);
    }
    return datagram.flip().order(ByteOrder.nativeOrder());
  }
}
