package io.kindnet.kindnetd.networkpolicy.domains;

import io.kindnet.kindnetd.networkpolicy.compiler.DomainSet;
import io.kindnet.kindnetd.networkpolicy.compiler.TableSet;
import io.kindnet.netlink.nftables.Element;
import io.kindnet.netlink.nftables.NftablesSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the addresses of domain names in the sets that rules look up. Who answers clients tells it
 * of each answer first, and is held up until the kernel has the addresses. Who makes the sets asks
 * what has to be in them. Thread-safe.
 */
public final class DomainAddresses {
  /**
   * For how long an address may be connected to after the answer that gave it has expired. Java
   * keeps answers for 30 s, whatever their TTL; who has several addresses tries one after the
   * other; and while kindnetd is being replaced, nobody learns of answers.
   */
  public static final Duration GRACE = Duration.ofSeconds(60);

  private static final Logger log = LoggerFactory.getLogger(DomainAddresses.class);

  /** Answers that say more are not believed for longer. */
  private static final long LONGEST_SECONDS = TimeUnit.DAYS.toSeconds(1);

  private final Supplier<NftablesSocket> nftables;
  private final AnswerSetWriter writer;
  private final Duration grace;
  private final LongSupplier nanoTime;
  private final LongAdder refused = new LongAdder();
  private volatile DomainMatcher<String> matcher = DomainMatcher.of(Map.of());
  private volatile int generation;
  private volatile CachedAnswers cached = CachedAnswers.NONE;

  // guarded by this
  private final Map<String, AnswerSet> answers = new HashMap<>();
  private final Map<String, ConnectionSet> connections = new HashMap<>();
  private int lastGeneration;

  /**
   * What leads from what is in a set of the kernel to what should be.
   *
   * @param removed those that others have put into it
   * @param added those that others have taken away
   */
  public record Difference(List<Element> removed, List<Element> added) {
    /** Copies the lists. */
    public Difference {
      removed = List.copyOf(removed);
      added = List.copyOf(added);
    }
  }

  /**
   * Knows of no names yet.
   *
   * @param nftables gives the socket of the network namespace; stays the caller's to close
   */
  public DomainAddresses(Supplier<NftablesSocket> nftables) {
    this(nftables, GRACE, System::nanoTime);
  }

  /**
   * As the other one, but for the time.
   *
   * @param grace instead of {@link #GRACE}
   * @param nanoTime the clock by which addresses expire, which has to be as quick as the kernel's
   */
  public DomainAddresses(Supplier<NftablesSocket> nftables, Duration grace, LongSupplier nanoTime) {
    this.nftables = nftables;
    this.writer = new AnswerSetWriter(nftables);
    this.grace = grace;
    this.nanoTime = nanoTime;
  }

  /** Where answers are kept; asked when there are new names. */
  public void cached(CachedAnswers source) {
    cached = source;
  }

  /**
   * Another number whenever it is about other names: an answer that it has been told of may matter
   * now. 0 while it is about none.
   */
  public int generation() {
    return generation;
  }

  /**
   * Whether a policy is about a name.
   *
   * @param name in presentation format (RFC 1035 section 5.1), in lower case, with the final dot
   */
  public boolean concerns(String name) {
    return matcher.matches(name);
  }

  /**
   * A client is about to be told the addresses of a name. Returns when the kernel has them, if a
   * policy is about the name.
   *
   * @param name as of {@link #concerns}
   * @param seconds for how long the client may use the addresses
   * @return false if the kernel did not take them
   */
  public boolean answering(String name, Collection<InetAddress> addresses, long seconds) {
    if (addresses.isEmpty() || !matcher.matches(name)) {
      return true;
    }
    long now = nanoTime.getAsLong();
    long left = TimeUnit.SECONDS.toNanos(Math.min(seconds, LONGEST_SECONDS)) + grace.toNanos();
    AnswerSet.Lease lease = new AnswerSet.Lease(name, now + left);
    synchronized (this) {
      List<AnswerSet> changed = new ArrayList<>();
      for (String found : matcher.find(name)) {
        AnswerSet set = answers.get(found);
        if (set != null) {
          extend(set, addresses, lease, now);
          if (set.isInKernel()) {
            changed.add(set);
          }
        }
      }
      return writer.write(changed, now);
    }
  }

