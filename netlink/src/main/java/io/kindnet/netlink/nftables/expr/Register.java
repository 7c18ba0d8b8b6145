package io.kindnet.netlink.nftables.expr;

import io.kindnet.netlink.wire.MalformedMessageException;

/**
 * One of the sixteen registers of four bytes that expressions pass data in. A longer value takes
 * the registers from this one on; the 16-byte registers {@code NFT_REG_1} to {@code NFT_REG_4} are
 * four of these each ({@code enum nft_registers} in {@code linux/netfilter/nf_tables.h}).
 *
 * @param number 0 ({@code NFT_REG32_00}) to 15 ({@code NFT_REG32_15}); -1 for the one that holds
 *     the verdict
 */
public record Register(int number) {
  /** The first 16 bytes. */
  public static final Register NFT_REG_1 = new Register(0);

  /** The second 16 bytes. */
  public static final Register NFT_REG_2 = new Register(4);

  /** The third 16 bytes. */
  public static final Register NFT_REG_3 = new Register(8);

  /** The last 16 bytes. */
  public static final Register NFT_REG_4 = new Register(12);

  /** What happens to the packet: where a map of verdicts is looked up. */
  public static final Register NFT_REG_VERDICT = new Register(-1);

  private static final int VERDICT_CODE = 0;
  private static final int NFT_REG32_00 = 8;
  private static final int COUNT = 16;
  private static final int WIDE = 4;

  /** Checks the range. */
  public Register {
    if (number < -1 || number >= COUNT) {
      throw new IllegalArgumentException("there is no register " + number + ", only -1 to 15");
    }
  }

  /** The register behind a value of {@code length} bytes that begins here. */
  public Register after(int length) {
    return new Register(number + (length + 3) / 4);
  }

  // by hand: what the build writes for a record compares and hashes all in turn, which calls feel

  @Override
  public boolean equals(Object other) {
    return other instanceof Register register && number == register.number;
  }

  @Override
  public int hashCode() {
    return number;
  }

  /** The number on the wire, in the form in which the kernel lists it. */
  int code() {
    if (number < 0) {
      return VERDICT_CODE;
    }
    return number % WIDE == 0 ? 1 + number / WIDE : NFT_REG32_00 + number;
  }

  /** Reads {@link #code}, or the other number of the same register. */
  static Register ofCode(int code) {
    if (code == VERDICT_CODE) {
      return NFT_REG_VERDICT;
    }
    if (code >= 1 && code <= COUNT / WIDE) {
      return new Register((code - 1) * WIDE);
    }
    if (code >= NFT_REG32_00 && code < NFT_REG32_00 + COUNT) {
      return new Register(code - NFT_REG32_00);
    }
    throw new MalformedMessageException("there is no register with the number " + code);
  }
}
