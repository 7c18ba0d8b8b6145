package io.kindnet.kindnetd.packets;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** A line of a log: a message, then keys with values. */
public interface LogLine {
  /** One more key with a text. */
  LogLine text(String key, String value);

  /** One more key with a number. */
  LogLine number(String key, long value);

  /** One more key with several texts. */
  LogLine list(String key, List<String> values);

  /**
   * One side of a connection.
   *
   * @param key of the pod; that of the address ends with {@code IP}
   * @param pod {@code NAMESPACE/NAME}; empty if the address is no pod's
   */
  LogLine side(String key, InetAddress address, Optional<String> pod);

  /** Ends the line, and writes it. */
  void write();

  /** As {@link #number}, if the packet has the field. */
  default LogLine field(String key, int value) {
    return value == PacketHeader.NONE ? this : number(key, value);
  }

  /** What is above IP, as far as the packet has it. */
  default LogLine transport(PacketHeader header) {
    return text("protocol", header.protocolName())
        .field("sourcePort", header.sourcePort())
        .field("port", header.destinationPort())
        .field("icmpType", header.icmpType())
        .field("icmpCode", header.icmpCode());
  }
}
