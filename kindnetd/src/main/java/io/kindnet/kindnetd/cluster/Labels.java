package io.kindnet.kindnetd.cluster;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The labels of an object, in little memory. */
public final class Labels {
  /** No labels. */
  public static final Labels NONE = new Labels(new String[0]);

  // key, value, key, value, …, sorted by key
  private final String[] texts;

  private Labels(String[] texts) {
    this.texts = texts;
  }

  /** These labels. */
  public static Labels of(Map<String, String> labels) {
    String[] texts = new String[2 * labels.size()];
    int i = 0;
    for (Map.Entry<String, String> label : new TreeMap<>(labels).entrySet()) {
      texts[i++] = label.getKey();
      texts[i++] = label.getValue();
    }
    return texts.length == 0 ? NONE : new Labels(texts);
  }

  /** The value of a label, if there is one with this key. */
  public Optional<String> get(String key) {
    for (int i = 0; i < texts.length; i += 2) {
      if (texts[i].equals(key)) {
        return Optional.of(texts[i + 1]);
      }
    }
    return Optional.empty();
  }

  /** A copy. */
  public Map<String, String> asMap() {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < texts.length; i += 2) {
      map.put(texts[i], texts[i + 1]);
    }
    return map;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Labels labels && Arrays.equals(texts, labels.texts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(texts);
  }

  @Override
  public String toString() {
    return List.of(texts).toString();
  }
}
