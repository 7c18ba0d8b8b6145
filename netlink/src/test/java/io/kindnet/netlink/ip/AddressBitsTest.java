package io.kindnet.netlink.ip;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressBitsTest {
  @ParameterizedTest
  @CsvSource({
    "10.244.1.0, 24, 10.244.2.0",
    "10.255.255.255, 32, 11.0.0.0",
    "0.0.0.0, 1, 128.0.0.0",
    "255.255.255.0, 24, 0.0.0.0",
    "fd00:1::, 64, fd00:1:0:1::",
    "fd00::ffff:ffff:ffff:ffff, 128, fd00:0:0:1::",
    "fd00::, 65, fd00::8000:0:0:0",
    "ffff::, 16, ::",
    "::, 0, ::",
  })
  void knowsWhatIsBehindAPrefix(String first, int length, String behind) {
    InetAddress address = IpAddresses.parse(first);

    AddressBits bits = AddressBits.of(address).plus(AddressBits.sizeOf(length));

    assertThat(IpAddresses.of(bits.toBytes(address.getAddress().length)))
        .isEqualTo(IpAddresses.parse(behind));
    assertThat(bits.minus(AddressBits.sizeOf(length))).isEqualTo(AddressBits.of(address));
    assertThat(AddressBits.of(address).lengthFor(AddressBits.sizeOf(length))).isEqualTo(length);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0, 10.0.0.3", // three addresses
    "10.0.1.0, 10.0.3.0", // a /23 that begins in the middle
    "10.0.0.0, 10.0.0.0", // none
    "::1, ::3",
    "fd00::, fd00:0:0:3::",
  })
  void tellsWhatIsNoPrefix(String first, String behind) {
    AddressBits begin = AddressBits.of(IpAddresses.parse(first));
    AddressBits size = AddressBits.of(IpAddresses.parse(behind)).minus(begin);

    assertThat(begin.lengthFor(size)).isEqualTo(-1);
  }

  @Test
  void countsAndComparesAsBigIntegerDoes() {
    Random random = new Random(7);
    BigInteger all = BigInteger.ONE.shiftLeft(128);
    for (int i = 0; i < 10_000; i++) {
      AddressBits one = any(random);
      AddressBits other = any(random);
      assertThat(number(one.plus(other))).isEqualTo(number(one).add(number(other)).mod(all));
      assertThat(number(one.minus(other))).isEqualTo(number(one).subtract(number(other)).mod(all));
      assertThat(one.compareTo(other)).isEqualTo(number(one).compareTo(number(other)));
    }
  }

  /** Often with halves that are all ones or all zeros, where there is something to carry. */
  private static AddressBits any(Random random) {
    long[] halves = new long[2];
    for (int i = 0; i < 2; i++) {
      int choice = random.nextInt(4);
      halves[i] = choice == 0 ? 0 : choice == 1 ? -1 : random.nextLong();
    }
    return new AddressBits(halves[0], halves[1]);
  }

  private static BigInteger number(AddressBits bits) {
    return new BigInteger(1, bits.toBytes(16));
  }
}
