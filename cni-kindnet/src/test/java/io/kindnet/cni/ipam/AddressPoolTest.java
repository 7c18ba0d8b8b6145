package io.kindnet.cni.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPoolTest {
  private final long seed = new Random().nextLong();
  private final Random random = new Random(seed);

  @ParameterizedTest
  @CsvSource({
    "10.0.1.0/24, 248, 10.0.1.7, 10.0.1.254",
    "10.0.1.0/25, 122, 10.0.1.5, 10.0.1.126",
    "10.0.1.64/26, 60, 10.0.1.67, 10.0.1.126",
    "10.0.1.8/29, 4, 10.0.1.11, 10.0.1.14",
    "255.255.255.0/24, 248, 255.255.255.7, 255.255.255.254",
    "fd00::/120, 249, fd00::7, fd00::ff",
    "fd00::/121, 123, fd00::5, fd00::7f",
    "fd00::/122, 61, fd00::3, fd00::3f",
    "fd00::10/126, 1, fd00::13, fd00::13",
    "10.0.1.4/30, 2, 10.0.1.5, 10.0.1.6",
    "10.0.1.4/31, 1, 10.0.1.5, 10.0.1.5",
    "fd00::10/127, 1, fd00::11, fd00::11",
  })
  void givesEachAddressOnceUntilNoneIsLeft(String range, int count, String first, String last)
      throws CniException {
    IpPrefix prefix = IpPrefix.parse(range);
    Set<InetAddress> given = drain(prefix);

    assertThat(given).as("seed " + seed).hasSize(count).allMatch(prefix::contains);
    assertThat(given.stream().min(byNumber())).hasValue(IpAddresses.parse(first));
    assertThat(given.stream().max(byNumber())).hasValue(IpAddresses.parse(last));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.1.1/32", "fd00::1/128"})
  void hasNothingToGiveWhereOnlyTheGatewayHasRoom(String range) throws CniException {
    assertThat(drain(IpPrefix.parse(range))).isEmpty();
    assertThat(new AddressPool(IpPrefix.parse(range)).describeCapacity())
        .isEqualTo("no room for a pod beside the gateway");
  }

  @RepeatedTest(100)
  void keepsItsPromisesForAnyRange() throws CniException {
    boolean four = random.nextBoolean();
    int hostBits = 3 + random.nextInt(8);
    byte[] address = new byte[four ? 4 : 16];
    random.nextBytes(address);
    IpPrefix range = new IpPrefix(IpAddresses.of(address), 8 * address.length - hostBits);
    BigInteger base = IpAddresses.toInteger(range.address());

    Set<InetAddress> given = drain(range);

    assertThat(given)
        .as(range + ", seed " + seed)
        .hasSize(new AddressPool(range).capacity().intValueExact())
        .allSatisfy(each -> {
          assertThat(range.contains(each)).isTrue();
          assertThat(IpAddresses.toInteger(each).subtract(base))
              .isGreaterThan(BigInteger.valueOf(hostBits <= 6 ? 2 : hostBits == 7 ? 4 : 6));
          assertThat(four && each.equals(range.last())).isFalse();
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/8", "0.0.0.0/0", "fd00::/64", "fd00::/8", "::/0"})
  void asksLittleOfLargeRanges(String text) throws CniException {
    IpPrefix range = IpPrefix.parse(text);
    AllocatedSet taken = new AllocatedSet();
    for (int i = 0; i < 1000; i++) {
      InetAddress address = new AddressPool(range).choose(taken, random);
      assertThat(address).as("seed " + seed).isNotNull().matches(range::contains);
      assertThat(taken.take(address)).as("seed " + seed).isTrue();
    }
    assertThat(taken.questions()).as("seed " + seed).isLessThan(1010);
  }

  @Test
  void beginsAtRandom() throws CniException {
    AddressPool pool = new AddressPool(IpPrefix.parse("10.0.0.0/16"));
    Set<InetAddress> firsts = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      firsts.add(pool.choose(new AllocatedSet(), new Random(i)));
    }
    assertThat(firsts).hasSizeGreaterThan(15);
  }

  @Test
  void findsTheLastFreeAddressOfALargeRange() throws CniException {
    IpPrefix range = IpPrefix.parse("10.0.0.0/16");
    AllocatedSet taken = new AllocatedSet();
    for (int i = 0; i < 65_536; i++) {
      taken.take("10.0." + i / 256 + "." + i % 256);
    }
    AddressPool pool = new AddressPool(range);
    assertThat(pool.choose(taken, random)).isNull();

    for (String free : List.of("10.0.0.7", "10.0.128.0", "10.0.255.254")) {
      taken.free(free);
      assertThat(pool.choose(taken, random)).isEqualTo(IpAddresses.parse(free));
      taken.take(free);
    }
  }

  @Test
  void passesOverWhatItServesWithoutAsking() throws CniException {
    AllocatedSet taken = new AllocatedSet();
    for (int i = 0; i < 256; i++) {
      taken.take("10.0.0." + i);
    }

    assertThat(new AddressPool(IpPrefix.parse("10.0.0.0/24")).choose(taken, random)).isNull();
    assertThat(taken.questions()).isLessThan(10);
  }

  @Test
  void asksForWhatOverlappingRangesServe() throws CniException {
    AllocatedSet taken = new AllocatedSet();
    taken.servedAre(address -> address.getAddress()[3] % 2 == 0);
    for (int i = 0; i < 256; i++) {
      taken.take("10.0.0." + i);
    }
    AddressPool pool = new AddressPool(IpPrefix.parse("10.0.0.0/24"));

    assertThat(pool.choose(taken, random)).isNull();
    taken.free("10.0.0.77");
    assertThat(pool.choose(taken, random)).isEqualTo(IpAddresses.parse("10.0.0.77"));
  }

  @RepeatedTest(50)
  void passesOverWhatTheMachineHasAsAWhole() throws CniException {
    AllocatedSet taken = new AllocatedSet();
    taken.takeBlock("fd00::/65");
    taken.takeBlock("fd00::8000:0:0:0/66");
    taken.takeBlock("fd00::d000:0:0:0/68");

    InetAddress address = new AddressPool(IpPrefix.parse("fd00::/64")).choose(taken, random);

    assertThat(address).as("seed " + seed).isNotNull();
    assertThat(IpAddresses.format(address)).as("seed " + seed).matches("fd00::[cef]...:.*");
    taken.takeBlock("fd00::/62");
    assertThat(new AddressPool(IpPrefix.parse("fd00::/64")).choose(taken, random)).isNull();
    assertThat(taken.questions()).isLessThan(100);
  }

  @RepeatedTest(50)
  void findsTheOnlyAddressThatTheMachineDoesNotHave() throws CniException {
    AllocatedSet taken = new AllocatedSet();
    taken.takeBlock("10.0.0.0/25");
    taken.takeBlock("10.0.0.128/26");
    taken.takeBlock("10.0.0.192/27");
    taken.takeBlock("10.0.0.232/29");
    taken.takeBlock("10.0.0.240/28");
    for (int i = 224; i < 231; i++) {
      taken.take("10.0.0." + i);
    }

    assertThat(new AddressPool(IpPrefix.parse("10.0.0.0/24")).choose(taken, random))
        .as("seed " + seed)
        .isEqualTo(IpAddresses.parse("10.0.0.231"));
  }

  private Set<InetAddress> drain(IpPrefix range) throws CniException {
    AddressPool pool = new AddressPool(range);
    AllocatedSet taken = new AllocatedSet();
    InetAddress address = pool.choose(taken, random);
    while (address != null) {
      assertThat(taken.take(address)).as("given twice, seed " + seed).isTrue();
      address = pool.choose(taken, random);
    }
    return taken.addresses();
  }

  private static Comparator<InetAddress> byNumber() {
    return Comparator.comparing(IpAddresses::toInteger);
  }
}