  private void extend(
      AnswerSet set, Collection<InetAddress> addresses, AnswerSet.Lease lease, long now) {
    for (InetAddress address : addresses) {
      if (!set.extend(address, lease, now)) {
        if (refused.sum() == 0) {
          log.warn("there is no room for more addresses of {}", set.set().set());
        }
        refused.increment();
      }
    }
  }

  /**
   * These are the sets that are to be, of all kinds; others may be deleted after the return. What
   * is known of the names of new ones is remembered for them.
   */
  public void prepare(Collection<? extends TableSet> wanted) {
    Map<String, DomainSet> sets = new LinkedHashMap<>();
    for (TableSet set : wanted) {
      if (set instanceof DomainSet domains) {
        sets.put(set.name(), domains);
      }
    }
    synchronized (this) {
      Set<String> present = new HashSet<>(answers.keySet());
      present.addAll(connections.keySet());
      if (present.equals(sets.keySet())) {
        return;
      }
      follow(sets);
    }
    // what clients have been told before, while nobody cared
    cached.forEach(matcher::matches, this::answering);
  }

  private void follow(Map<String, DomainSet> sets) {
    Map<InetAddress, String> known = new HashMap<>();
    answers
        .values()
        .forEach(set -> set.leases().forEach((address, lease) -> known.put(address, lease.name())));
    Map<String, AnswerSet> before = Map.copyOf(answers);
    List<Element> connected = connected(sets);
    answers.keySet().retainAll(sets.keySet());
    connections.keySet().retainAll(sets.keySet());
    Map<String, SortedSet<String>> names = new HashMap<>();
    long now = nanoTime.getAsLong();
    sets.forEach((name, set) -> {
      if (set.isOfConnections()) {
        connections.computeIfAbsent(name, _ -> ConnectionSet.of(set, connected, known, now));
      } else {
        names.put(name, set.names());
        answers.computeIfAbsent(name, _ -> AnswerSet.of(set, before.values(), now));
      }
    });
    matcher = DomainMatcher.of(names);
    lastGeneration++;
    generation = names.isEmpty() ? 0 : lastGeneration;
  }

  /** What is in the sets of connections, if there is a new one: pods do not connect again. */
  private List<Element> connected(Map<String, DomainSet> sets) {
    List<Element> connected = new ArrayList<>();
    if (!connections
        .keySet()
        .containsAll(
            sets.values().stream()
                .filter(DomainSet::isOfConnections)
                .map(DomainSet::name)
                .toList())) {
      for (ConnectionSet set : connections.values()) {
        connected.addAll(nftables.get().list().elements(set.set().set()));
      }
    }
    return connected;
  }

  /** All that has to be in a set that the caller makes. */
  public synchronized List<Element> elements(DomainSet set) {
    long now = nanoTime.getAsLong();
    ConnectionSet connected = connections.get(set.name());
    if (connected != null) {
      return connected.elements(now);
    }
    AnswerSet answered = answers.get(set.name());
    return answered == null ? List.of() : answered.elements(now);
  }

  /**
   * What is to be done about a set that is there.
   *
   * @param listing lists what is in it; no answer changes that meanwhile
   */
  public synchronized Difference difference(
      DomainSet set, Supplier<? extends Collection<Element>> listing) {
    Collection<Element> kernel = listing.get();
    long now = nanoTime.getAsLong();
    ConnectionSet connected = connections.get(set.name());
    if (connected != null) {
      return new Difference(List.of(), connected.compare(kernel, now));
    }
    AnswerSet answered = answers.get(set.name());
    return answered == null ? new Difference(List.of(), List.of()) : answered.compare(kernel, now);
  }

  /** The kernel has all sets now. What has come since they were asked for is added to them. */
  public synchronized void installed() {
    answers.values().forEach(set -> set.isInKernel(true));
    var _ = writer.write(answers.values(), nanoTime.getAsLong());
  }

  /** The number by which the kernel names what this does; 0 as long as that is nothing. */
  public int portId() {
    return generation == 0 ? 0 : nftables.get().portId();
  }

  /** How many addresses may be connected to, in all sets. */
  public synchronized long count() {
    long now = nanoTime.getAsLong();
    return answers.values().stream().mapToLong(set -> set.live(now)).sum();
  }

  /** How many addresses had no room. */
  public long refused() {
    return refused.sum();
  }

  /** How often the kernel did not take addresses. */
  public long failures() {
    return writer.failures();
  }
}
