package io.kindnet.netlink.route;

import static io.kindnet.netlink.ip.IpAddresses.parse;
import static io.kindnet.netlink.route.Address.IFA_F_DADFAILED;
import static io.kindnet.netlink.route.Address.IFA_F_NODAD;
import static io.kindnet.netlink.route.Address.IFA_F_NOPREFIXROUTE;
import static io.kindnet.netlink.route.Address.IFA_F_PERMANENT;
import static io.kindnet.netlink.route.Address.IFA_F_TENTATIVE;
import static io.kindnet.netlink.route.RouteConstants.RT_SCOPE_LINK;
import static io.kindnet.netlink.route.Rtnetlink.RTM_NEWADDR;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_CREATE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_EXCL;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.wire.MessageWriter;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AddressBytesTest {
  private static final Address V4 =
      new Address(5, parse("10.0.0.1"), 32, RT_SCOPE_LINK, 0, Optional.empty());
  private static final Address V6 =
      new Address(5, parse("fd00::1"), 128, 0, IFA_F_NODAD | IFA_F_NOPREFIXROUTE, Optional.empty());

  @Test
  void writesAddresses() {
    Bytes.assertWritten(add(V4), "address-add-ipv4");
    Bytes.assertWritten(add(V6), "address-add-ipv6");
    Bytes.assertWritten(AddressMessages.list(5), "address-list");
  }

  @Test
  void readsWhatItWrites() {
    assertThat(AddressMessages.read(Bytes.message("address-add-ipv4"))).isEqualTo(V4);
    assertThat(AddressMessages.read(Bytes.message("address-add-ipv6"))).isEqualTo(V6);
  }

  @Test
  void readsAnAddressWithAPeer() {
    assertThat(AddressMessages.read(Bytes.message("address-ipv4")))
        .isEqualTo(
            new Address(
                5,
                parse("10.1.0.1"),
                32,
                RT_SCOPE_LINK,
                IFA_F_PERMANENT,
                Optional.of(parse("10.1.0.2"))));
  }

  @Test
  void readsADuplicateAddress() {
    Address address = AddressMessages.read(Bytes.message("address-ipv6"));

    assertThat(address)
        .isEqualTo(
            new Address(
                5,
                parse("fd00::1"),
                64,
                0,
                IFA_F_PERMANENT | IFA_F_TENTATIVE | IFA_F_DADFAILED,
                Optional.empty()));
    assertThat(address.isTentative()).isTrue();
    assertThat(address.isDuplicate()).isTrue();
    assertThat(address.network()).hasToString("fd00::/64");
  }

  @Test
  void tellsOfAddresses() {
    assertThat(RouteEvents.read(Bytes.message("address-add-ipv4")))
        .isEqualTo(new RouteEvent.AddressChanged(V4));
  }

  private static MessageWriter add(Address address) {
    return AddressMessages.write("add", RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address);
  }
}
