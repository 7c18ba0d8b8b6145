package io.kindnet.kindnetd;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads arguments as Go's flag package does, since the manifests and scripts that start kindnetd
 * were written for it: one or two dashes, {@code --name=value}, {@code --name value}, and booleans
 * without a value.
 */
final class GoArguments {
  /** What a flag takes. */
  enum Kind {
    /** A value, behind {@code =} or as the next argument. */
    VALUE,
    /** {@code true} or {@code false} behind {@code =}, or nothing for {@code true}. */
    BOOLEAN,
    /** Nothing at all, such as {@code --help}. */
    COMMAND
  }

  /** An argument that is no flag of this program; the message names it. */
  static final class BadArgumentException extends Exception {
    private static final long serialVersionUID = 1L;

    BadArgumentException(String message) {
      super(message);
    }
  }

  private GoArguments() {}

  /**
   * Brings every argument into the one form {@code --name=value} ({@code --name} for a command; one
   * dash before a single letter).
   *
   * @param flags the known flags, by name without dashes
   */
  static List<String> normalize(List<String> arguments, Map<String, Kind> flags)
      throws BadArgumentException {
    List<String> normalized = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      String body = withoutDashes(argument);
      int equals = body.indexOf('=');
      String name = equals < 0 ? body : body.substring(0, equals);
      Kind kind = flags.get(name);
      if (kind == null) {
        throw new BadArgumentException("flag provided but not defined: -" + name);
      }
      String flag = (name.length() == 1 ? "-" : "--") + name;
      if (kind == Kind.COMMAND) {
        normalized.add(flag);
      } else if (equals >= 0) {
        String value = body.substring(equals + 1);
        normalized.add(flag + "=" + (kind == Kind.BOOLEAN ? truth(name, value) : value));
      } else if (kind == Kind.BOOLEAN) {
        normalized.add(flag + "=true");
      } else if (i + 1 < arguments.size()) {
        normalized.add(flag + "=" + arguments.get(++i));
      } else {
        throw new BadArgumentException("flag needs an argument: -" + name);
      }
    }
    return normalized;
  }

  private static String withoutDashes(String argument) throws BadArgumentException {
    if (argument.startsWith("-") && !argument.equals("-") && !argument.equals("--")) {
      String body = argument.substring(argument.startsWith("--") ? 2 : 1);
      if (body.startsWith("-") || body.startsWith("=")) {
        throw new BadArgumentException("bad flag syntax: " + argument);
      }
      return body;
    }
    // Go stops reading here and drops what follows in silence; a flag lost that way is hard to
    // find.
    throw new BadArgumentException(
        "unexpected argument \""
            + argument
            + "\": kindnetd takes flags only, and a boolean's value stands behind '='");
  }

  private static String truth(String name, String value) throws BadArgumentException {
    return switch (value) {
      case "1", "t", "T", "true", "TRUE", "True" -> "true";
      case "0", "f", "F", "false", "FALSE", "False" -> "false";
      default ->
          throw new BadArgumentException(
              "invalid boolean value \"" + value + "\" for flag -" + name + ": not true or false");
    };
  }
}
