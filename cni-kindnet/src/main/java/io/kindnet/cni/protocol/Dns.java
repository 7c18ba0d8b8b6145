package io.kindnet.cni.protocol;

import java.util.List;

/**
 * The {@code dns} object of a configuration, which the result hands on.
 *
 * @param nameservers addresses, best first
 * @param domain the local domain, empty if there is none
 * @param search search domains, best first
 * @param options resolver options
 */
public record Dns(
    List<String> nameservers, String domain, List<String> search, List<String> options) {
  /** Nothing to say. */
  public static final Dns NONE = new Dns(List.of(), "", List.of(), List.of());

  /** Whether there is nothing to say. */
  public boolean isEmpty() {
    return nameservers.isEmpty() && domain.isEmpty() && search.isEmpty() && options.isEmpty();
  }

  static Dns in(JsonObject parent) throws CniException {
    JsonObject dns = parent.object("dns");
    return dns == null
        ? NONE
        : new Dns(
            dns.strings("nameservers"),
            dns.string("domain"),
            dns.strings("search"),
            dns.strings("options"));
  }
}
