package io.kindnet.netlink.nftables;

import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;

/**
 * Where a chain is hooked into the path of packets.
 *
 * @param type {@code filter}, {@code nat} or {@code route}
 * @param hook such as {@code NF_INET_PRE_ROUTING}
 * @param priority chains of a hook run from the lowest to the highest
 * @param policy what happens at the end of the chain: {@code NF_ACCEPT} or {@code NF_DROP}
 */
public record BaseChain(String type, int hook, int priority, int policy) {
  /** Hook: packets that came in, before routing ({@code linux/netfilter.h}). */
  public static final int NF_INET_PRE_ROUTING = 0;

  /** Hook: packets to this machine. */
  public static final int NF_INET_LOCAL_IN = 1;

  /** Hook: packets passing through. */
  public static final int NF_INET_FORWARD = 2;

  /** Hook: packets from this machine. */
  public static final int NF_INET_LOCAL_OUT = 3;

  /** Hook: packets going out. */
  public static final int NF_INET_POST_ROUTING = 4;

  /** Priority {@code raw}: before connection tracking ({@code linux/netfilter_ipv4.h}). */
  public static final int NF_IP_PRI_RAW = -300;

  /** Priority {@code dstnat}. */
  public static final int NF_IP_PRI_NAT_DST = -100;

  /** Priority {@code filter}. */
  public static final int NF_IP_PRI_FILTER = 0;

  /** Priority {@code srcnat}. */
  public static final int NF_IP_PRI_NAT_SRC = 100;

  /** Policy: throw away. */
  public static final int NF_DROP = 0;

  /** Policy: let through. */
  public static final int NF_ACCEPT = 1;

  /** A hook of type {@code nat} that lets through. */
  public static BaseChain nat(int hook, int priority) {
    return new BaseChain("nat", hook, priority, NF_ACCEPT);
  }

  /** A hook of type {@code filter} that lets through. */
  public static BaseChain filter(int hook, int priority) {
    return new BaseChain("filter", hook, priority, NF_ACCEPT);
  }

  void pack(MessageWriter writer) {
    writer.attributeString(NfTables.NFTA_CHAIN_TYPE, type);
    writer.attributeU32Be(NfTables.NFTA_CHAIN_POLICY, policy);
    int nested = writer.beginNested(NfTables.NFTA_CHAIN_HOOK);
    writer.attributeU32Be(NfTables.NFTA_HOOK_HOOKNUM, hook);
    writer.attributeU32Be(NfTables.NFTA_HOOK_PRIORITY, priority);
    writer.end(nested);
  }

  static BaseChain parse(Attributes chain) {
    Attributes hook = chain.get(NfTables.NFTA_CHAIN_HOOK).nested();
    return new BaseChain(
        chain.get(NfTables.NFTA_CHAIN_TYPE).string(),
        hook.get(NfTables.NFTA_HOOK_HOOKNUM).u32Be(),
        hook.get(NfTables.NFTA_HOOK_PRIORITY).u32Be(),
        chain.get(NfTables.NFTA_CHAIN_POLICY).u32Be());
  }
}
