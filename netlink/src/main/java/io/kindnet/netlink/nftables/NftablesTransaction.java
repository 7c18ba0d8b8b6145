package io.kindnet.netlink.nftables;

import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_DELCHAIN;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_DELFLOWTABLE;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_DELRULE;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_DELSET;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_DELSETELEM;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_DELTABLE;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_NEWCHAIN;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_NEWFLOWTABLE;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_NEWRULE;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_NEWSET;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_NEWSETELEM;
import static io.kindnet.netlink.nftables.NfTables.NFT_MSG_NEWTABLE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_APPEND;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_CREATE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_EXCL;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_REPLACE;

import io.kindnet.netlink.wire.MessageWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Commands that the kernel carries out all together or not at all, in their order. {@code add} is
 * content with what exists already, {@code create} is not; {@code delete} is refused ({@code
 * ENOENT}) where there is nothing to delete.
 */
public final class NftablesTransaction {
  private final List<MessageWriter> commands = new ArrayList<>();
  private int lastSetId;

  NftablesTransaction() {}

  /** Makes {@code table} unless it exists. */
  public NftablesTransaction add(Table table) {
    table.pack(command("add table " + table, NFT_MSG_NEWTABLE, 0, table));
    return this;
  }

  /** Makes {@code table}; {@code EEXIST} if it exists. */
  public NftablesTransaction create(Table table) {
    table.pack(command("create table " + table, NFT_MSG_NEWTABLE, NLM_F_EXCL, table));
    return this;
  }

  /**
   * Makes {@code table}, for the socket that commits this alone: nobody else can change it, and the
   * kernel deletes it with the socket, whichever way the process ends. {@code EEXIST} if it exists;
   * {@code EOPNOTSUPP} before Linux 5.12.
   */
  public NftablesTransaction createOwned(Table table) {
    table.pack(
        command("create table " + table, NFT_MSG_NEWTABLE, NLM_F_EXCL, table),
        NfTables.NFT_TABLE_F_OWNER);
    return this;
  }

  /** Deletes {@code table} with all that is in it. */
  public NftablesTransaction delete(Table table) {
    table.packName(
        command("delete table " + table, NFT_MSG_DELTABLE, 0, table), NfTables.NFTA_TABLE_NAME);
    return this;
  }

  /** Deletes all rules of all chains of {@code table}. */
  public NftablesTransaction flush(Table table) {
    table.packName(
        command("flush table " + table, NFT_MSG_DELRULE, 0, table), NfTables.NFTA_RULE_TABLE);
    return this;
  }

  /** Makes {@code chain} unless it exists; refused if it exists with another hook. */
  public NftablesTransaction add(Chain chain) {
    chain.pack(command("add chain " + chain, NFT_MSG_NEWCHAIN, NLM_F_CREATE, chain.table()));
    return this;
  }

  /** Deletes {@code chain}, which must have no rules and none that jump to it. */
  public NftablesTransaction delete(Chain chain) {
    chain.packName(command("delete chain " + chain, NFT_MSG_DELCHAIN, 0, chain.table()));
    return this;
  }

  /** Deletes all rules of {@code chain}. */
  public NftablesTransaction flush(Chain chain) {
    packChain(command("flush chain " + chain, NFT_MSG_DELRULE, 0, chain.table()), chain);
    return this;
  }

  /** Adds {@code rule} at the end of {@code chain}. */
  public NftablesTransaction append(Chain chain, Rule rule) {
    return rule("add rule to ", NLM_F_CREATE | NLM_F_APPEND, chain, 0, 0, rule);
  }

  /** Adds {@code rule} at the beginning of {@code chain}. */
  public NftablesTransaction insert(Chain chain, Rule rule) {
    return rule("insert rule into ", NLM_F_CREATE, chain, 0, 0, rule);
  }

  /** Adds {@code rule} before the one with {@code position} as its handle. */
  public NftablesTransaction insertBefore(Chain chain, long position, Rule rule) {
    return rule("insert rule into ", NLM_F_CREATE, chain, 0, position, rule);
  }

  /** Adds {@code rule} behind the one with {@code position} as its handle. */
  public NftablesTransaction appendAfter(Chain chain, long position, Rule rule) {
    return rule("add rule to ", NLM_F_CREATE | NLM_F_APPEND, chain, 0, position, rule);
  }

  /** Puts {@code rule} in the place of the one with {@code handle}. */
  public NftablesTransaction replace(Chain chain, long handle, Rule rule) {
    return rule("replace rule " + handle + " of ", NLM_F_REPLACE, chain, handle, 0, rule);
  }

  /** Deletes the rule with {@code handle}. */
  public NftablesTransaction deleteRule(Chain chain, long handle) {
    String what = "delete rule " + handle + " of chain " + chain;
    packChain(command(what, NFT_MSG_DELRULE, 0, chain.table()), chain)
        .attributeU64Be(NfTables.NFTA_RULE_HANDLE, handle);
    return this;
  }

