package io.kindnet.netlink.nftables;

import io.kindnet.netlink.wire.MessageWriter;
import io.kindnet.netlink.wire.NetlinkMessage;
import io.kindnet.netlink.wire.Nfnetlink;

/** Message types and attributes of {@code linux/netfilter/nf_tables.h}. */
final class NfTables {
  static final int NFT_MSG_NEWTABLE = 0;
  static final int NFT_MSG_GETTABLE = 1;
  static final int NFT_MSG_DELTABLE = 2;
  static final int NFT_MSG_NEWCHAIN = 3;
  static final int NFT_MSG_GETCHAIN = 4;
  static final int NFT_MSG_DELCHAIN = 5;
  static final int NFT_MSG_NEWRULE = 6;
  static final int NFT_MSG_GETRULE = 7;
  static final int NFT_MSG_DELRULE = 8;
  static final int NFT_MSG_NEWSET = 9;
  static final int NFT_MSG_GETSET = 10;
  static final int NFT_MSG_DELSET = 11;
  static final int NFT_MSG_NEWSETELEM = 12;
  static final int NFT_MSG_GETSETELEM = 13;
  static final int NFT_MSG_DELSETELEM = 14;
  static final int NFT_MSG_NEWGEN = 15;
  static final int NFT_MSG_GETGEN = 16;

  static final int NFT_MSG_TRACE = 17;
  static final int NFT_MSG_NEWFLOWTABLE = 22;
  static final int NFT_MSG_GETFLOWTABLE = 23;
  static final int NFT_MSG_DELFLOWTABLE = 24;

  static final int NFTA_LIST_ELEM = 1;

  static final int NFTA_TABLE_NAME = 1;
  static final int NFTA_TABLE_FLAGS = 2;
  static final int NFT_TABLE_F_DORMANT = 1;
  static final int NFT_TABLE_F_OWNER = 2;

  static final int NFTA_CHAIN_TABLE = 1;
  static final int NFTA_CHAIN_NAME = 3;
  static final int NFTA_CHAIN_HOOK = 4;
  static final int NFTA_CHAIN_POLICY = 5;
  static final int NFTA_CHAIN_TYPE = 7;
  static final int NFTA_HOOK_HOOKNUM = 1;
  static final int NFTA_HOOK_PRIORITY = 2;

  static final int NFTA_RULE_TABLE = 1;
  static final int NFTA_RULE_CHAIN = 2;
  static final int NFTA_RULE_HANDLE = 3;
  static final int NFTA_RULE_EXPRESSIONS = 4;
  static final int NFTA_RULE_POSITION = 6;
  static final int NFTA_RULE_USERDATA = 7;

  static final int NFTA_SET_TABLE = 1;
  static final int NFTA_SET_NAME = 2;
  static final int NFTA_SET_FLAGS = 3;
  static final int NFTA_SET_KEY_TYPE = 4;
  static final int NFTA_SET_KEY_LEN = 5;
  static final int NFTA_SET_DATA_TYPE = 6;
  static final int NFTA_SET_DATA_LEN = 7;
  static final int NFTA_SET_DESC = 9;
  static final int NFTA_SET_ID = 10;
  static final int NFTA_SET_TIMEOUT = 11;
  static final int NFTA_SET_USERDATA = 13;
  static final int NFTA_SET_DESC_CONCAT = 2;
  static final int NFTA_SET_FIELD_LEN = 1;

  static final int NFTA_SET_ELEM_KEY = 1;
  static final int NFTA_SET_ELEM_DATA = 2;
  static final int NFTA_SET_ELEM_FLAGS = 3;
  static final int NFTA_SET_ELEM_TIMEOUT = 4;
  static final int NFTA_SET_ELEM_EXPIRATION = 5;
  static final int NFTA_SET_ELEM_USERDATA = 6;
  static final int NFTA_SET_ELEM_KEY_END = 10;
  static final int NFT_SET_ELEM_INTERVAL_END = 1;

  static final int NFTA_SET_ELEM_LIST_TABLE = 1;
  static final int NFTA_SET_ELEM_LIST_SET = 2;
  static final int NFTA_SET_ELEM_LIST_ELEMENTS = 3;
  static final int NFTA_SET_ELEM_LIST_SET_ID = 4;

  static final int NFTA_FLOWTABLE_TABLE = 1;
  static final int NFTA_FLOWTABLE_NAME = 2;
  static final int NFTA_FLOWTABLE_HOOK = 3;
  static final int NFTA_FLOWTABLE_FLAGS = 7;
  static final int NFTA_FLOWTABLE_HOOK_NUM = 1;
  static final int NFTA_FLOWTABLE_HOOK_PRIORITY = 2;
  static final int NFTA_FLOWTABLE_HOOK_DEVS = 3;
  static final int NFTA_DEVICE_NAME = 1;

  static final int NFTA_TRACE_TABLE = 1;
  static final int NFTA_TRACE_CHAIN = 2;
  static final int NFTA_TRACE_RULE_HANDLE = 3;
  static final int NFTA_TRACE_TYPE = 4;
  static final int NFTA_TRACE_VERDICT = 5;
  static final int NFTA_TRACE_ID = 6;
  static final int NFTA_TRACE_NETWORK_HEADER = 8;
  static final int NFTA_TRACE_TRANSPORT_HEADER = 9;
  static final int NFTA_TRACE_IIF = 10;
  static final int NFTA_TRACE_OIF = 12;
  static final int NFTA_TRACE_MARK = 14;
  static final int NFTA_TRACE_NFPROTO = 15;
  static final int NFTA_TRACE_POLICY = 16;
  static final int NFTA_TRACE_CT_ID = 18;
  static final int NFTA_TRACE_CT_DIRECTION = 19;
  static final int NFTA_TRACE_CT_STATUS = 20;
  static final int NFTA_TRACE_CT_STATE = 21;

  static final int NFTA_GEN_ID = 1;
  static final int NFTA_GEN_PROC_PID = 2;
  static final int NFTA_GEN_PROC_NAME = 3;

  private NfTables() {}

  static MessageWriter message(String what, int message, int flags, int family) {
    return Nfnetlink.message(
        what, Nfnetlink.type(Nfnetlink.NFNL_SUBSYS_NFTABLES, message), flags, family);
  }

  /** Appends a name, which an error that the kernel finds with it is put down to. */
  static MessageWriter name(MessageWriter writer, int attribute, String kind, String name) {
    return writer.label(kind + " " + name).attributeString(attribute, name);
  }

  /** The {@code NFT_MSG_} type of a received message, or -1 if it is of another subsystem. */
  static int messageOf(NetlinkMessage message) {
    int type = message.type();
    return type >> 8 == Nfnetlink.NFNL_SUBSYS_NFTABLES ? type & 0xff : -1;
  }
}
