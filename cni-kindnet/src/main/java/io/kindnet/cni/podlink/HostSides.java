package io.kindnet.cni.podlink;

import io.kindnet.cni.ipam.Lease;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.route.Link;
import io.kindnet.netlink.route.RouteSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts back what others took away of what pods need on the host: of any number of pods with one
 * listing of links, addresses and routes each.
 *
 * <p>An ADD or a DEL of the same pods may run at the same time, without a lock. Everything is done
 * to a link by its index, so that nothing is done to one that is going, and nothing is made that
 * stays behind it; what an ADD does itself a moment later changes nothing then. A pod whose link is
 * not there gets none.
 */
public final class HostSides {
  private final RouteSocket host;

  /**
   * @param host the network namespace of the calling thread
   */
  public HostSides(RouteSocket host) {
    this.host = host;
  }

  /** What is remembered of pods. */
  public interface RememberedPods {
    /** All pods, oldest first. */
    List<PodLinkSpec> all() throws CniException;

    /** The pods whose ends on the host have one of {@code names}, oldest first. */
    List<PodLinkSpec> withHostInterfaces(Collection<String> names) throws CniException;
  }

  /** Says whether something that looks damaged is to be put back now. */
  @FunctionalInterface
  public interface Decision {
    /** Everything, at once. */
    Decision ALWAYS = (linkIndex, problem) -> true;

    /**
     * Whether {@code problem} of the link with {@code linkIndex} is to be put right now. Where not,
     * it may be an ADD that is still under way.
     */
    boolean isDue(int linkIndex, String problem);
  }

  /**
   * What was found and done.
   *
   * @param links the host's ends of pods, and bridges, as they were before
   * @param destinations where the host's routes to pods lead
   * @param restored what was put back, a sentence each that says what was wrong
   * @param failed what could not be put back, each with the reason
   * @param left what was not due
   */
  public record Outcome(
      List<Link> links,
      List<IpPrefix> destinations,
      List<String> restored,
      Map<String, String> failed,
      List<String> left) {
    private Outcome() {
      this(
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new LinkedHashMap<>(),
          new ArrayList<>());
    }
  }

  /**
   * Restores what pods need whose links are there; costs little for each of the others.
   *
   * @throws CniException if {@code remembered} cannot be read
   */
  public Outcome restore(RememberedPods remembered, Decision decision) throws CniException {
    Outcome outcome = new Outcome();
    HostState state = HostState.read(host);
    List<PodLinkSpec> pods = remembered.withHostInterfaces(state.vethNames());
    RenamedLinks renamed = new RenamedLinks(host, state.links().values(), pods);
    if (renamed.any()
        && carryOutAny(renamings(state, renamed, remembered.all()), decision, outcome)) {
      state = HostState.read(host);
      pods = remembered.withHostInterfaces(state.vethNames());
    }
    if (carryOutAny(lostBridges(state, pods), decision, outcome)) {
      state = HostState.read(host);
    }
    Map<Integer, Link> announced = new LinkedHashMap<>();
    for (Damage damage : damages(state, pods, outcome)) {
      Link link = damage.announced();
      if (carryOut(damage, decision, outcome) && link != null) {
        announced.put(link.index(), link);
      }
    }
    announce(announced.values());
    return outcome;
  }

  private void announce(Collection<Link> links) {
    for (Link link : links) {
      try {
        PodLinks.announce(host, link);
      } catch (KernelException gone) {
        // taken away once more: whoever finds that announces it, too
      }
    }
  }

  /** Of several pods that say the same of their bridge, one says it. */
  private List<Damage> damages(HostState state, List<PodLinkSpec> pods, Outcome outcome) {
    Map<String, Damage> damages = new LinkedHashMap<>();
    Map<Integer, Link> seen = new LinkedHashMap<>();
    for (PodLinkSpec pod : pods) {
      Optional<Link> hostEnd = state.link(pod.hostInterface());
      if (hostEnd.isPresent() && HostSide.isMade(hostEnd.get())) {
        Optional<Link> bridge = state.link(pod.bridge());
        bridge.ifPresent(link -> seen.put(link.index(), link));
        seen.put(hostEnd.get().index(), hostEnd.get());
        for (Lease lease : pod.leases()) {
          outcome.destinations.add(IpPrefix.host(lease.address()));
        }
        for (Damage damage : HostSide.damages(host, state, pod, hostEnd.get())) {
          damages.putIfAbsent(damage.problem(), damage.of(pod, hostEnd.get()));
        }
      }
    }
    outcome.links.addAll(seen.values());
    return new ArrayList<>(damages.values());
  }

  private static List<Damage> renamings(
      HostState state, RenamedLinks renamed, List<PodLinkSpec> pods) {
    List<Damage> damages = new ArrayList<>();
    for (PodLinkSpec pod : pods) {
      if (state.link(pod.hostInterface()).isEmpty()) {
        damages.addAll(renamed.damages(pod));
      }
    }
    return damages;
  }

  /** The bridges that pods with an interface need and that are not there. */
  private List<Damage> lostBridges(HostState state, List<PodLinkSpec> pods) {
    Map<String, Damage> lost = new LinkedHashMap<>();
    for (PodLinkSpec pod : pods) {
      if (!pod.bridge().isEmpty()
          && HostSide.wiring(host, state, pod).isEmpty()
          && state.link(pod.hostInterface()).isPresent()) {
        lost.putIfAbsent(
            pod.bridge(),
            new Damage(
                0, "bridge " + pod.bridge() + " is gone", socket -> BridgePort.make(socket, pod)));
      }
    }
    return new ArrayList<>(lost.values());
  }

  private boolean carryOutAny(List<Damage> damages, Decision decision, Outcome outcome) {
    boolean any = false;
    for (Damage damage : damages) {
      any |= carryOut(damage, decision, outcome);
    }
    return any;
  }

  private boolean carryOut(Damage damage, Decision decision, Outcome outcome) {
    if (!decision.isDue(damage.linkIndex(), damage.problem())) {
      outcome.left.add(damage.problem());
      return false;
    }
    try {
      damage.repair().run(host);
      outcome.restored.add(damage.problem());
      return true;
    } catch (CniException | KernelException refused) {
      if (!isGone(damage)) {
        outcome.failed.put(damage.problem(), String.valueOf(refused.getMessage()));
      }
      return false;
    }
  }

  /** A DEL was quicker. */
  private boolean isGone(Damage damage) {
    try {
      return damage.linkIndex() != 0 && host.links().findByIndex(damage.linkIndex()).isEmpty();
    } catch (KernelException unknown) {
      return unknown.errno() == Errno.ENODEV;
    }
  }
}
