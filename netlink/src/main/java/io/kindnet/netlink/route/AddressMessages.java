package io.kindnet.netlink.route;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MalformedMessageException;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;

/** Reads and writes messages about addresses: {@code linux/if_addr.h}. */
final class AddressMessages {
  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int IFA_FLAGS = 8;
  private static final int IFA_TARGET_NETNSID = 10;
  private static final int LOW_FLAGS = 0xff;

  private AddressMessages() {}

  /**
   * The address in {@code message}, which is of IPv4 or IPv6.
   *
   * @throws MalformedMessageException if it is cut short or has no address
   */
  static Address read(NetlinkMessage message) {
    IfAddrMessage info = IfAddrMessage.parse(message);
    Attributes attributes = message.attributesAfter(IfAddrMessage.LENGTH);
    Attribute local = attributes.find(IFA_LOCAL);
    Attribute flags = attributes.find(IFA_FLAGS);
    InetAddress prefixAddress = attributes.get(IFA_ADDRESS).address();
    checkFits(info, prefixAddress);
    // Without a point-to-point peer IPv4 says the same address twice, IPv6 only IFA_ADDRESS.
    InetAddress address = local == null ? prefixAddress : local.address();
    checkFits(info, address);
    return new Address(
        info.index(),
        address,
        info.prefixLength(),
        info.scope(),
        flags == null ? info.flags() : flags.u32(),
        prefixAddress.equals(address) ? Optional.empty() : Optional.of(prefixAddress));
  }

  static MessageWriter write(String verb, int type, int netlinkFlags, Address address) {
    MessageWriter writer =
        new MessageWriter(
            verb + " address " + address + " of link " + address.linkIndex(), type, netlinkFlags);
    new IfAddrMessage(
            address.family().number(),
            address.prefixLength(),
            address.flags() & LOW_FLAGS,
            address.scope(),
            address.linkIndex())
        .writeTo(writer);
    writer.attribute(IFA_LOCAL, address.address().getAddress());
    writer.attribute(IFA_ADDRESS, address.peer().orElse(address.address()).getAddress());
    if (address.flags() > LOW_FLAGS) {
      writer.attributeU32(IFA_FLAGS, address.flags());
    }
    return writer;
  }

  /** Addresses of the link with {@code linkIndex}, 0 for all links. */
  static MessageWriter list(int linkIndex) {
    MessageWriter writer =
        new MessageWriter(
            linkIndex == 0 ? "list addresses" : "list addresses of link " + linkIndex,
            Rtnetlink.RTM_GETADDR,
            0);
    new IfAddrMessage(Rtnetlink.AF_UNSPEC, 0, 0, 0, linkIndex).writeTo(writer);
    return writer;
  }

  /** The address of IPv6 that is {@code address}, of whichever link. */
  static MessageWriter find(Inet6Address address) {
    MessageWriter writer =
        new MessageWriter(
            "look for address " + IpAddresses.format(address), Rtnetlink.RTM_GETADDR, 0);
    new IfAddrMessage(AddressFamily.IPV6.number(), 0, 0, 0, 0).writeTo(writer);
    writer.attribute(IFA_ADDRESS, address.getAddress());
    return writer;
  }

  /** Addresses of all links of the namespace that this one knows by {@code namespaceId}. */
  static MessageWriter listIn(int namespaceId) {
    return list(0).attributeU32(IFA_TARGET_NETNSID, namespaceId);
  }

  private static void checkFits(IfAddrMessage info, InetAddress address) {
    AddressFamily family = AddressFamily.of(address);
    if (family.number() != info.family() || info.prefixLength() > family.bits()) {
      throw new MalformedMessageException(
          "address of family "
              + info.family()
              + " with "
              + family.bytes()
              + " bytes and prefix length "
              + info.prefixLength());
    }
  }
}
