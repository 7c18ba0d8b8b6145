package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.cluster.namespaces.ClusterNamespace;
import io.kindnet.kindnetd.cluster.nodes.LabelledNode;
import io.kindnet.kindnetd.cluster.pods.ClusterPod;
import io.kindnet.kindnetd.cluster.policies.Policy;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Is told by the thread that brings policies into the kernel what is about to be in force, and when
 * it is: for whatever lets packets of pods past the rules, because it knows what they say.
 */
public interface EnforcementListener {
  /** Nobody. */
  EnforcementListener NONE =
      new EnforcementListener() {
        @Override
        public boolean marksPackets() {
          return false;
        }

        @Override
        public void changing(State state, Predicate<InetAddress> isChanged) {}

        @Override
        public void changed() {}
      };

  /** Both, {@code first} before {@code second}. */
  static EnforcementListener both(EnforcementListener first, EnforcementListener second) {
    return new EnforcementListener() {
      @Override
      public boolean marksPackets() {
        return first.marksPackets() || second.marksPackets();
      }

      @Override
      public void changing(State state, Predicate<InetAddress> isChanged) {
        first.changing(state, isChanged);
        second.changing(state, isChanged);
      }

      @Override
      public void changed() {
        first.changed();
        second.changed();
      }
    };
  }

  /** The cluster as the policies in force see it. Valid during the call that it is given to. */
  interface State {
    /** The policies that are enforced, of all tiers. */
    Collection<Policy> policies();

    /** By name. */
    Map<String, ClusterNamespace> namespaces();

    /** As far as a policy is about them. */
    Collection<LabelledNode> nodes();

    /** The pods of this node whose Pod is known, by each of their addresses. */
    Map<InetAddress, ClusterPod> localPods();

    /**
     * Addresses of pods of this node that no policy selects, and that are not pending: no rule is
     * about what these send and receive.
     */
    Set<InetAddress> unrestrictedPods();

    /** Addresses of all other pods of this node. */
    Set<InetAddress> restrictedPods();

    /** Whoever has an address. */
    Optional<ClusterPod> podAt(InetAddress address);
  }

  /** Whether packets with the mark {@link PolicyTable#DECIDED_MARK} are to be let through. */
  boolean marksPackets();

  /**
   * The kernel gets this after the return. What it does not allow must not get through any more.
   *
   * @param isChanged whether an address has other owners, or owners with other labels, than the
   *     last time; of all addresses where policies, namespaces or pods of this node have changed
   */
  void changing(State state, Predicate<InetAddress> isChanged);

  /** The kernel has it. What it allows may get through from now on. */
  void changed();
}
