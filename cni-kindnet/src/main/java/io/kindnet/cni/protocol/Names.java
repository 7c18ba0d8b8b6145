package io.kindnet.cni.protocol;

import org.jspecify.annotations.Nullable;

/** What the specification allows in names. Each check gives the reason why not, or null. */
final class Names {
  private Names() {}

  /**
   * Container IDs and network names: a letter or digit, then letters, digits, {@code _}, {@code .}
   * and {@code -}.
   */
  static @Nullable String problemWithIdentifier(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean alphanumeric = isIn(c, 'a', 'z') || isIn(c, 'A', 'Z') || isIn(c, '0', '9');
      boolean inner = i > 0 && (c == '_' || c == '.' || c == '-');
      if (!alphanumeric && !inner) {
        return "it must begin with a letter or digit and hold only those, '_', '.' and '-'";
      }
    }
    return text.isEmpty() ? "it is empty" : null;
  }

  /**
   * Interface names: what Linux takes, and neither {@code /} nor {@code :} nor white space. Nor
   * {@code %}: Linux makes {@code eth0} of {@code eth%d}, and nobody would find that again.
   */
  static @Nullable String problemWithInterface(String text) {
    if (text.isEmpty()) {
      return "it is empty";
    }
    if (text.length() > 15) {
      return "it has " + text.length() + " characters, 15 are allowed";
    }
    if (text.equals(".") || text.equals("..")) {
      return "it is a directory";
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '/' || c == ':' || c == '%' || c <= ' ' || c > '~') {
        return "it must not hold '/', ':', '%', white space or characters outside ASCII";
      }
    }
    return null;
  }

  private static boolean isIn(char c, char first, char last) {
    return c >= first && c <= last;
  }
}
