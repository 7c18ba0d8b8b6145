package io.kindnet.netlink.route;

import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_CREATE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_EXCL;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_REPLACE;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkException;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Programs of BPF that see what comes in by a link: the qdisc {@code clsact} and its filters of the
 * kind {@code bpf} ({@code linux/pkt_sched.h}, {@code linux/pkt_cls.h}). A filter keeps its program
 * loaded, whoever loaded it.
 */
public final class TrafficControl {
  private static final int RTM_NEWQDISC = 36; // linux/rtnetlink.h
  private static final int RTM_DELQDISC = 37;
  private static final int RTM_NEWTFILTER = 44;
  private static final int RTM_GETTFILTER = 46;
  private static final int HEADER_LENGTH = 20; // struct tcmsg
  private static final int TCA_KIND = 1;
  private static final int TCA_OPTIONS = 2;
  private static final int TCA_BPF_FD = 6;
  private static final int TCA_BPF_NAME = 7;
  private static final int TCA_BPF_FLAGS = 8;
  private static final int TCA_BPF_ID = 11;
  private static final int TCA_BPF_FLAG_ACT_DIRECT = 1;
  private static final int TC_H_CLSACT = 0xfffffff1;
  private static final int INGRESS = 0xfffffff2; // TC_H_CLSACT's class TC_H_MIN_INGRESS
  private static final int CLSACT_HANDLE = 0xffff0000;
  private static final int ETH_P_ALL = 3;
  private static final int PRIORITY = 1;
  private static final int HANDLE = 1;

  private final NetlinkSocket socket;

  TrafficControl(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Lets {@code link} have programs; one that may already is no error. */
  public void addClsact(Link link) {
    MessageWriter request =
        message("add qdisc clsact of link " + link.name(), RTM_NEWQDISC, link)
            .u32(CLSACT_HANDLE)
            .u32(TC_H_CLSACT)
            .u32(0)
            .attributeString(TCA_KIND, "clsact");
    try {
      socket.request(request);
    } catch (NetlinkException refused) {
      if (refused.errno() != Errno.EEXIST) {
        throw refused;
      }
    }
  }

  /** Takes all programs from {@code link}; {@code EINVAL} or {@code ENOENT} if it has none. */
  public void deleteClsact(Link link) {
    socket.request(
        message("delete qdisc clsact of link " + link.name(), RTM_DELQDISC, link)
            .u32(CLSACT_HANDLE)
            .u32(TC_H_CLSACT)
            .u32(0));
  }

  /**
   * Has a program decide about each packet that comes in by {@code link} ({@code direct-action}),
   * in place of the one that did so before: none passes in between.
   *
   * @param name shown by {@code tc}
   * @param programFd the descriptor of the program, which may be closed afterwards
   */
  public void setIngress(Link link, String name, int programFd) {
    String what = "set BPF filter " + name + " of link " + link.name();
    MessageWriter request =
        message(what, RTM_NEWTFILTER, link)
            .u32(HANDLE)
            .u32(INGRESS)
            .u32(PRIORITY << 16 | networkOrder(ETH_P_ALL))
            .attributeString(TCA_KIND, "bpf");
    int options = request.beginNested(TCA_OPTIONS);
    request
        .attributeU32(TCA_BPF_FD, programFd)
        .attributeString(TCA_BPF_NAME, name)
        .attributeU32(TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT)
        .end(options);
    socket.request(request);
  }

  /** The programs that see what comes in by {@code link}. */
  public List<BpfFilter> ingress(Link link) {
    MessageWriter request =
        new MessageWriter("list filters of link " + link.name(), RTM_GETTFILTER, 0);
    header(request, link).u32(0).u32(INGRESS).u32(0);
    List<BpfFilter> filters = new ArrayList<>();
    for (NetlinkMessage message : dump(request)) {
      ByteBuffer header = message.require(HEADER_LENGTH);
      Attributes attributes = message.attributesAfter(HEADER_LENGTH);
      Attribute options = attributes.find(TCA_OPTIONS);
      if (attributes.get(TCA_KIND).string().equals("bpf") && options != null) {
        Attributes of = options.nested();
        Attribute name = of.find(TCA_BPF_NAME);
        Attribute id = of.find(TCA_BPF_ID);
        if (id != null) {
          filters.add(
              new BpfFilter(
                  name == null ? "" : name.string(),
                  id.u32(),
                  header.getInt(16) >>> 16,
                  header.getInt(8)));
        }
      }
    }
    return filters;
  }

  /** None for a link that has no such qdisc. */
  private List<NetlinkMessage> dump(MessageWriter request) {
    try {
      return socket.dump(request);
    } catch (NetlinkException refused) {
      if (refused.errno() == Errno.EINVAL || refused.errno() == Errno.ENOENT) {
        return List.of();
      }
      throw refused;
    }
  }

  private static MessageWriter message(String what, int type, Link link) {
    int flags =
        switch (type) {
          case RTM_NEWQDISC -> NLM_F_CREATE | NLM_F_EXCL;
          case RTM_NEWTFILTER -> NLM_F_CREATE | NLM_F_REPLACE;
          default -> 0;
        };
    return header(new MessageWriter(what, type, flags), link);
  }

  private static MessageWriter header(MessageWriter writer, Link link) {
    return writer.u8(Rtnetlink.AF_UNSPEC).u8(0).u16(0).u32(link.index());
  }

  private static int networkOrder(int value) {
    return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
        ? Short.toUnsignedInt(Short.reverseBytes((short) value))
        : value;
  }
}
