package io.kindnet.netlink.iptables;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.RawSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** A table of {@code iptables-legacy} as it is at one moment. */
public final class LegacyTable {
  // linux/netfilter_ipv4/ip_tables.h; those of IPv6 are the same
  private static final int IPT_SO_GET_INFO = 64;
  private static final int IPT_SO_GET_ENTRIES = 65;

  // struct ipt_getinfo
  private static final int NAME_BYTES = 32;
  private static final int HOOK_ENTRY = 36;
  private static final int UNDERFLOW = 56;
  private static final int SIZE = 80;
  private static final int INFO_BYTES = 84;

  /** Of {@code struct ipt_get_entries}, before the entries. */
  private static final int ENTRIES_HEADER = 40;

  private static final int NF_INET_FORWARD = 2; // linux/netfilter.h

  // linux/netfilter/x_tables.h: struct xt_entry_target, struct xt_standard_target
  private static final int TARGET_NAME = 2;
  private static final int TARGET_NAME_BYTES = 29;
  private static final int VERDICT = 32;
  private static final String STANDARD = "";
  private static final String CHAIN_HEAD = "ERROR";
  private static final String REJECT = "REJECT";
  private static final int DROP = -1; // -NF_DROP - 1
  private static final int ACCEPT = -2; // -NF_ACCEPT - 1
  private static final int XT_RETURN = -5; // -NF_REPEAT - 1

  /** A table may be replaced between two questions. */
  private static final int MOST_TRIES = 5;

  private final EntryLayout layout;
  private final ByteBuffer info;
  private final ByteBuffer entries;

  /** What becomes of a packet that no rule with a condition is about. */
  public enum Outcome {
    /** The policy of the chain drops it. */
    DROPPED_BY_POLICY,
    /** A rule drops or rejects it, in the chain or where it leads to. */
    REFUSED_BY_RULE,
    /** It passes. */
    ACCEPTED
  }

  private enum End {
    REFUSED,
    ACCEPTED,
    OPEN
  }

  private LegacyTable(EntryLayout layout, byte[] info, byte[] entries) {
    this.layout = layout;
    this.info = ByteBuffer.wrap(info).order(ByteOrder.nativeOrder());
    this.entries = ByteBuffer.wrap(entries).order(ByteOrder.nativeOrder());
  }

  /**
   * Reads a table in the network namespace of the calling thread. Asking for one that is not in use
   * has the kernel make it.
   *
   * @param name such as {@code filter}
   * @throws KernelException if it cannot be read: {@code EPERM} without {@code CAP_NET_ADMIN}
   */
  public static LegacyTable read(AddressFamily family, String name) {
    EntryLayout layout = EntryLayout.of(family);
    String what = "read the table " + name + " of iptables-legacy";
    try (RawSocket socket = RawSocket.open(layout.domain())) {
      for (int triesLeft = MOST_TRIES; ; triesLeft--) {
        byte[] info = socket.option(layout.level(), IPT_SO_GET_INFO, named(name, INFO_BYTES), what);
        int size = ByteBuffer.wrap(info).order(ByteOrder.nativeOrder()).getInt(SIZE);
        byte[] question = named(name, ENTRIES_HEADER + size);
        ByteBuffer.wrap(question).order(ByteOrder.nativeOrder()).putInt(NAME_BYTES, size);
        try {
          byte[] answer = socket.option(layout.level(), IPT_SO_GET_ENTRIES, question, what);
          byte[] entries = new byte[size];
          System.arraycopy(answer, ENTRIES_HEADER, entries, 0, size);
          return new LegacyTable(layout, info, entries);
        } catch (KernelException replaced) {
          if (replaced.errno() != Errno.EAGAIN || triesLeft == 0) {
            throw replaced;
          }
        }
      }
    }
  }

  private static byte[] named(String name, int length) {
    byte[] question = new byte[length];
    byte[] bytes = name.getBytes(US_ASCII);
    System.arraycopy(bytes, 0, question, 0, bytes.length);
    return question;
  }

  /** What the chain {@code FORWARD} does with packets that no rule with a condition is about. */
  public Outcome forwarded() {
    int policy = info.getInt(UNDERFLOW + NF_INET_FORWARD * Integer.BYTES);
    End end = end(info.getInt(HOOK_ENTRY + NF_INET_FORWARD * Integer.BYTES), policy);
    return switch (end) {
      case REFUSED -> Outcome.REFUSED_BY_RULE;
      case ACCEPTED -> Outcome.ACCEPTED;
      case OPEN -> verdict(policy) == DROP ? Outcome.DROPPED_BY_POLICY : Outcome.ACCEPTED;
    };
  }

  /**
   * How such a packet leaves the rules from {@code at} on.
   *
   * @param policy where the policy of the chain is; -1 for a chain that others lead to
   */
  private End end(int at, int policy) {
    int entry = at;
    while (entry != policy && entry < entries.capacity() && !isChainHead(entry)) {
      if (isUnconditional(entry)) {
        End end = actionOf(entry);
        if (end != null) {
          return end;
        }
      }
      entry = next(entry);
    }
    return End.OPEN;
  }

  /** What a rule without a condition does; null if the next one is to be looked at. */
  private @Nullable End actionOf(int entry) {
    String target = target(entry);
    if (target.equals(REJECT)) {
      return End.REFUSED;
    }
    if (!target.equals(STANDARD)) {
      return null; // LOG, for one
    }
    int verdict = verdict(entry);
    return switch (verdict) {
      case DROP -> End.REFUSED;
      case ACCEPT -> End.ACCEPTED;
      case XT_RETURN -> End.OPEN;
      default -> verdict < 0 || verdict == next(entry) ? null : led(entry, verdict);
    };
  }

  /** What becomes of a packet that {@code entry} leads to the chain at {@code chain}. */
  private @Nullable End led(int entry, int chain) {
    End there = end(chain, /* policy= */ -1); // the kernel takes no loops
    boolean comesBack = there == End.OPEN && (flags(entry) & layout.gotoFlag()) == 0;
    return comesBack ? null : there;
  }

  private boolean isUnconditional(int entry) {
    for (int i = 0; i < layout.conditions(); i++) {
      int wanted = i == layout.flags() ? flags(entry) & layout.gotoFlag() : 0;
      if (entries.get(entry + i) != wanted) {
        return false;
      }
    }
    return targetAt(entry) == entry + layout.length(); // no match
  }

  private boolean isChainHead(int entry) {
    return target(entry).equals(CHAIN_HEAD);
  }

  private byte flags(int entry) {
    return entries.get(entry + layout.flags());
  }

  private int next(int entry) {
    return entry + Short.toUnsignedInt(entries.getShort(entry + layout.nextOffset()));
  }

  private int targetAt(int entry) {
    return entry + Short.toUnsignedInt(entries.getShort(entry + layout.targetOffset()));
  }

  private int verdict(int entry) {
    return entries.getInt(targetAt(entry) + VERDICT);
  }

  private String target(int entry) {
    byte[] name = new byte[TARGET_NAME_BYTES];
    entries.get(targetAt(entry) + TARGET_NAME, name);
    return new String(name, US_ASCII).replaceFirst("\0.*", "");
  }
}
