package io.kindnet.kindnetd.ipam;

import io.kindnet.cni.RangeUsage;
import io.kindnet.cni.store.PodRow;
import io.kindnet.netlink.ip.AddressFamily;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells that no address of one family is left for pods: when it begins, and in a while again as
 * long as it goes on. Kubelet tries a pod again and again, so that each one told would be many
 * lines.
 */
final class Shortage {
  private static final Logger log = LoggerFactory.getLogger(Shortage.class);
  private static final String REASON = "NoAddressLeft";
  private static final int MOST_PODS = 10;

  private final AddressFamily family;
  private final NodeWarning warning;
  private final long interval;
  private boolean lasts;
  private long told;
  private String text = "";

  /**
   * @param interval after what time it is told again
   */
  Shortage(AddressFamily family, NodeWarning warning, Duration interval) {
    this.family = family;
    this.warning = warning;
    this.interval = interval.toNanos();
  }

  /** Compares two reports, one after the other. */
  void advanceTo(AddressReport before, AddressReport now) {
    if (now.shortagesSince(before, family) <= 0) {
      if (lasts && now.hasFree(family)) {
        log.info("there are {} addresses for pods again", family());
        lasts = false;
      }
      return;
    }
    tellOfPods(now.newWithout(family, before));
    long time = System.nanoTime();
    if (!lasts || time - told >= interval) {
      text = describe(now);
      log.warn("{}", text);
      warning.send(REASON, text);
      told = time;
    }
    lasts = true;
  }

  /** What it is like now; empty while there is none. */
  Optional<String> current() {
    return lasts ? Optional.of(text) : Optional.empty();
  }

  private void tellOfPods(List<PodRow> without) {
    for (PodRow pod : without.subList(0, Math.min(MOST_PODS, without.size()))) {
      log.warn("{} got no {} address, none is left", pod, family());
    }
    if (without.size() > MOST_PODS) {
      log.warn("and {} pods more", without.size() - MOST_PODS);
    }
  }

  private String describe(AddressReport report) {
    List<String> full = new ArrayList<>();
    for (RangeUsage usage : report.full(family)) {
      full.add(usage.range().subnet() + " (" + usage.capacity() + " for pods)");
    }
    String where = full.isEmpty() ? "" : " in " + String.join(", ", full);
    return "no " + family() + " address is left" + where;
  }

  private String family() {
    return family == AddressFamily.IPV4 ? "IPv4" : "IPv6";
  }
}
