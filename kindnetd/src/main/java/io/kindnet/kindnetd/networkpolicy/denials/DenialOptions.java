package io.kindnet.kindnetd.networkpolicy.denials;

import java.util.Locale;

/**
 * What the log of denied connections was asked for.
 *
 * @param format {@code --network-policy-log}
 */
public record DenialOptions(Format format) {
  /** How a denied connection stands in the log. */
  public enum Format {
    /** Not at all. */
    OFF,
    /** As a line like the others. */
    TEXT,
    /** As a JSON object on a line of its own, in the form of Kubernetes' components. */
    JSON;

    /**
     * The format of this name.
     *
     * @throws IllegalArgumentException naming those that there are
     */
    public static Format named(String name) {
      for (Format format : values()) {
        if (format.toString().equals(name)) {
          return format;
        }
      }
      throw new IllegalArgumentException("not one of off, text, json");
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether denied connections are logged. */
  public boolean enabled() {
    return format != Format.OFF;
  }
}
