package io.kindnet.netlink.nftables;

import static io.kindnet.netlink.wire.NetlinkConstants.NETLINK_NETFILTER;

import io.kindnet.netlink.nftables.Change.Kind;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.EventSource;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.NetlinkSubscription;
import io.kindnet.netlink.wire.Nfnetlink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Notifications of all changes to nftables in a network namespace, from the moment that this is
 * opened. One thread reads; another one may close it.
 */
public final class NftablesEvents implements EventSource<NftablesEvents.Events> {
  private static final int NFNLGRP_NFTABLES = 7; // linux/netfilter/nfnetlink.h

  /**
   * What has come since the last read.
   *
   * @param commits the transactions in their order
   * @param lost whether some are missing, because they came faster than they were read: look at the
   *     state itself
   */
  public record Events(List<Commit> commits, boolean lost) {}

  private final NetlinkSubscription subscription;

  /** Of the transaction whose end has not come yet. */
  private final Set<Change> pending = new LinkedHashSet<>();

  private NftablesEvents(NetlinkSubscription subscription) {
    this.subscription = subscription;
  }

  /** Begins to listen in the network namespace of the calling thread. */
  public static NftablesEvents open() {
    return new NftablesEvents(NetlinkSubscription.open(NETLINK_NETFILTER, NFNLGRP_NFTABLES));
  }

  /**
   * As {@link #open}, without the transactions of one socket: thousands of elements are as many
   * notifications.
   *
   * @param ownPort the number of the socket, see {@link NftablesSocket#portId}
   */
  public static NftablesEvents excludingOwn(int ownPort) {
    return new NftablesEvents(
        NetlinkSubscription.excludingOwn(NETLINK_NETFILTER, ownPort, NFNLGRP_NFTABLES));
  }

  @Override
  public synchronized Events next(Duration timeout) {
    NetlinkSubscription.Notifications notifications = subscription.next(timeout);
    if (notifications.lost()) {
      pending.clear();
    }
    List<Commit> commits = new ArrayList<>();
    for (NetlinkMessage message : notifications.messages()) {
      if (NfTables.messageOf(message) == NfTables.NFT_MSG_NEWGEN) {
        commits.add(commit(message));
      } else {
        Change change = change(message);
        if (change != null) {
          pending.add(change);
        }
      }
    }
    return new Events(commits, notifications.lost());
  }

  private Commit commit(NetlinkMessage message) {
    Attributes attributes = Nfnetlink.attributes(message);
    Commit commit =
        new Commit(
            attributes.get(NfTables.NFTA_GEN_ID).u32Be(),
            message.portId(),
            attributes.get(NfTables.NFTA_GEN_PROC_PID).u32Be(),
            attributes.get(NfTables.NFTA_GEN_PROC_NAME).string(),
            List.copyOf(pending));
    pending.clear();
    return commit;
  }

  /** What a notification says; null for a kind of object that this project does not use. */
  private static @Nullable Change change(NetlinkMessage message) {
    return switch (NfTables.messageOf(message)) {
      case NfTables.NFT_MSG_NEWTABLE -> change(message, Kind.TABLE, false);
      case NfTables.NFT_MSG_DELTABLE -> change(message, Kind.TABLE, true);
      case NfTables.NFT_MSG_NEWCHAIN -> change(message, Kind.CHAIN, false);
      case NfTables.NFT_MSG_DELCHAIN -> change(message, Kind.CHAIN, true);
      case NfTables.NFT_MSG_NEWRULE -> change(message, Kind.RULE, false);
      case NfTables.NFT_MSG_DELRULE -> change(message, Kind.RULE, true);
      case NfTables.NFT_MSG_NEWSET -> change(message, Kind.SET, false);
      case NfTables.NFT_MSG_DELSET -> change(message, Kind.SET, true);
      case NfTables.NFT_MSG_NEWSETELEM -> change(message, Kind.ELEMENT, false);
      case NfTables.NFT_MSG_DELSETELEM -> change(message, Kind.ELEMENT, true);
      default -> null;
    };
  }

  private static Change change(NetlinkMessage message, Kind kind, boolean deleted) {
    // in the messages of all kinds the first attribute is the name of the table
    Table table = Table.ofAttribute(message, NfTables.NFTA_TABLE_NAME);
    int name =
        switch (kind) {
          case TABLE -> 0;
          case CHAIN -> NfTables.NFTA_CHAIN_NAME;
          case RULE -> NfTables.NFTA_RULE_CHAIN;
          case SET -> NfTables.NFTA_SET_NAME;
          case ELEMENT -> NfTables.NFTA_SET_ELEM_LIST_SET;
        };
    return new Change(
        kind, deleted, table, name == 0 ? "" : Nfnetlink.attributes(message).get(name).string());
  }

  @Override
  public boolean isClosed() {
    return subscription.isClosed();
  }

  @Override
  public void close() {
    subscription.close();
  }
}
