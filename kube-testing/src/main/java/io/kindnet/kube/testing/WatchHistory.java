package io.kindnet.kube.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What has changed, for watches that begin at any version since the start of the server. */
final class WatchHistory {
  /**
   * A change of one object.
   *
   * @param path of the object, or of where it was created
   * @param event as a watch tells of it, JSON in one line
   */
  record Change(long version, String path, String event) {}

  private final List<Change> changes = new ArrayList<>();

  synchronized void add(Change change) {
    changes.add(change);
    notifyAll();
  }

  /**
   * The changes below {@code path} after {@code version}; waits until there is one.
   *
   * @param goesOn asked after each change of any object; without it there may be none
   */
  synchronized List<Change> after(long version, String path, BooleanSupplier goesOn)
      throws InterruptedException {
    List<Change> found = find(version, path);
    while (found.isEmpty() && goesOn.getAsBoolean()) {
      wait();
      found = find(version, path);
    }
    return found;
  }

  private List<Change> find(long version, String path) {
    return changes.stream()
        .filter(change -> change.version() > version)
        .filter(change -> isBelow(change.path(), path) || isBelow(unscoped(change.path()), path))
        .toList();
  }

  private static boolean isBelow(String object, String path) {
    return object.equals(path) || object.startsWith(path + "/");
  }

  /** The path as if the object were in no namespace: a watch may be of all namespaces. */
  private static String unscoped(String object) {
    return object.replaceFirst("/namespaces/[^/]+/", "/");
  }
}
