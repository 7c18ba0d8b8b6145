package io.kindnet.netlink.nftables.expr;

import io.kindnet.netlink.wire.Attribute;
import io.kindnet.netlink.wire.Attributes;
import io.kindnet.netlink.wire.MessageWriter;
import org.jspecify.annotations.Nullable;

/**
 * Ends the rule: what happens to the packet, or which chain is next ({@code enum
 * nft_verdict_attributes}). On the wire an {@link Immediate} into the register of the verdict.
 *
 * @param code {@code NF_ACCEPT}, {@code NF_DROP}, or one of {@code enum nft_verdicts}
 * @param chain the chain of a jump; null for none
 */
public record Verdict(int code, @Nullable String chain) implements Expression {
  private static final int NF_DROP = 0; // linux/netfilter.h
  private static final int NF_ACCEPT = 1;
  private static final int NF_STOLEN = 2;
  private static final int NF_QUEUE = 3;
  private static final int NFT_CONTINUE = -1;
  private static final int NFT_BREAK = -2;
  private static final int NFT_JUMP = -3;
  private static final int NFT_GOTO = -4;
  private static final int NFT_RETURN = -5;
  private static final int NFTA_DATA_VERDICT = 2;
  private static final int NFTA_VERDICT_CODE = 1;
  private static final int NFTA_VERDICT_CHAIN = 2;

  /** No further rule of this base chain is asked. */
  public static Verdict accept() {
    return new Verdict(NF_ACCEPT, null);
  }

  /** The packet is thrown away. */
  public static Verdict drop() {
    return new Verdict(NF_DROP, null);
  }

  /** The rules of {@code chain} are next, then those behind this one. */
  public static Verdict jump(String chain) {
    return new Verdict(NFT_JUMP, chain);
  }

  /** The rules of {@code chain} are next, in place of those behind this one. */
  public static Verdict gotoChain(String chain) {
    return new Verdict(NFT_GOTO, chain);
  }

  /** The chain ends here. */
  public static Verdict returnToCaller() {
    return new Verdict(NFT_RETURN, null);
  }

  @Override
  public String name() {
    return Immediate.NAME;
  }

  @Override
  public void packData(MessageWriter writer) {
    ExpressionAttributes.register(writer, Immediate.NFTA_IMMEDIATE_DREG, Register.NFT_REG_VERDICT);
    packValue(writer, Immediate.NFTA_IMMEDIATE_DATA);
  }

  /** Appends an attribute {@code type} that holds this as {@code NFTA_DATA_VERDICT}. */
  public void packValue(MessageWriter writer, int type) {
    int data = writer.beginNested(type);
    int verdict = writer.beginNested(NFTA_DATA_VERDICT);
    writer.attributeU32Be(NFTA_VERDICT_CODE, code);
    if (chain != null) {
      writer.attributeString(NFTA_VERDICT_CHAIN, chain);
    }
    writer.end(verdict).end(data);
  }

  static Verdict parse(Attributes attributes) {
    return parseValue(
        attributes.get(Immediate.NFTA_IMMEDIATE_DATA).nested().get(NFTA_DATA_VERDICT));
  }

  /** Reads the attribute that {@link #packValue} wrote; null where it holds a value. */
  public static @Nullable Verdict parseUnlessValue(Attribute attribute) {
    Attribute verdict = attribute.nested().find(NFTA_DATA_VERDICT);
    return verdict == null ? null : parseValue(verdict);
  }

  /** Reads an attribute that has the code and the chain themselves in it. */
  public static Verdict parseValue(Attribute attribute) {
    Attributes verdict = attribute.nested();
    Attribute chain = verdict.find(NFTA_VERDICT_CHAIN);
    return new Verdict(
        verdict.get(NFTA_VERDICT_CODE).u32Be(), chain == null ? null : chain.string());
  }

  /** Whether the packet goes on with the next rule. */
  public boolean isContinue() {
    return code == NFT_CONTINUE;
  }

  /** Whether the packet ends here. */
  public boolean isDrop() {
    return code == NF_DROP;
  }

  /** As {@code nft} writes it: {@code jump filter}. */
  @Override
  public String toString() {
    String word =
        switch (code) {
          case NF_DROP -> "drop";
          case NF_ACCEPT -> "accept";
          case NF_STOLEN -> "stolen";
          case NF_QUEUE -> "queue";
          case NFT_CONTINUE -> "continue";
          case NFT_BREAK -> "break";
          case NFT_JUMP -> "jump";
          case NFT_GOTO -> "goto";
          case NFT_RETURN -> "return";
          default -> "verdict " + code;
        };
    return chain == null ? word : word + " " + chain;
  }
}
