package io.kindnet.kindnetd.kube;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindnet.netlink.ip.IpPrefix;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where Services have their addresses: the ServiceCIDR objects of the API server, listed once in a
 * while, since they change once in a cluster's life. Not known where the API server has none
 * (before 1.33), or does not let one see them; that is no fault.
 */
public final class ServiceRanges implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServiceRanges.class);
  private static final String PATH = "apis/networking.k8s.io/v1/servicecidrs";
  private static final Duration INTERVAL = Duration.ofMinutes(10);
  private static final Duration RETRY = Duration.ofSeconds(15);

  private final ApiClient client;
  private final Consumer<Set<IpPrefix>> listener;
  private final Duration interval;
  private final CountDownLatch closed = new CountDownLatch(1);
  private boolean refused;

  /**
   * Starts nothing yet.
   *
   * @param listener is told the ranges with each list; none where they are not known
   */
  public ServiceRanges(ApiClient client, Consumer<Set<IpPrefix>> listener) {
    this(client, listener, INTERVAL);
  }

  /**
   * @param interval how long a list counts; what failed is tried again after {@link #RETRY}, or
   *     that if it is shorter
   */
  ServiceRanges(ApiClient client, Consumer<Set<IpPrefix>> listener, Duration interval) {
    this.client = client;
    this.listener = listener;
    this.interval = interval;
  }

  /** Begins, on a thread of its own. */
  public void start() {
    Thread.ofVirtual().name("service ranges").start(this::follow);
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private void follow() {
    try {
      boolean ended = false;
      while (!ended) {
        Duration wait = list() || interval.compareTo(RETRY) < 0 ? interval : RETRY;
        // all nodes of a cluster begin at once, and should not all come back at once
        long millis = wait.toMillis() / 2 + ThreadLocalRandom.current().nextLong(wait.toMillis());
        ended = closed.await(millis, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException ended) {
      close();
    }
  }

  /** Lists once; returns false if that is to be tried again soon. */
  private boolean list() {
    try {
      Set<IpPrefix> ranges = ranges(client.read(PATH));
      refused = false;
      if (closed.getCount() > 0) {
        listener.accept(ranges);
      }
      return true;
    } catch (ApiException failure) {
      if (failure.isForbidden()) {
        if (!refused) {
          log.info(
              "the ranges of Services are not known: kindnetd needs the verb list on servicecidrs");
        }
        refused = true;
        listener.accept(Set.of());
        return true;
      }
      if (failure.isNotFound()) {
        listener.accept(Set.of());
        return true;
      }
      log.debug("ServiceCIDRs are not known", failure);
    } catch (IOException | RuntimeException failure) {
      log.debug("ServiceCIDRs are not known", failure);
    }
    return false;
  }

  private static Set<IpPrefix> ranges(JsonNode list) {
    Set<IpPrefix> ranges = new HashSet<>();
    for (JsonNode item : list.path("items")) {
      for (JsonNode cidr : item.path("spec").path("cidrs")) {
        try {
          ranges.add(ApiAddresses.prefix(cidr.asText()));
        } catch (IllegalArgumentException none) {
          log.warn(
              "ServiceCIDR {}: {}", item.path("metadata").path("name").asText(), none.getMessage());
        }
      }
    }
    return ranges;
  }
}
