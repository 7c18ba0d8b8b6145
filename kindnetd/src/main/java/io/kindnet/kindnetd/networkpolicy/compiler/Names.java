package io.kindnet.kindnetd.networkpolicy.compiler;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Names of chains and sets, and comments, in the lengths that the kernel and nft take. */
final class Names {
  /** nft takes no longer comment. */
  private static final int MOST_COMMENT = 127;

  /** So much of the name of a policy, of 317 characters at the most, is in that of a chain. */
  private static final int MOST_POLICY = 80;

  private static final int HASH_BYTES = 6;

  private Names() {}

  /** Twelve hexadecimal digits that tell {@code identity} from others. */
  static String hash(String identity) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(identity.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  /**
   * The name of a chain, such as {@code ingress-default/web-and-2-1a2b3c4d5e6f}.
   *
   * @param policies the full names of those that it is about, at least one
   * @param identity what tells it from other chains
   */
  static String chain(String kind, List<String> policies, String identity) {
    String first = policies.getFirst();
    String shown = first.length() > MOST_POLICY ? first.substring(0, MOST_POLICY) : first;
    String others = policies.size() > 1 ? "-and-" + (policies.size() - 1) : "";
    return kind + "-" + shown + others + "-" + hash(kind + "|" + identity);
  }

  /**
   * {@code parts} with commas between them; where that is too long, as many as fit and the number
   * of the others.
   */
  static String comment(String prefix, List<String> parts) {
    StringBuilder text = new StringBuilder(prefix);
    for (int i = 0; i < parts.size(); i++) {
      String part = (i > 0 ? ", " : "") + quotable(parts.get(i));
      int left = parts.size() - i - 1;
      String rest = left > 0 ? " and " + left + " more" : "";
      if (bytes(text + part + rest) > MOST_COMMENT) {
        int missing = parts.size() - i;
        if (i == 0) {
          String more = "…" + (left > 0 ? " and " + left + " more" : "");
          return cut(text + part, MOST_COMMENT - bytes(more)) + more;
        }
        return text + " and " + missing + " more";
      }
      text.append(part);
    }
    return text.toString();
  }

  /** {@code text} in at most 127 bytes of UTF-8. */
  static String comment(String text) {
    return comment("", List.of(text));
  }

  /** What nft lists in quotes has none itself. */
  private static String quotable(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!isQuotable(text.charAt(i))) {
        StringBuilder quotable = new StringBuilder(text);
        for (int j = i; j < text.length(); j++) {
          if (!isQuotable(text.charAt(j))) {
            quotable.setCharAt(j, ' ');
          }
        }
        return quotable.toString();
      }
    }
    return text;
  }

  private static boolean isQuotable(char character) {
    return character != '"' && !Character.isISOControl(character);
  }

  private static String cut(String text, int most) {
    String shorter = text.length() > most ? text.substring(0, most) : text;
    while (bytes(shorter) > most) {
      shorter = shorter.substring(0, shorter.length() - 1);
    }
    return shorter;
  }

  private static int bytes(String text) {
    return text.getBytes(UTF_8).length;
  }
}
