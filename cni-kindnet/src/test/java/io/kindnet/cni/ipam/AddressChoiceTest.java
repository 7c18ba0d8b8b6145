package io.kindnet.cni.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AddressChoiceTest {
  private final AllocatedSet taken = new AllocatedSet();

  @Test
  void servesTheFamiliesThatRangesHave() {
    assertThat(choice("fd00::/64", "10.0.0.0/24", "10.0.1.0/24").families())
        .containsExactly(AddressFamily.IPV4, AddressFamily.IPV6);
    assertThat(choice("fd00::/64").families()).containsExactly(AddressFamily.IPV6);
    assertThat(choice().families()).isEmpty();
  }

  @Test
  void goesToTheNextRangeWhenOneIsFull() throws CniException {
    AddressChoice choice = choice("10.0.0.0/29", "fd00::/126", "10.0.1.0/29");

    assertThat(drain(choice, AddressFamily.IPV4))
        .containsExactlyInAnyOrder(
            "10.0.0.3/29",
            "10.0.0.4/29",
            "10.0.0.5/29",
            "10.0.0.6/29",
            "10.0.1.3/29",
            "10.0.1.4/29",
            "10.0.1.5/29",
            "10.0.1.6/29")
        .satisfies(given -> assertThat(given.subList(0, 4)).allMatch(t -> t.startsWith("10.0.0.")));
    assertThat(drain(choice, AddressFamily.IPV6)).containsExactly("fd00::3/126");
  }

  @Test
  void theGatewayIsTheBaseOfTheRangeThatServed() throws CniException {
    Lease lease = choice("10.0.0.64/26").choose(AddressFamily.IPV4);

    assertThat(lease).isNotNull();
    assertThat(lease.gateway()).isEqualTo(IpAddresses.parse("10.0.0.64"));
  }

  @Test
  void neverGivesAnAddressTwiceFromOverlappingRanges() throws CniException {
    AddressChoice choice = choice("10.0.0.0/25", "10.0.0.0/26", "10.0.0.32/27", "10.0.0.0/25");

    // one is a gateway, and the smaller range reserves two less
    assertThat(drain(choice, AddressFamily.IPV4)).hasSize(122 - 1 + 2);
    assertThat(taken.addresses())
        .doesNotContain(IpAddresses.parse("10.0.0.32"))
        .hasSize(122 - 1 + 2);
  }

  @Test
  void tellsWhatIsFull() {
    CniException error = choice("10.0.0.0/29", "fd00::/128").exhausted();

    assertThat(error.code()).isEqualTo(CniErrorCode.NO_ADDRESS);
    assertThat(error)
        .hasMessage(
            "no address is left in 10.0.0.0/29 (4 for pods), fd00::/128 (no room for a pod"
                + " beside the gateway)");
    assertThat(choice().exhausted())
        .hasMessage(
            "no address: there are no ranges, neither in the configuration nor added by hand");
  }

  private AddressChoice choice(String... ranges) {
    return new AddressChoice(Stream.of(ranges).map(IpPrefix::parse).toList(), taken, new Random());
  }

  private List<String> drain(AddressChoice choice, AddressFamily family) throws CniException {
    List<String> given = new ArrayList<>();
    Lease lease = choice.choose(family);
    while (lease != null) {
      String address = IpAddresses.format(lease.address());
      assertThat(taken.take(address)).as(address + " was given twice").isTrue();
      given.add(address + "/" + lease.range().length());
      lease = choice.choose(family);
    }
    return given;
  }
}
