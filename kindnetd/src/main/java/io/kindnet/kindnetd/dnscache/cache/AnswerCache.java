package io.kindnet.kindnetd.dnscache.cache;

import io.kindnet.kindnetd.dnscache.wire.Answer;
import io.kindnet.kindnetd.dnscache.wire.AnswerKind;
import io.kindnet.kindnetd.dnscache.wire.Dns;
import io.kindnet.kindnetd.dnscache.wire.Query;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers by server, name, type and the flags that an answer depends on. Finding one takes no lock
 * and allocates nothing. What was not used since the hand came by last time goes first when space
 * is needed (the algorithm CLOCK). Thread-safe. All times are nanoseconds of one clock of the
 * caller.
 */
public final class AnswerCache {
  /** For how long an answer may be used after it has expired, in seconds. */
  public static final int STALE_SECONDS = 3600;

  /** For how long a failure is kept at most, in seconds; RFC 9520 allows 300. */
  public static final int FAILURE_SECONDS = 5;

  /**
   * Of the flags in the key: it is a failure, which does not take the place of what has expired.
   */
  private static final int FAILURE = 1 << 7;

  /** Of one entry, to choose the size of the table. */
  private static final int USUAL_MEMORY = 256;

  private static final int LEAST_SLOTS = 64;

  private final long maxBytes;
  private final AtomicReferenceArray<@Nullable CacheEntry> table;

  // written with the lock
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger entries = new AtomicInteger();
  private final AtomicLong evicted = new AtomicLong();
  private int hand;

  /**
   * @param maxBytes for all entries together
   */
  public AnswerCache(long maxBytes) {
    this.maxBytes = maxBytes;
    long slots = Math.clamp(maxBytes / USUAL_MEMORY, LEAST_SLOTS, 1 << 24);
    table = new AtomicReferenceArray<>(Integer.highestOneBit((int) slots));
  }

  /**
   * The best answer to a query: one that has not expired, else one that has, else null.
   *
   * @param server number of the server
   * @param now in nanoseconds
   */
  public @Nullable CacheEntry find(int server, Query query, long now) {
    CacheEntry exact = find(server, query, query.type(), 0);
    if (exact != null && exact.remaining(now) > 0) {
      return exact;
    }
    CacheEntry noName = noName(server, query, now);
    if (noName != null) {
      return noName;
    }
    CacheEntry failure = find(server, query, query.type(), FAILURE);
    if (failure != null && failure.remaining(now) > 0) {
      return failure;
    }
    return exact;
  }

  /**
   * That there is no such name holds for all types (RFC 2308 section 5). But some servers say so to
   * hide one type, such as all AAAA records; so it is believed when it was said of A and of AAAA.
   */
  private @Nullable CacheEntry noName(int server, Query query, long now) {
    if (query.type() == Dns.TYPE_A || query.type() == Dns.TYPE_AAAA) {
      return null;
    }
    CacheEntry v4 = find(server, query, Dns.TYPE_A, 0);
    CacheEntry v6 = find(server, query, Dns.TYPE_AAAA, 0);
    if (v4 == null || v6 == null || !v4.saysNoName(now) || !v6.saysNoName(now)) {
      return null;
    }
    return v4.remaining(now) < v6.remaining(now) ? v4 : v6;
  }

  private @Nullable CacheEntry find(int server, Query query, int type, int failure) {
    int bits = query.keyBits() | failure;
    int hash = hash(server, query, type, bits);
    CacheEntry entry = table.get(slot(hash));
    while (entry != null && !entry.matches(hash, server, type, bits, query)) {
      entry = entry.next;
    }
    return entry;
  }

  private static int hash(int server, Query query, int type, int bits) {
    long key = query.nameHash() + (((long) server << 24) | ((long) type << 8) | bits);
    key *= 0xff51afd7ed558ccdL; // the finalizer of MurmurHash3
    return (int) (key ^ (key >>> 33));
  }

  private int slot(int hash) {
    return hash & (table.length() - 1);
  }

