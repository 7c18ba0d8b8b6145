package io.kindnet.kindnetd.networkpolicy.domains;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds who wants to know of a name: by one look-up for the name, and one for each of its ends.
 *
 * @param <T> those who want to know
 */
final class DomainMatcher<T> {
  private static final String WILDCARD = "*.";

  private final Map<String, List<T>> exact = new HashMap<>();

  /** What stands behind the wildcard. */
  private final Map<String, List<T>> below = new HashMap<>();

  private DomainMatcher() {}

  /**
   * A matcher that stays as it is.
   *
   * @param names of each, in lower case, without the final dot; with the prefix {@code *.} all
   *     names with one or more labels in its place
   */
  static <T> DomainMatcher<T> of(Map<T, ? extends Collection<String>> names) {
    DomainMatcher<T> matcher = new DomainMatcher<>();
    names.forEach((one, all) -> {
      for (String name : all) {
        boolean wildcard = name.startsWith(WILDCARD);
        String rest = wildcard ? name.substring(WILDCARD.length()) : name;
        (wildcard ? matcher.below : matcher.exact)
            .computeIfAbsent(rest + ".", _ -> new ArrayList<>())
            .add(one);
      }
    });
    return matcher;
  }

  /**
   * Those who want to know of a name, each once.
   *
   * @param name in presentation format (RFC 1035 section 5.1), in lower case, with the final dot
   */
  Set<T> find(String name) {
    Set<T> found = new LinkedHashSet<>(exact.getOrDefault(name, List.of()));
    if (!below.isEmpty()) {
      for (int end = nextLabel(name, 0); end > 0; end = nextLabel(name, end)) {
        found.addAll(below.getOrDefault(name.substring(end), List.of()));
      }
    }
    return found;
  }

  /** Whether anybody wants to know of a name. */
  boolean matches(String name) {
    return !find(name).isEmpty();
  }

  /** Where the label behind the one at {@code from} begins; 0 if there is none. */
  private static int nextLabel(String name, int from) {
    for (int i = from; i < name.length() - 1; i++) {
      char character = name.charAt(i);
      if (character == '\\') {
        i++; // a dot that follows is part of the label
      } else if (character == '.') {
        return i + 1;
      }
    }
    return 0;
  }
}
