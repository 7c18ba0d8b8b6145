package io.kindnet.kindnetd.cluster;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Has equal values be one object, as long as somebody uses it: thousands of Pods have the labels of
 * their Deployment, and the name of their namespace. For one thread.
 */
public final class Interner<T> {
  private final Map<T, WeakReference<T>> values = new WeakHashMap<>();

  /** The object that stands for all that are equal to {@code value}. */
  public T intern(T value) {
    WeakReference<T> reference = values.get(value);
    @Nullable T present = reference == null ? null : reference.get();
    if (present != null) {
      return present;
    }
    values.put(value, new WeakReference<>(value));
    return value;
  }
}
