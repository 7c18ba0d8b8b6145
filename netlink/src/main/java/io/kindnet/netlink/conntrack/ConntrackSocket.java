package io.kindnet.netlink.conntrack;

import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_NETFILTER;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.wire.BatchFailure;
import io.kindnet.netlink.wire.MessageListener;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkException;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Connection tracking of one network namespace: that of the thread that opened this. May be used
 * from any thread afterwards.
 */
public final class ConntrackSocket implements AutoCloseable {
  private final NetlinkSocket socket;

  private ConntrackSocket(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens a socket in the network namespace of the calling thread. */
  public static ConntrackSocket open() {
    return new ConntrackSocket(NetlinkSocket.open(NETLINK_NETFILTER));
  }

  /** Lets {@code listener} see every datagram from now on. */
  public void listener(MessageListener listener) {
    socket.listener(listener);
  }

  /**
   * The flows that {@code filter} means. The kernel leaves most others out, if it is of version 5.8
   * or later.
   */
  public List<Flow> list(FlowFilter filter) {
    List<Flow> flows = new ArrayList<>();
    for (NetlinkMessage message : socket.dump(listing(filter))) {
      Flow flow = Flow.parse(message);
      if (filter.matches(flow)) {
        flows.add(flow);
      }
    }
    return flows;
  }

  /** All flows of {@code family}. */
  public List<Flow> list(AddressFamily family) {
    List<Flow> flows = new ArrayList<>();
    MessageWriter request =
        CtNetlink.message("list flows of " + family, CtNetlink.IPCTNL_MSG_CT_GET, family.number());
    for (NetlinkMessage message : socket.dump(request)) {
      flows.add(Flow.parse(message));
    }
    return flows;
  }

  /** How connection tracking fares. */
  public ConntrackStatistics statistics() {
    NetlinkMessage global =
        socket.get(CtNetlink.message("get conntrack's size", CtNetlink.IPCTNL_MSG_CT_GET_STATS, 0));
    return ConntrackStatistics.of(
        global,
        socket.dump(
            CtNetlink.message(
                "list conntrack's statistics", CtNetlink.IPCTNL_MSG_CT_GET_STATS_CPU, 0)));
  }

  /**
   * Deletes the flows that {@code filter} means: in one request, where the kernel can search for
   * them by itself (from version 6.11 on, and not for IPv6 addresses), else one by one.
   */
  public void delete(FlowFilter filter) {
    if (!filter.suitsKernel()) {
      delete(list(filter));
      return;
    }
    try {
      socket.request(deletion(filter));
    } catch (NetlinkException e) {
      if (e.errno() != Errno.EOPNOTSUPP && e.errno() != Errno.EINVAL) {
        throw e;
      }
      delete(list(filter));
    }
  }

  /** Deletes {@code flows}, in few round trips. Those that are gone already are no error. */
  public void delete(List<Flow> flows) {
    List<MessageWriter> requests = new ArrayList<>(flows.size());
    for (Flow flow : flows) {
      requests.add(deletion(flow));
    }
    for (BatchFailure failure : socket.batch(requests)) {
      if (failure.error().errno() != Errno.ENOENT) {
        throw failure.error();
      }
    }
  }

  static MessageWriter listing(FlowFilter filter) {
    MessageWriter request =
        CtNetlink.message("list " + filter, CtNetlink.IPCTNL_MSG_CT_GET, filter.family().number());
    filter.forKernel().pack(request);
    return request;
  }

  static MessageWriter deletion(FlowFilter filter) {
    MessageWriter request =
        CtNetlink.message(
            "delete " + filter, CtNetlink.IPCTNL_MSG_CT_DELETE, filter.family().number());
    filter.pack(request);
    return request;
  }

  static MessageWriter deletion(Flow flow) {
    MessageWriter request =
        CtNetlink.message(
            "delete flow " + flow,
            CtNetlink.IPCTNL_MSG_CT_DELETE,
            flow.original().family().number());
    flow.original().pack(request, CtNetlink.CTA_TUPLE_ORIG);
    if (flow.zone() != 0) {
      request.attributeU16Be(CtNetlink.CTA_ZONE, flow.zone());
    }
    return request.attributeU32Be(CtNetlink.CTA_ID, flow.id());
  }

  @Override
  public void close() {
    socket.close();
  }
}
