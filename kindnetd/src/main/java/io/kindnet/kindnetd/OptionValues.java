package io.kindnet.kindnetd;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads the texts of flags and environment variables. What reads a text throws an {@link
 * IllegalArgumentException} with the reason where it cannot.
 */
public final class OptionValues {
  private OptionValues() {}

  /**
   * The value of a flag.
   *
   * @throws BadValueException naming the flag, the value and the reason
   */
  public static <T> T flag(String name, String value, Function<String, T> reader) {
    try {
      return reader.apply(value);
    } catch (IllegalArgumentException reason) {
      throw BadValueException.ofFlag(name, value, reason);
    }
  }

  /**
   * The value of an environment variable.
   *
   * @throws BadValueException naming the variable, the value and the reason
   */
  static <T> T variable(String name, String value, Function<String, T> reader) {
    try {
      return reader.apply(value);
    } catch (IllegalArgumentException reason) {
      throw BadValueException.ofVariable(name, value, reason);
    }
  }

  /** Reads items with commas between them; an empty text has none. */
  static <T> Function<String, List<T>> list(Function<String, T> reader) {
    return text -> {
      List<T> items = new ArrayList<>();
      if (!text.isBlank()) {
        for (String item : text.split(",", -1)) {
          items.add(reader.apply(item.strip()));
        }
      }
      return List.copyOf(items);
    };
  }

  /** Reads a text that may be empty. */
  public static <T> Function<String, Optional<T>> optional(Function<String, T> reader) {
    return text -> text.isBlank() ? Optional.empty() : Optional.of(reader.apply(text.strip()));
  }

  /** Reads a number from 0 on. */
  public static int count(String text) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // the message below says it
    }
    throw new IllegalArgumentException("not a whole number from 0 to " + Integer.MAX_VALUE);
  }

  /** Reads the format of an output: whether it is JSON, or else text. */
  static boolean isJson(String format) {
    return switch (format) {
      case "text" -> false;
      case "json" -> true;
      default -> throw new IllegalArgumentException("neither text nor json");
    };
  }

  /** Reads a time in Go's manner, of one unit: {@code 500ms}, {@code 30s}, {@code 2m}. */
  static Duration duration(String text) {
    int unit = 0;
    while (unit < text.length() && Character.isDigit(text.charAt(unit))) {
      unit++;
    }
    try {
      long number = Long.parseLong(text.substring(0, unit));
      return switch (text.substring(unit)) {
        case "ms" -> Duration.ofMillis(number);
        case "s" -> Duration.ofSeconds(number);
        case "m" -> Duration.ofMinutes(number);
        default -> throw new IllegalArgumentException("not a time such as 500ms, 30s or 2m");
      };
    } catch (NumberFormatException | ArithmeticException notATime) {
      throw new IllegalArgumentException("not a time such as 500ms, 30s or 2m", notATime);
    }
  }

  /** Reads an absolute path. */
  static Path absolute(String text) {
    Path path = Path.of(text);
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("not an absolute path");
    }
    return path;
  }

  /** Reads a URL, or what comes after its {@code https://}. */
  static URI urlOrHostPort(String text) {
    return url(text.contains("://") ? text : "https://" + text);
  }

  /** Reads the URL of a server. */
  public static URI url(String text) {
    try {
      URI url = new URI(text);
      boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (web && url.getHost() != null) {
        return url;
      }
    } catch (URISyntaxException notAUrl) {
      // the message below says it
    }
    throw new IllegalArgumentException("not a URL such as https://10.0.0.1:6443");
  }
}