  /**
   * Keeps an answer in the place of an earlier one, if it may be kept at all.
   *
   * @param query that was answered
   * @param now when the answer has come
   */
  public synchronized void put(int server, Query query, Answer answer, long now) {
    if (answer.kind() == AnswerKind.OTHER || answer.truncated()) {
      return;
    }
    CacheEntry failure = find(server, query, query.type(), FAILURE);
    if (answer.kind() == AnswerKind.FAILURE) {
      add(server, query, query.type(), FAILURE, answer, failureTtl(failure, now), now);
    } else if (answer.ttl() > 0) {
      add(server, query, query.type(), 0, answer, answer.ttl(), now);
      remove(failure);
    }
  }

  private void add(
      int server, Query query, int type, int failure, Answer answer, int ttl, long now) {
    int bits = query.keyBits() | failure;
    int hash = hash(server, query, type, bits);
    CacheEntry entry = new CacheEntry(answer, server, hash, type, bits, ttl, now);
    remove(find(server, query, type, failure));
    if (entry.memory() > maxBytes / 8) {
      return;
    }
    makeSpace(entry.memory(), now);
    int slot = slot(hash);
    entry.next = table.get(slot);
    table.set(slot, entry);
    bytes.addAndGet(entry.memory());
    entries.incrementAndGet();
  }

  /** One second at first, and twice as long for each that follows (RFC 9520 section 3.2). */
  private static int failureTtl(@Nullable CacheEntry before, long now) {
    if (before == null || before.remaining(now) < -TimeUnit.SECONDS.toNanos(2 * FAILURE_SECONDS)) {
      return 1;
    }
    return Math.min(2 * before.ttl(), FAILURE_SECONDS);
  }

  /** Forgets all answers of a server. */
  public synchronized void removeServer(int server) {
    for (int slot = 0; slot < table.length(); slot++) {
      for (CacheEntry entry = table.get(slot); entry != null; entry = entry.next) {
        if (entry.server() == server) {
          remove(entry);
        }
      }
    }
  }

  /** Removes what not even a silent server's clients get any more, from a part of the table. */
  public synchronized void sweep(long now) {
    int slots = Math.max(1, table.length() / 64);
    for (int i = 0; i < slots; i++) {
      hand = slot(hand + 1);
      for (CacheEntry entry = table.get(hand); entry != null; entry = entry.next) {
        if (useless(entry, now)) {
          remove(entry);
        }
      }
    }
  }

  private static boolean useless(CacheEntry entry, long now) {
    int more = entry.answer().kind() == AnswerKind.FAILURE ? 2 * FAILURE_SECONDS : STALE_SECONDS;
    return entry.remaining(now) < -TimeUnit.SECONDS.toNanos(more);
  }

  private void makeSpace(int memory, long now) {
    // each entry is met twice at most: its mark is cleared, then it goes
    while (entries.get() > 0 && bytes.get() + memory > maxBytes) {
      hand = slot(hand + 1);
      for (CacheEntry entry = table.get(hand); entry != null; entry = entry.next) {
        boolean expired = entry.remaining(now) <= 0;
        if (expired || !entry.clearUsed()) {
          remove(entry);
          evicted.addAndGet(expired ? 0 : 1);
        }
      }
    }
  }

  private void remove(@Nullable CacheEntry gone) {
    if (gone == null) {
      return;
    }
    int slot = slot(gone.hash());
    CacheEntry before = null;
    for (CacheEntry entry = table.get(slot); entry != null; entry = entry.next) {
      if (entry == gone) {
        if (before == null) {
          table.set(slot, gone.next);
        } else {
          before.next = gone.next;
        }
        bytes.addAndGet(-gone.memory());
        entries.decrementAndGet();
        return;
      }
      before = entry;
    }
  }

  /** Hands over all entries that there are meanwhile, for people. */
  public void forEach(Consumer<CacheEntry> consumer) {
    for (int slot = 0; slot < table.length(); slot++) {
      for (CacheEntry entry = table.get(slot); entry != null; entry = entry.next) {
        consumer.accept(entry);
      }
    }
  }

  public int entries() {
    return entries.get();
  }

  public long bytes() {
    return bytes.get();
  }

  /** How many entries were removed for lack of space before they expired. */
  public long evicted() {
    return evicted.get();
  }
}
