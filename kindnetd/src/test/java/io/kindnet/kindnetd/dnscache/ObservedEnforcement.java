package io.kindnet.kindnetd.dnscache;

import io.kindnet.kindnetd.networkpolicy.EnforcementListener;
import java.net.InetAddress;
import java.util.function.Predicate;

/**
 * What the cache hears of policies, and a test after it.
 *
 * @param cache what the cache does about it
 * @param whenChanging called when policies are about to reach the kernel
 * @param whenChanged called when they have
 */
record ObservedEnforcement(EnforcementListener cache, Runnable whenChanging, Runnable whenChanged)
    implements EnforcementListener {
  @Override
  public boolean marksPackets() {
    return cache.marksPackets();
  }

  @Override
  public void changing(State state, Predicate<InetAddress> isChanged) {
    cache.changing(state, isChanged);
    whenChanging.run();
  }

  @Override
  public void changed() {
    cache.changed();
    whenChanged.run();
  }
}
