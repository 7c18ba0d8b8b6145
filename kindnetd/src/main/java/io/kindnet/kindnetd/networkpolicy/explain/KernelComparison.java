package io.kindnet.kindnetd.networkpolicy.explain;

import io.kindnet.cni.protocol.TransportProtocol;
import io.kindnet.kindnetd.cluster.policies.Direction;
import io.kindnet.kindnetd.networkpolicy.PolicyTable;
import io.kindnet.kindnetd.networkpolicy.evaluator.DirectionVerdict;
import io.kindnet.kindnetd.networkpolicy.kernel.TableInterpreter;
import io.kindnet.kindnetd.networkpolicy.kernel.TableVerdict;
import io.kindnet.kindnetd.networkpolicy.kernel.UnknownRuleException;
import io.kindnet.kindnetd.networkpolicy.kernel.VirtualPacket;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.NftablesSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Asks the kernel of this node what its rules do with the connections of an explanation. A node
 * enforces what policies say of its own pods: of a connection between two nodes each judges one
 * end.
 */
public final class KernelComparison {
  private final String node;
  private final Set<InetAddress> local;
  private final Supplier<NftablesSocket> nftables;

  /**
   * @param node the name of this machine's Node
   * @param local all addresses of its network
   * @param nftables opens a socket in it, which is closed here
   */
  public KernelComparison(String node, Set<InetAddress> local, Supplier<NftablesSocket> nftables) {
    this.node = node;
    this.local = Set.copyOf(local);
    this.nftables = nftables;
  }

  /** The same with what the kernel does, or with a note that it was not asked, and why. */
  public PolicyExplanation complete(PolicyExplanation explanation) {
    if (explanation.connections().stream().allMatch(one -> ends(one).isEmpty())) {
      return explanation.withNote(
          "the kernel is not asked, since neither end is a pod of this node, " + node);
    }
    try (NftablesSocket socket = nftables.get()) {
      List<ExplainedConnection> completed = new ArrayList<>();
      for (ExplainedConnection connection : explanation.connections()) {
        completed.add(
            ends(connection).isEmpty()
                ? connection
                : connection.with(answer(socket.list(), connection)));
      }
      return new PolicyExplanation(completed, explanation.notes());
    } catch (KernelException | UnknownRuleException failure) {
      return explanation.withNote("the kernel is not asked: " + failure.getMessage());
    }
  }

  /** What is said of the ends that are pods of this node. */
  private List<DirectionVerdict> ends(ExplainedConnection explained) {
    List<DirectionVerdict> ends = new ArrayList<>();
    if (isHere(explained.source())) {
      explained.verdict().direction(Direction.EGRESS).ifPresent(ends::add);
    }
    if (isHere(explained.destination())) {
      explained.verdict().direction(Direction.INGRESS).ifPresent(ends::add);
    }
    return ends;
  }

  private boolean isHere(EndPoint end) {
    return end.pod().filter(pod -> pod.node().equals(node)).isPresent();
  }

  private KernelAnswer answer(NftablesListing listing, ExplainedConnection explained)
      throws UnknownRuleException {
    boolean wanted = ends(explained).stream().allMatch(DirectionVerdict::allowed);
    TableInterpreter interpreter = new TableInterpreter(listing, PolicyTable.TABLE);
    if (!interpreter.exists()) {
      return new KernelAnswer(
          /* allowed= */ true, wanted, "there is no table " + PolicyTable.TABLE);
    }
    VirtualPacket packet = packet(explained);
    TableVerdict verdict =
        interpreter.run(packet.toThisHost() ? PolicyTable.INPUT : PolicyTable.POSTROUTING, packet);
    return new KernelAnswer(verdict.accepted(), verdict.accepted() == wanted, reason(verdict));
  }

  private VirtualPacket packet(ExplainedConnection explained) {
    InetAddress source = explained.connection().source();
    InetAddress destination = explained.connection().destination();
    int icmp =
        AddressFamily.of(source) == AddressFamily.IPV4
            ? VirtualPacket.IPPROTO_ICMP
            : VirtualPacket.IPPROTO_ICMPV6;
    Optional<TransportProtocol> protocol = explained.connection().protocol();
    return new VirtualPacket(
        source,
        destination,
        protocol.map(TransportProtocol::number).orElse(icmp),
        explained.connection().port(),
        local.contains(source),
        local.contains(destination));
  }

  private static String reason(TableVerdict verdict) {
    if (verdict.chain().isEmpty()) {
      return "no rule of the table drops it";
    }
    return "a rule of chain "
        + verdict.chain().get()
        + verdict.comment().map(comment -> " (" + comment + ")").orElse("");
  }
}
