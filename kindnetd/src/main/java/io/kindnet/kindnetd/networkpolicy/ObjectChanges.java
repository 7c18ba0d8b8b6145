package io.kindnet.kindnetd.networkpolicy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What has to be done to the sets of a table, or to its chains.
 *
 * @param <T> a set or a chain
 * @param <C> what is in it
 */
final class ObjectChanges<T, C> {
  private final Set<T> wrong = new LinkedHashSet<>();
  private final Map<T, C> created = new LinkedHashMap<>();
  private final Map<T, C> replaced = new LinkedHashMap<>();
  private final List<T> unused = new ArrayList<>();

  /** Others have made one of this name, of another kind. */
  void isWrong(T object) {
    wrong.add(object);
  }

  Set<T> wrong() {
    return wrong;
  }

  /** Makes one with this content. */
  void create(T object, C content) {
    created.put(object, content);
  }

  Map<T, C> created() {
    return created;
  }

  /** Takes everything out of it, whatever it is, and puts this into it. */
  void replace(T object, C content) {
    replaced.put(object, content);
  }

  Map<T, C> replaced() {
    return replaced;
  }

  /** Takes it away. */
  void remove(T object) {
    unused.add(object);
  }

  List<T> unused() {
    return unused;
  }

  boolean isEmpty() {
    return wrong.isEmpty() && created.isEmpty() && replaced.isEmpty() && unused.isEmpty();
  }
}
