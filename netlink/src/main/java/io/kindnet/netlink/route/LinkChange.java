package io.kindnet.netlink.route;

import static io.kindnet.netlink.route.LinkAttributes.IFLA_ADDRESS;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_IFALIAS;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_IFNAME;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_MASTER;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_MTU;
import static io.kindnet.netlink.route.LinkAttributes.IFLA_NET_NS_FD;
import static io.kindnet.netlink.route.Rtnetlink.AF_UNSPEC;
import static io.kindnet.netlink.route.Rtnetlink.RTM_SETLINK;

import io.kindnet.netlink.netns.NetworkNamespace;
import io.kindnet.netlink.wire.MessageWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What is to become different about a link, all in one message. The kernel carries the parts out in
 * an order of its own: namespace, address, MTU, name, alias, master, and up or down at the end. If
 * one fails, those before it stay.
 *
 * <pre>{@code
 * rt.links().change(link, LinkChange.nothing().alias("link-pod default/web").up());
 * }</pre>
 */
public final class LinkChange {
  private static final int HEADER_LENGTH = 16; // sizeof(struct nlmsghdr)

  /** Gathered apart: the flags, which stand before them, are only known at the end. */
  private final MessageWriter attributes = new MessageWriter("", RTM_SETLINK, 0);

  private final StringBuilder words = new StringBuilder();
  private int flags;
  private int change;

  private LinkChange() {}

  /** Nothing yet. */
  public static LinkChange nothing() {
    return new LinkChange();
  }

  /** Sets it up. */
  public LinkChange up() {
    flags |= Link.IFF_UP;
    change |= Link.IFF_UP;
    return says("up");
  }

  /** Sets it down. */
  public LinkChange down() {
    flags &= ~Link.IFF_UP;
    change |= Link.IFF_UP;
    return says("down");
  }

  /**
   * Lets neighbours on it be found, as on a new Ethernet link: by ARP, and by the groups of
   * neighbour discovery.
   */
  public LinkChange findingNeighbours() {
    flags = (flags & ~Link.IFF_NOARP) | Link.IFF_MULTICAST;
    change |= Link.IFF_NOARP | Link.IFF_MULTICAST;
    return says("arp on multicast on");
  }

  /** Sends everything to the other end of a veth without asking who has an address there. */
  public LinkChange withoutNeighbours() {
    flags = (flags | Link.IFF_NOARP) & ~Link.IFF_MULTICAST;
    change |= Link.IFF_NOARP | Link.IFF_MULTICAST;
    return says("arp off multicast off");
  }

  /** Sets the largest packet, in bytes. */
  public LinkChange mtu(int bytes) {
    attributes.attributeU32(IFLA_MTU, bytes);
    return says("mtu " + bytes);
  }

  /** Sets the Ethernet address. */
  public LinkChange mac(MacAddress address) {
    attributes.attribute(IFLA_ADDRESS, address.bytes());
    return says("address " + address);
  }

  /**
   * Sets the free text; empty removes it.
   *
   * @param alias at most {@link Link#MAX_ALIAS_BYTES} bytes, else the kernel says {@code ERANGE}
   */
  public LinkChange alias(String alias) {
    // without a NUL, which the kernel would store and count
    byte[] bytes = alias.getBytes(StandardCharsets.UTF_8);
    attributes.attribute(IFLA_IFALIAS, bytes);
    return says("alias '" + alias + "'");
  }

  /** Makes it a port of the bridge {@code master}. */
  public LinkChange master(Link master) {
    attributes.attributeU32(IFLA_MASTER, master.index());
    return says("master " + master.name());
  }

  /** Makes it nobody's port. */
  public LinkChange noMaster() {
    attributes.attributeU32(IFLA_MASTER, 0);
    return says("nomaster");
  }

  /** Gives it another name. Kernels before 6.2 refuse that with {@code EBUSY} while it is up. */
  public LinkChange name(String name) {
    attributes.attributeString(IFLA_IFNAME, name);
    return says("name " + name);
  }

  /** Moves it to {@code namespace}, where it is down and may get another index. */
  public LinkChange namespace(NetworkNamespace namespace) {
    attributes.attributeU32(IFLA_NET_NS_FD, namespace.fd());
    return says("netns " + namespace);
  }

  MessageWriter toMessage(Link link) {
    MessageWriter writer = new MessageWriter("set link " + link.name() + words, RTM_SETLINK, 0);
    new IfInfoMessage(AF_UNSPEC, 0, link.index(), flags, change).writeTo(writer);
    byte[] gathered = attributes.toBytes();
    return writer.bytes(Arrays.copyOfRange(gathered, HEADER_LENGTH, gathered.length));
  }

  private LinkChange says(String word) {
    words.append(' ').append(word);
    return this;
  }
}
