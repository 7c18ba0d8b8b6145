package io.kindnet.kindnetd.cluster;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Has equal values be one object, as long as somebody uses it: thousands of Pods have the labels of
 * their Deployment, and the name of their namespace. For one thread. Takes half of what a
 * WeakHashMap does for a value that only one Pod has.
 */
public final class Interner<T> {
  private static final int FIRST_CHAINS = 64;

  private final ReferenceQueue<T> unused = new ReferenceQueue<>();
  private @Nullable Entry<T>[] chains = chains(FIRST_CHAINS);
  private int size;

  /** A value, in the chain of those whose hash has the same last bits. */
  private static final class Entry<T> extends WeakReference<T> {
    private final int hash;
    private @Nullable Entry<T> next;

    Entry(T value, ReferenceQueue<T> unused, int hash) {
      super(value, unused);
      this.hash = hash;
    }
  }

  /** The object that stands for all that are equal to {@code value}. */
  public T intern(T value) {
    removeUnused();
    int hash = value.hashCode();
    for (Entry<T> entry = chains[chain(hash)]; entry != null; entry = entry.next) {
      @Nullable T present = entry.hash == hash ? entry.get() : null;
      if (present != null && value.equals(present)) {
        return present;
      }
    }
    if (size == chains.length) {
      grow();
    }
    size++;
    add(new Entry<>(value, unused, hash));
    return value;
  }

  /** How many values are in use, and at most how many were until a moment ago. */
  int size() {
    removeUnused();
    return size;
  }

  private int chain(int hash) {
    return (hash ^ hash >>> 16) & chains.length - 1;
  }

  private void add(Entry<T> entry) {
    int chain = chain(entry.hash);
    entry.next = chains[chain];
    chains[chain] = entry;
  }

  private void grow() {
    @Nullable Entry<T>[] before = chains;
    chains = chains(2 * before.length);
    for (@Nullable Entry<T> first : before) {
      Entry<T> entry = first;
      while (entry != null) {
        Entry<T> next = entry.next;
        add(entry);
        entry = next;
      }
    }
  }

  private void removeUnused() {
    for (Reference<?> gone = unused.poll(); gone != null; gone = unused.poll()) {
      remove((Entry<?>) gone);
    }
  }

  private void remove(Entry<?> gone) {
    int chain = chain(gone.hash);
    @Nullable Entry<T> before = null;
    for (Entry<T> entry = chains[chain]; entry != null; entry = entry.next) {
      if (entry == gone) {
        if (before == null) {
          chains[chain] = entry.next;
        } else {
          before.next = entry.next;
        }
        size--;
        return;
      }
      before = entry;
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array that nobody else has
  private static <T> @Nullable Entry<T>[] chains(int length) {
    return new Entry[length];
  }
}
