package io.kindnet.netlink.testing;

import static io.kindnet.netlink.testing.Transport.TCP;
import static io.kindnet.netlink.testing.Transport.UDP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@NetworkNamespaces
class EchoPeerTest {
  private static final Duration SHORT = Duration.ofMillis(200);

  @BeforeEach
  void connect(Namespace left, Namespace right) {
    left.connect("eth0", right, "eth0");
    left.addAddress("eth0", "10.0.0.1/24");
    left.addAddress("eth0", "10.0.0.11/24");
    left.addAddress("eth0", "fd00::1/64");
    right.addAddress("eth0", "10.0.0.2/24");
    right.addAddress("eth0", "fd00::2/64");
  }

  @ParameterizedTest
  @EnumSource
  void answersWithItsNameAndThePeerThatItSaw(Transport transport, Namespace left, Namespace right) {
    EchoPeer.in(right, "server").listen(transport, "10.0.0.2", 7).listen(transport, "fd00::2", 7);
    EchoPeer client = EchoPeer.in(left, "client");

    EchoReply reply4 = client.ask(EchoRequest.to(transport, "10.0.0.2", 7));
    assertThat(reply4.server()).isEqualTo("server");
    assertThat(reply4.peer().getHostAddress()).isEqualTo("10.0.0.1");

    EchoReply reply6 = client.ask(EchoRequest.to(transport, "fd00::2", 7));
    assertThat(reply6.server()).isEqualTo("server");
    assertThat(reply6.peer().getHostAddress()).isEqualTo("fd00:0:0:0:0:0:0:1");
  }

  @ParameterizedTest
  @EnumSource
  void asksFromTheAddressAndPortThatItIsTold(Transport transport, Namespace left, Namespace right) {
    EchoPeer.in(right, "server").listen(transport, "0.0.0.0", 7);
    EchoPeer client = EchoPeer.in(left, "client");

    EchoReply reply = client.ask(EchoRequest.to(transport, "10.0.0.2", 7).from("10.0.0.11", 4000));

    assertThat(reply.peer().getHostAddress()).isEqualTo("10.0.0.11");
    assertThat(reply.peerPort()).isEqualTo(4000);
  }

  @ParameterizedTest
  @EnumSource
  void reportsARefusal(Transport transport, Namespace left) {
    EchoPeer client = EchoPeer.in(left, "client");

    assertThatThrownBy(() -> client.ask(EchoRequest.to(transport, "10.0.0.2", 7)))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("client gets no answer to " + transport + " 10.0.0.2 7");
    assertThat(client.tryAsk(EchoRequest.to(transport, "10.0.0.2", 7))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void givesUpAfterItsTime(Transport transport, Namespace left, Namespace right) {
    Nft.apply(right, "table inet t { chain c { type filter hook input priority 0; drop; }; }");
    EchoPeer client = EchoPeer.in(left, "client");
    EchoRequest request = EchoRequest.to(transport, "10.0.0.2", 7).waiting(SHORT);

    assertThat(client.tryAsk(request)).isEmpty();
  }

  @Test
  void servesSeveralPortsFromOneProcessAndAsksItself(Namespace right) {
    right.loopbackUp();
    EchoPeer peer =
        EchoPeer.in(right, "peer").listen(TCP, "10.0.0.2", 80).listen(UDP, "10.0.0.2", 53);

    assertThat(peer.ask(EchoRequest.tcp("10.0.0.2", 80)).server()).isEqualTo("peer");
    assertThat(peer.ask(EchoRequest.udp("10.0.0.2", 53)).server()).isEqualTo("peer");
  }

  @Test
  void reportsAnAddressThatIsNotThere(Namespace right) {
    EchoPeer peer = EchoPeer.in(right, "peer");

    assertThatThrownBy(() -> peer.listen(TCP, "10.0.0.99", 80))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("peer cannot serve TCP 10.0.0.99 80: ");
  }

  @Test
  void stopsServingWhenClosed(Namespace left, Namespace right) {
    EchoPeer server = EchoPeer.in(right, "server").listen(TCP, "10.0.0.2", 80);
    EchoPeer client = EchoPeer.in(left, "client");
    client.ask(EchoRequest.tcp("10.0.0.2", 80));

    server.close();

    assertThat(client.tryAsk(EchoRequest.tcp("10.0.0.2", 80))).isEmpty();
  }
}
