package io.kindnet.netlink.nftables.expr;

import io.kindnet.netlink.wire.MessageWriter;
import java.nio.ByteBuffer;

/**
 * An expression that this package has no record for, in a rule of someone else.
 *
 * @param name what the kernel calls it
 * @param data its attributes as they came, read-only
 */
public record UnknownExpression(String name, ByteBuffer data) implements Expression {
  static UnknownExpression of(String name, byte[] data) {
    return new UnknownExpression(name, ByteBuffer.wrap(data).asReadOnlyBuffer());
  }

  @Override
  public void packData(MessageWriter writer) {
    byte[] bytes = new byte[data.remaining()];
    data.get(data.position(), bytes);
    writer.bytes(bytes);
  }
}
