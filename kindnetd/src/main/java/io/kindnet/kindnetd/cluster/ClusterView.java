package io.kindnet.kindnetd.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * All objects of one kind as they are now. Says nothing until the first list is complete, since an
 * agent that took half a list for the whole would remove the other half's state.
 *
 * @param <T> a record; states that agents need not tell apart are equal
 */
public final class ClusterView<T> {
  /** Changes that are kept for those who ask what has changed. */
  private static final int MOST_CHANGES = 1024;

  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Map<String, T> objects = new HashMap<>();
  private final Deque<Change<T>> changes = new ArrayDeque<>();
  private boolean complete;
  private long version;
  // one for all who ask, until something changes
  private @Nullable Snapshot<T> current;

  /**
   * All objects at one moment.
   *
   * @param version for {@link #changesSince}
   * @param objects by their keys, immutable
   */
  public record Snapshot<T>(long version, Map<String, T> objects) {}

  /**
   * A change of one object.
   *
   * @param before as it was, empty if it is new
   * @param after as it is, empty if it was deleted
   */
  public record Change<T>(String key, Optional<T> before, Optional<T> after) {}

  /**
   * What has changed.
   *
   * @param version up to which these are all changes
   * @param changes in order; an object may be in several
   */
  public record Changes<T>(long version, List<Change<T>> changes) {}

  /** All objects; empty until the first list is complete. Costs what exists, after a change. */
  public synchronized Optional<Snapshot<T>> snapshot() {
    if (!complete) {
      return Optional.empty();
    }
    Snapshot<T> snapshot = current;
    if (snapshot == null) {
      snapshot = new Snapshot<>(version, Map.copyOf(objects));
      current = snapshot;
    }
    return Optional.of(snapshot);
  }

  /**
   * What has changed since a snapshot or earlier changes; costs what has changed.
   *
   * @param since the version of those
   * @return empty if that is too long ago: only a snapshot tells
   */
  public synchronized Optional<Changes<T>> changesSince(long since) {
    long missing = version - since;
    if (missing > changes.size()) {
      return Optional.empty();
    }
    List<Change<T>> newest = new ArrayList<>((int) missing);
    changes.stream().skip(changes.size() - missing).forEach(newest::add);
    return Optional.of(new Changes<>(version, List.copyOf(newest)));
  }

  /** One object, as it is now. */
  public synchronized Optional<T> get(String key) {
    return complete ? Optional.ofNullable(objects.get(key)) : Optional.empty();
  }

  /** How many objects are known so far. */
  public synchronized int size() {
    return objects.size();
  }

  /** Has {@code listener} run after each change, on the thread that makes it; it must be quick. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Takes in an object's new state; one that changes nothing is dropped here. */
  public void put(String key, T object) {
    boolean notify;
    synchronized (this) {
      T before = objects.get(key);
      if (object.equals(before)) {
        return;
      }
      objects.put(key, object);
      notify = changed(new Change<>(key, Optional.ofNullable(before), Optional.of(object)));
    }
    if (notify) {
      notifyListeners();
    }
  }

  /** Forgets an object; one that is not known is dropped here. */
  public void remove(String key) {
    boolean notify;
    synchronized (this) {
      notify = forget(key);
    }
    if (notify) {
      notifyListeners();
    }
  }

  /**
   * Forgets all objects but these, as after a list of all that there are; that list is complete.
   */
  public void listed(Set<String> keys) {
    boolean notify = false;
    synchronized (this) {
      for (String key : List.copyOf(objects.keySet())) {
        if (!keys.contains(key)) {
          notify |= forget(key);
        }
      }
      notify |= !complete;
      complete = true;
    }
    if (notify) {
      notifyListeners();
    }
  }

  private boolean forget(String key) {
    T before = objects.remove(key);
    return before != null && changed(new Change<>(key, Optional.of(before), Optional.empty()));
  }

  /** Returns whether there is something to tell. */
  private boolean changed(Change<T> change) {
    if (!complete) {
      return false; // nobody has a snapshot yet
    }
    version++;
    current = null;
    changes.addLast(change);
    if (changes.size() > MOST_CHANGES) {
      changes.removeFirst();
    }
    return true;
  }

  private void notifyListeners() {
    listeners.forEach(Runnable::run);
  }
}
