package io.kindnet.kindnetd.dnscache.cache;

import io.kindnet.kindnetd.dnscache.wire.Answer;
import io.kindnet.kindnetd.dnscache.wire.AnswerKind;
import io.kindnet.kindnetd.dnscache.wire.Query;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Answers by server, name, type and the flags that an answer depends on. Finding one takes no lock and
 * allocates nothing. What was not used since the hand came by last time goes first when room is needed
 * (the algorithm CLOCK). Thread-safe. All times are nanoseconds of one clock of the caller.
 */
public final class AnswerCache {
  /** For how long an answer may be used after it has expired, in seconds. */
  public static final int STALE_SECONDS = 3600;

  /** For how long a failure is kept at most, in seconds; RFC 9520 allows 300. */
  public static final int FAILURE_SECONDS = 5;

  /** The type in the key of an answer that says that there is no such name. */
  private static final int ANY_TYPE = 0;

  /** Of the flags in the key: it is a failure, which does not take the place of what has expired. */
  private static final int FAILURE = 1 << 7;

  /** Of one entry, to choose the size of the table. */
  private static final int USUAL_MEMORY = 256;

  private static final int LEAST_SLOTS = 64;

  private final long maxBytes;
  private final AtomicReferenceArray<@Nullable CacheEntry> table;
  private final Map<Integer, NameErrors> nameErrors = new ConcurrentHashMap<>();

  // written with the lock
  private volatile long bytes;
  private volatile int entries;
  private volatile long evicted;
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
    CacheEntry byName = find(server, query, ANY_TYPE, 0);
    if (byName != null && byName.remaining(now) > 0) {
      return byName;
    }
    CacheEntry failure = find(server, query, query.type(), FAILURE);
    if (failure != null && failure.remaining(now) > 0) {
      return failure;
    }
    return exact == null ? byName : exact;
  }

  private @Nullable CacheEntry find(int server, Query query, int type, int failure) {
    int bits = query.keyBits() | failure;
    int hash = hash(server, query, type, bits);
    CacheEntry entry = table.get(hash & table.length() - 1);
    while (entry != null && !entry.matches(hash, server, type, bits, query)) {
      entry = entry.next;
    }
    return entry;
  }

  /** The same, unless it has expired. */
  private @Nullable CacheEntry fresh(int server, Query query, int type, long now) {
    CacheEntry entry = find(server, query, type, 0);
    return entry == null || entry.remaining(now) <= 0 ? null : entry;
  }

  private static int hash(int server, Query query, int type, int bits) {
    long key = query.nameHash() + ((long) server << 24 | type << 8 | bits);
    key *= 0xff51afd7ed558ccdL; // the finalizer of MurmurHash3
    return (int) (key ^ key >>> 33);
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
      int type = keyType(server, query, answer, now);
      add(server, query, type, 0, answer, answer.ttl(), now);
      remove(failure);
      if (type != query.type()) {
        remove(find(server, query, query.type(), 0));
      }
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
    makeRoom(entry.memory(), now);
    int slot = hash & table.length() - 1;
    entry.next = table.get(slot);
    table.set(slot, entry);
    bytes += entry.memory();
    entries++;
  }

  /** One second at first, and twice as long for each that follows (RFC 9520 section 3.2). */
  private static int failureTtl(@Nullable CacheEntry before, long now) {
    boolean again =
        before != null && before.remaining(now) > -TimeUnit.SECONDS.toNanos(2 * FAILURE_SECONDS);
    return again ? Math.min(2 * before.ttl(), FAILURE_SECONDS) : 1;
  }

  /** {@link #ANY_TYPE} where the answer is to be found whichever type is asked for. */
  private int keyType(int server, Query query, Answer answer, long now) {
    NameErrors errors = nameErrors.computeIfAbsent(server, number -> new NameErrors());
    CacheEntry byName = fresh(server, query, ANY_TYPE, now);
    CacheEntry sibling = fresh(server, query, NameErrors.sibling(query.type()), now);
    if (answer.kind() == AnswerKind.NO_NAME) {
      // after a CNAME the error is about another name (RFC 2308 section 2.1)
      if (answer.anyAnswers()) {
        return query.type();
      }
      if (sibling != null) {
        errors.seen(sibling.answer().kind() == AnswerKind.NO_NAME, now);
      }
      return errors.trusted(now) ? ANY_TYPE : query.type();
    }
    if (answer.kind() == AnswerKind.RECORDS || answer.kind() == AnswerKind.NO_DATA) {
      if (byName != null) {
        if (byName.answer().type() != query.type()) {
          errors.seen(false, now);
        }
        remove(byName);
      }
      if (sibling != null && sibling.answer().kind() == AnswerKind.NO_NAME) {
        errors.seen(false, now);
      }
    }
    return query.type();
  }

  /** Forgets all answers of a server. */
  public synchronized void removeServer(int server) {
    nameErrors.remove(server);
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
      hand = hand + 1 & table.length() - 1;
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

  private void makeRoom(int memory, long now) {
    // each entry is met twice at most: its mark is cleared, then it goes
    while (entries > 0 && bytes + memory > maxBytes) {
      hand = hand + 1 & table.length() - 1;
      for (CacheEntry entry = table.get(hand); entry != null; entry = entry.next) {
        boolean expired = entry.remaining(now) <= 0;
        if (expired || !entry.clearUsed()) {
          remove(entry);
          evicted += expired ? 0 : 1;
        }
      }
    }
  }

  private void remove(@Nullable CacheEntry gone) {
    if (gone == null) {
      return;
    }
    int slot = gone.hash() & table.length() - 1;
    CacheEntry before = null;
    for (CacheEntry entry = table.get(slot); entry != null; entry = entry.next) {
      if (entry == gone) {
        if (before == null) {
          table.set(slot, gone.next);
        } else {
          before.next = gone.next;
        }
        bytes -= gone.memory();
        entries--;
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
    return entries;
  }

  public long bytes() {
    return bytes;
  }

  /** How many entries were removed for want of room before they expired. */
  public long evicted() {
    return evicted;
  }
}
