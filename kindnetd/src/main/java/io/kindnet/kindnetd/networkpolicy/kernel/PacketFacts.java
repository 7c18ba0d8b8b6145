package io.kindnet.kindnetd.networkpolicy.kernel;

import io.kindnet.netlink.nftables.expr.Ct;
import io.kindnet.netlink.nftables.expr.Fib;
import io.kindnet.netlink.nftables.expr.Meta;
import io.kindnet.netlink.nftables.expr.Payload;
import io.kindnet.netlink.nftables.expr.Value;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What expressions read of a packet: bytes as they stand in registers, null for what is unknown.
 */
final class PacketFacts {
  /** No rule asks for an interface of this name, which is not allowed for one. */
  private static final String SOME_INTERFACE = "a/b";

  /** No rule asks for an interface by its index, but for whether there is one. */
  private static final int SOME_INDEX = Integer.MAX_VALUE;

  private static final int RTN_UNICAST = 1; // linux/rtnetlink.h

  private final VirtualPacket packet;
  private final byte[] network;
  private final byte[] transport;

  PacketFacts(VirtualPacket packet) {
    this.packet = packet;
    this.network = packet.networkHeader();
    this.transport = packet.transportHeader();
  }

  /** Bytes of a header; zeros behind what there is of it. */
  byte[] bytes(Payload payload) {
    byte[] header = payload.base() == Payload.NFT_PAYLOAD_NETWORK_HEADER ? network : transport;
    return Arrays.copyOfRange(header, payload.offset(), payload.offset() + payload.length());
  }

  byte @Nullable [] meta(int key) {
    return switch (key) {
      case Meta.NFT_META_NFPROTO -> new byte[] {(byte) packet.family().number()};
      case Meta.NFT_META_L4PROTO -> new byte[] {(byte) packet.protocol()};
      case Meta.NFT_META_IIFNAME, Meta.NFT_META_OIFNAME ->
          Value.ofInterfaceName(SOME_INTERFACE).bytes();
      case Meta.NFT_META_IIF -> Value.ofInt(packet.fromThisHost() ? 0 : SOME_INDEX).bytes();
      case Meta.NFT_META_MARK -> Value.ofInt(0).bytes();
      default -> null;
    };
  }

  /** Of a connection that begins with this packet. */
  byte @Nullable [] connection(int key) {
    return switch (key) {
      case Ct.NFT_CT_STATE -> Value.ofInt(Ct.NEW).bytes();
      case Ct.NFT_CT_DIRECTION -> new byte[] {0};
      case Ct.NFT_CT_STATUS, Ct.NFT_CT_MARK -> Value.ofInt(0).bytes();
      default -> null;
    };
  }

  /** The type of an address. */
  byte @Nullable [] route(Fib fib) {
    if (fib.result() != Fib.NFT_FIB_RESULT_ADDRTYPE) {
      return null;
    }
    boolean local =
        fib.flags() == Fib.NFTA_FIB_F_SADDR ? packet.fromThisHost() : packet.toThisHost();
    return Value.ofInt(local ? Fib.RTN_LOCAL : RTN_UNICAST).bytes();
  }
}
