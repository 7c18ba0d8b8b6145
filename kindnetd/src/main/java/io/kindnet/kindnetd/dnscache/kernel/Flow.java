package io.kindnet.kindnetd.dnscache.kernel;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.expr.Value;
import java.net.InetAddress;

/**
 * What a pod sends to a name server.
 *
 * @param client an address of the pod
 * @param server of the same family
 * @param protocol its {@code IPPROTO_} number
 */
public record Flow(InetAddress client, InetAddress server, int protocol) {
  /** {@code IPPROTO_TCP}. */
  public static final int TCP = 6;

  /** {@code IPPROTO_UDP}. */
  public static final int UDP = 17;

  AddressFamily family() {
    return AddressFamily.of(client);
  }

  Element element() {
    return Element.of(
        Value.concatenation(Value.of(client), Value.of(server), Value.ofByte(protocol)));
  }
}