  /**
   * Makes {@code set} unless it exists; {@code EEXIST} if it exists with another type. Linux 5.10
   * silently leaves that one as it is: where others may have made it, look at {@link
   * NftablesListing#set} before.
   */
  public NftablesTransaction add(NamedSet set) {
    set.pack(command("add " + set, NFT_MSG_NEWSET, NLM_F_CREATE, set.table()), ++lastSetId);
    return this;
  }

  /** Deletes {@code set}, which no rule may use. */
  public NftablesTransaction delete(NamedSet set) {
    set.packName(command("delete " + set, NFT_MSG_DELSET, 0, set.table()));
    return this;
  }

  /** Deletes all elements of {@code set}. */
  public NftablesTransaction flush(NamedSet set) {
    ElementMessages.packSet(command("flush " + set, NFT_MSG_DELSETELEM, 0, set.table()), set);
    return this;
  }

  /**
   * Adds elements. One that exists with the same data is left as it is; {@code EEXIST} if it exists
   * with other data or overlaps another one.
   */
  public NftablesTransaction add(NamedSet set, Iterable<Element> elements) {
    commands.addAll(ElementMessages.of("add", NFT_MSG_NEWSETELEM, NLM_F_CREATE, set, 0, elements));
    return this;
  }

  /** Adds elements; {@code EEXIST} if one exists already. */
  public NftablesTransaction create(NamedSet set, Iterable<Element> elements) {
    int flags = NLM_F_CREATE | NLM_F_EXCL;
    commands.addAll(ElementMessages.of("create", NFT_MSG_NEWSETELEM, flags, set, 0, elements));
    return this;
  }

  /** Deletes elements, given by their keys; {@code ENOENT} if one does not exist. */
  public NftablesTransaction delete(NamedSet set, Iterable<Element> elements) {
    commands.addAll(ElementMessages.of("delete", NFT_MSG_DELSETELEM, 0, set, 0, elements));
    return this;
  }

  /**
   * Makes a set without a name, as {@code nft} does for {@code { tcp, udp }} in a rule.
   *
   * @return what {@link io.kindnet.netlink.nftables.expr.Lookup#inAnonymous} takes; one rule of
   *     this transaction must use it
   */
  public int addAnonymous(Table table, DataType key, Iterable<Element> elements) {
    NamedSet set = NamedSet.anonymous(table, key);
    add(set);
    commands.addAll(
        ElementMessages.of("add", NFT_MSG_NEWSETELEM, NLM_F_CREATE, set, lastSetId, elements));
    return lastSetId;
  }

  /**
   * Makes {@code flowtable} unless it exists; adds the interfaces that it does not have yet. An
   * interface that is not there is refused with {@code ENOENT}, a kernel without flowtables with
   * {@code EOPNOTSUPP} or {@code ENOENT}.
   */
  public NftablesTransaction add(Flowtable flowtable) {
    flowtable.pack(
        command(
            "add flowtable " + flowtable, NFT_MSG_NEWFLOWTABLE, NLM_F_CREATE, flowtable.table()));
    return this;
  }

  /** Takes interfaces out of {@code flowtable}. */
  public NftablesTransaction deleteDevices(Flowtable flowtable, Collection<String> devices) {
    MessageWriter command =
        command(
            "delete interfaces of flowtable " + flowtable,
            NFT_MSG_DELFLOWTABLE,
            0,
            flowtable.table());
    flowtable.packName(command);
    flowtable.packHook(command, devices);
    return this;
  }

  /** Deletes {@code flowtable}, which no rule may use. */
  public NftablesTransaction delete(Flowtable flowtable) {
    flowtable.packName(
        command("delete flowtable " + flowtable, NFT_MSG_DELFLOWTABLE, 0, flowtable.table()));
    return this;
  }

  /** Whether there is nothing to do. */
  public boolean isEmpty() {
    return commands.isEmpty();
  }

  List<MessageWriter> commands() {
    return commands;
  }

  private NftablesTransaction rule(
      String verb, int flags, Chain chain, long handle, long position, Rule rule) {
    String what = verb + "chain " + chain;
    if (rule.comment() != null) {
      what += " (" + rule.comment() + ")";
    }
    MessageWriter command = packChain(command(what, NFT_MSG_NEWRULE, flags, chain.table()), chain);
    if (handle != 0) {
      command.attributeU64Be(NfTables.NFTA_RULE_HANDLE, handle);
    }
    if (position != 0) {
      command.attributeU64Be(NfTables.NFTA_RULE_POSITION, position);
    }
    rule.pack(command);
    return this;
  }

  private static MessageWriter packChain(MessageWriter command, Chain chain) {
    chain.table().packName(command, NfTables.NFTA_RULE_TABLE);
    return NfTables.name(command, NfTables.NFTA_RULE_CHAIN, "chain", chain.name());
  }

  private MessageWriter command(String what, int message, int flags, Table table) {
    MessageWriter command = NfTables.message(what, message, flags, table.family().number());
    commands.add(command);
    return command;
  }
}
