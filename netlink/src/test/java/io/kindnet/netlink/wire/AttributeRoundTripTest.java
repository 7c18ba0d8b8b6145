package io.kindnet.netlink.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

/** Whatever tree of attributes is written comes back the same. */
class AttributeRoundTripTest {
  private sealed interface Node {}

  private record Leaf(int type, String hex) implements Node {}

  private record Branch(int type, List<Node> children) implements Node {}

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @RepeatedTest(200)
  void whatIsWrittenIsRead() {
    List<Node> tree = randomNodes(3);
    MessageWriter writer = new MessageWriter("test", 16, 0).bytes(new byte[4]);
    write(writer, tree);

    NetlinkMessage message = NetlinkMessage.parse(writer.finish(7, 0)).getFirst();

    assertThat(message.sequence()).isEqualTo(7);
    assertSame(tree, message.attributesAfter(4));
  }

  private List<Node> randomNodes(int depth) {
    List<Node> nodes = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      int type = 1 + random.nextInt(200);
      if (depth > 0 && random.nextInt(3) == 0) {
        nodes.add(new Branch(type, randomNodes(depth - 1)));
      } else {
        byte[] value = new byte[random.nextInt(40)];
        random.nextBytes(value);
        nodes.add(new Leaf(type, HexFormat.of().formatHex(value)));
      }
    }
    return nodes;
  }

  private static void write(MessageWriter writer, List<Node> nodes) {
    for (Node node : nodes) {
      switch (node) {
        case Leaf leaf -> writer.attribute(leaf.type(), HexFormat.of().parseHex(leaf.hex()));
        case Branch branch -> {
          int start = writer.beginNested(branch.type());
          write(writer, branch.children());
          writer.end(start);
        }
      }
    }
  }

  private void assertSame(List<Node> expected, Attributes attributes) {
    Iterator<Attribute> read = attributes.iterator();
    for (Node node : expected) {
      Attribute attribute = read.next();
      switch (node) {
        case Leaf leaf -> {
          assertThat(attribute.type()).as("seed " + seed).isEqualTo(leaf.type());
          assertThat(HexFormat.of().formatHex(attribute.bytes()))
              .as("seed " + seed)
              .isEqualTo(leaf.hex());
        }
        case Branch branch -> {
          assertThat(attribute.type()).as("seed " + seed).isEqualTo(branch.type());
          assertSame(branch.children(), attribute.nested());
        }
      }
    }
    assertThat(read.hasNext()).as("seed " + seed).isFalse();
  }
}
