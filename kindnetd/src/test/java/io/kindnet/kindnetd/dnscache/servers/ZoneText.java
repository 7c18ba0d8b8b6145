package io.kindnet.kindnetd.dnscache.servers;

import java.util.ArrayList;
import java.util.List;

/** A zone with names of all kinds. */
final class ZoneText {
  private final String zone;
  private final StringBuilder text = new StringBuilder();
  private final List<String> names = new ArrayList<>();

  /**
   * @param zone its name, without the final dot
   */
  ZoneText(String zone) {
    this.zone = zone;
    text.append("$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\n@ NS ns2\n");
    text.append("ns A 192.0.2.53\nns2 A 192.0.2.54\nns2 AAAA 2001:db8::54\n@ MX 10 mail\n");
    names.add("");
    names.add("ns");
    for (int i = 0; i < 150; i++) {
      add("v4-" + i, "A 192.0.2." + i);
      add("v6-" + i, "AAAA 2001:db8::" + i);
      add("both-" + i, "A 192.0.2." + i, "AAAA 2001:db8::" + i);
      add("few-" + i, "A 192.0.2.1", "A 192.0.2.2", "A 192.0.2.3");
      add(
          "chain-" + i,
          "CNAME " + (i == 0 ? "both-0" : i % 6 == 0 ? "v4-" + i : "chain-" + (i - 1)));
      add("text-" + i, "TXT \"" + "x".repeat(i) + "\" \"second\"", "MX 5 mail", "MX 6 v4-" + i);
      add("_sip._tcp.service-" + i, "SRV 1 2 5060 v4-" + i, "SRV 2 2 5060 both-" + i);
      names.add("service-" + i); // there are names below it only
      names.add("absent-" + i);
      names.add("below.absent-" + i);
      names.add("any-" + i + ".wild");
    }
    add("*.wild", "A 192.0.2.77", "TXT \"a wildcard\"");
    add("to-nothing", "CNAME nothing");
    add("to-elsewhere", "CNAME www.elsewhere.test.");
    add("never-kept", "0 A 192.0.2.99");
    add("mail", "A 192.0.2.25", "AAAA 2001:db8::25");
    add("caa", "CAA 0 issue \"ca.example.net\"");
    add("naptr", "NAPTR 100 10 \"S\" \"SIP+D2U\" \"\" _sip._tcp.service-1");
    add("sshfp", "SSHFP 1 1 123456789abcdef67890123456789abcdef67890");
    add("unknown", "TYPE65280 \\# 4 0a000001");
    // 2.5 KB, nearly 4 KB, and more than any datagram takes
    for (int i = 0; i < 90; i++) {
      text.append("large AAAA 2001:db8:1::").append(i).append('\n');
    }
    for (int i = 0; i < 19; i++) {
      text.append(i < 7 ? "larger" : "huge")
          .append(" TXT \"")
          .append(i)
          .append("y".repeat(250))
          .append("\" \"");
      text.append("z".repeat(250)).append("\"\n");
    }
    names.add("large");
    names.add("larger");
    names.add("huge");
    names.add("a".repeat(63) + "." + "b".repeat(63));
  }

  private void add(String name, String... records) {
    for (String record : records) {
      text.append(name).append(' ').append(record).append('\n');
    }
    names.add(name);
  }

  String zone() {
    return zone;
  }

  String text() {
    return text.toString();
  }

  /** Whole names, with the final dot. */
  List<String> names() {
    return names.stream().map(name -> (name.isEmpty() ? "" : name + ".") + zone + ".").toList();
  }
}
