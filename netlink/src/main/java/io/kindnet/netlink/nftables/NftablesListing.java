package io.kindnet.netlink.nftables;

import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_GETCHAIN;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_GETFLOWTABLE;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_GETGEN;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_GETRULE;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_GETSET;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_GETSETELEM;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_GETTABLE;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSocket;
import io.kindnet.netlink.wire.Nfnetlink;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is in the kernel's nftables. Lists are empty, and single objects null, where the object or
 * the table around it does not exist.
 */
public final class NftablesListing {
  private final NetlinkSocket socket;

  NftablesListing(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** The number of the present state, which each committed transaction changes. */
  public int generation() {
    NetlinkMessage reply =
        socket.get(NfTables.message("get generation of nftables", NFT_MSG_GETGEN, 0, 0));
    return Nfnetlink.attributes(reply).get(NfTables.NFTA_GEN_ID).u32Be();
  }

  /** All tables. */
  public List<Table> tables() {
    List<Table> tables = new ArrayList<>();
    for (NetlinkMessage message :
        socket.dump(NfTables.message("list tables", NFT_MSG_GETTABLE, 0, 0))) {
      tables.add(Table.parse(message));
    }
    return tables;
  }

  /** Whether {@code table} exists. */
  public boolean exists(Table table) {
    return get(table) != null;
  }

  /**
   * Whether {@code table} exists and its chains see packets: it is not dormant. Adding a table that
   * is dormant wakes it.
   */
  public boolean isActive(Table table) {
    NetlinkMessage reply = get(table);
    return reply != null
        && (Nfnetlink.attributes(reply).get(NfTables.NFTA_TABLE_FLAGS).u32Be()
                & NfTables.NFT_TABLE_F_DORMANT)
            == 0;
  }

  private @Nullable NetlinkMessage get(Table table) {
    MessageWriter request = request("get table " + table, NFT_MSG_GETTABLE, table);
    request.attributeString(NfTables.NFTA_TABLE_NAME, table.name());
    return getOrNull(request);
  }

  /** The chains of {@code table}. */
  public List<Chain> chains(Table table) {
    // the kernel lists all chains of the family
    List<Chain> chains = new ArrayList<>();
    for (NetlinkMessage message :
        socket.dump(request("list chains of table " + table, NFT_MSG_GETCHAIN, table))) {
      Chain chain = Chain.parse(message);
      if (chain.table().equals(table)) {
        chains.add(chain);
      }
    }
    return chains;
  }

  /** The chain {@code name}. */
  public @Nullable Chain chain(Table table, String name) {
    Chain wanted = Chain.regular(table, name);
    MessageWriter request = request("get chain " + wanted, NFT_MSG_GETCHAIN, table);
    wanted.packName(request);
    NetlinkMessage reply = getOrNull(request);
    return reply == null ? null : Chain.parse(reply);
  }

  /** The rules of all chains of {@code table}, those of a chain in their order. */
  public List<ListedRule> rules(Table table) {
    return unreadRules(table).read();
  }

  /** The same, not taken apart yet: for who has seen most of them before. */
  public UnreadRules unreadRules(Table table) {
    MessageWriter request = request("list rules of table " + table, NFT_MSG_GETRULE, table);
    request.attributeString(NfTables.NFTA_RULE_TABLE, table.name());
    return new UnreadRules(dumpOrNothing(request), table);
  }

  /** The rules of {@code chain} in their order. */
  public List<ListedRule> rules(Chain chain) {
    MessageWriter request = request("list rules of chain " + chain, NFT_MSG_GETRULE, chain.table());
    request.attributeString(NfTables.NFTA_RULE_TABLE, chain.table().name());
    request.attributeString(NfTables.NFTA_RULE_CHAIN, chain.name());
    return new UnreadRules(dumpOrNothing(request), chain.table()).read();
  }

  /** Whether {@code chain} has just these rules, in their order, whatever their counters say. */
  public boolean hasRules(Chain chain, List<Rule> rules) {
    return rules(chain).stream()
        .map(listed -> listed.rule().normalized())
        .toList()
        .equals(rules.stream().map(Rule::normalized).toList());
  }

  /** The sets and maps of {@code table}, those without a name included. */
  public List<NamedSet> sets(Table table) {
    MessageWriter request = request("list sets of table " + table, NFT_MSG_GETSET, table);
    request.attributeString(NfTables.NFTA_SET_TABLE, table.name());
    List<NamedSet> sets = new ArrayList<>();
    for (NetlinkMessage message : dumpOrNothing(request)) {
      sets.add(NamedSet.parse(message));
    }
    return sets;
  }

  /** The set or map {@code name}. */
  public @Nullable NamedSet set(Table table, String name) {
    String what = "get set " + table + " " + name;
    MessageWriter request = request(what, NFT_MSG_GETSET, table);
    request.attributeString(NfTables.NFTA_SET_TABLE, table.name());
    request.attributeString(NfTables.NFTA_SET_NAME, name);
    NetlinkMessage reply = getOrNull(request);
    return reply == null ? null : NamedSet.parse(reply);
  }

  /** The flowtable {@code name}. */
  public @Nullable Flowtable flowtable(Table table, String name) {
    String what = "get flowtable " + table + " " + name;
    MessageWriter request = request(what, NFT_MSG_GETFLOWTABLE, table);
    request.attributeString(NfTables.NFTA_FLOWTABLE_TABLE, table.name());
    request.attributeString(NfTables.NFTA_FLOWTABLE_NAME, name);
    NetlinkMessage reply = getOrNull(request);
    return reply == null ? null : Flowtable.parse(reply);
  }

  /** The elements of {@code set}, in no particular order. */
  public List<Element> elements(NamedSet set) {
    List<Element> elements = new ArrayList<>();
    MessageWriter request = elementRequest("list elements of " + set, set);
    for (NetlinkMessage message : dumpOrNothing(request)) {
      addElements(message, elements);
    }
    return elements;
  }

  /**
   * The element of {@code set} that {@code key} lies in.
   *
   * @param key its key, with the end of the interval where there is one
   */
  public @Nullable Element element(NamedSet set, Element key) {
    MessageWriter request = elementRequest("get " + key.describe(set) + " of " + set, set);
    int list = request.beginNested(NfTables.NFTA_SET_ELEM_LIST_ELEMENTS);
    key.withoutData().pack(request);
    request.end(list);
    NetlinkMessage reply = getOrNull(request);
    if (reply == null) {
      return null;
    }
    List<Element> elements = new ArrayList<>();
    addElements(reply, elements);
    return elements.isEmpty() ? null : elements.getFirst();
  }

  private static MessageWriter elementRequest(String what, NamedSet set) {
    return ElementMessages.packSet(request(what, NFT_MSG_GETSETELEM, set.table()), set);
  }

  private static void addElements(NetlinkMessage message, List<Element> elements) {
    Attribute list = Nfnetlink.attributes(message).find(NfTables.NFTA_SET_ELEM_LIST_ELEMENTS);
    if (list != null) {
      for (Attribute attribute : list.nested()) {
        Attributes element = attribute.nested();
        // the one that stands for all other keys has none itself; this project makes no such
        if (element.find(NfTables.NFTA_SET_ELEM_KEY) != null) {
          elements.add(Element.parse(element));
        }
      }
    }
  }

  private static MessageWriter request(String what, int message, Table table) {
    return NfTables.message(what, message, 0, table.family().number());
  }

  private @Nullable NetlinkMessage getOrNull(MessageWriter request) {
    return socket.find(request, Errno.ENOENT);
  }

  private List<NetlinkMessage> dumpOrNothing(MessageWriter request) {
    try {
      return socket.dump(request);
    } catch (KernelException e) {
      if (e.errno() == Errno.ENOENT) {
        return List.of();
      }
      throw e;
    }
  }
}
