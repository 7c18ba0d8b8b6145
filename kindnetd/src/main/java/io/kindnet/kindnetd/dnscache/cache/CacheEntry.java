package io.kindnet.kindnetd.dnscache.cache;

import io.kindnet.kindnetd.dnscache.wire.Answer;
import io.kindnet.kindnetd.dnscache.wire.AnswerKind;
import io.kindnet.kindnetd.dnscache.wire.Query;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/** An answer in the cache. */
public final class CacheEntry {
  /** Memory of the object and its place in the table. */
  private static final int OBJECT = 64;

  private static final AtomicIntegerFieldUpdater<CacheEntry> REFRESHED =
      AtomicIntegerFieldUpdater.newUpdater(CacheEntry.class, "refreshed");

  private final Answer answer;
  private final int server;
  private final int hash;
  private final char keyType;
  private final byte keyBits;
  private final int ttl;
  private final long stored;
  private volatile int refreshed;

  /** In the chain of the table; written by who holds the lock of the cache. */
  volatile @Nullable CacheEntry next;

  // counted without a lock, since nothing depends on a few more or less
  private int hits;
  private boolean used;

  // by several threads, one like the other
  private int announced;

  CacheEntry(Answer answer, int server, int hash, int keyType, int keyBits, int ttl, long stored) {
    this.answer = answer;
    this.server = server;
    this.hash = hash;
    this.keyType = (char) keyType;
    this.keyBits = (byte) keyBits;
    this.ttl = ttl;
    this.stored = stored;
  }

  public Answer answer() {
    return answer;
  }

  /** The number of the server. */
  public int server() {
    return server;
  }

  int hash() {
    return hash;
  }

  /** For how many seconds it is kept. */
  public int ttl() {
    return ttl;
  }

  /**
   * How many whole seconds ago the server has answered.
   *
   * @param now in nanoseconds, of the clock by which it was stored
   */
  public int age(long now) {
    return (int) Math.max(0, TimeUnit.NANOSECONDS.toSeconds(now - stored));
  }

  /**
   * Until it expires, in nanoseconds; below zero afterwards.
   *
   * @param now as of {@link #age}
   */
  public long remaining(long now) {
    return TimeUnit.SECONDS.toNanos(ttl) - (now - stored);
  }

  /** Whether it says, now, that there is no such name; not that of an alias's target. */
  boolean saysNoName(long now) {
    // after a CNAME the error is about another name (RFC 2308 section 2.1)
    return answer.kind() == AnswerKind.NO_NAME && !answer.anyAnswers() && remaining(now) > 0;
  }

  /** Whatever {@link #announced(int)} was given last; 0 at first. */
  public int announced() {
    return announced;
  }

  /** Notes something about who was told of it. */
  public void announced(int note) {
    announced = note;
  }

  /** It has answered a query. */
  public void hit() {
    hits++;
    if (!used) {
      used = true;
    }
  }

  /** How many queries it has answered, about. */
  public int hits() {
    return hits;
  }

  /** Whether it was used since the last call. */
  boolean clearUsed() {
    boolean before = used;
    used = false;
    return before;
  }

  /** Whether the caller is the one who asks the server again before it expires. */
  public boolean claimRefresh() {
    return refreshed == 0 && REFRESHED.compareAndSet(this, 0, 1);
  }

  int memory() {
    return OBJECT + answer.memory();
  }

  boolean matches(int otherHash, int otherServer, int otherType, int otherBits, Query query) {
    return hash == otherHash
        && server == otherServer
        && keyType == otherType
        && keyBits == (byte) otherBits
        && answer.isAbout(query);
  }
}
