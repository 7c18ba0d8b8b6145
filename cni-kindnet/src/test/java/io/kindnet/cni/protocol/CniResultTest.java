package io.kindnet.cni.protocol;

import static io.kindnet.cni.protocol.CniErrorCode.INVALID_NETWORK_CONFIG;
import static io.kindnet.cni.protocol.CniErrors.assertError;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CniResultTest {
  private static final CniResult RESULT =
      new CniResult(
          List.of(
              new CniResult.Interface("knet0a1b2c3d", "0e:00:00:00:00:01", 1450, ""),
              new CniResult.Interface("eth0", "0e:00:00:00:00:02", 1450, "/run/netns/pod")),
          List.of(
              ip("10.244.1.7", 32, "10.244.1.0"), ip("fd00:10:244:1::7", 128, "fd00:10:244:1::")),
          List.of(route("0.0.0.0/0", "10.244.1.0"), route("::/0", "fd00:10:244:1::")),
          new Dns(List.of("10.96.0.10"), "", List.of("cluster.local"), List.of()));

  private static final String DNS =
      "\"dns\":{\"nameservers\":[\"10.96.0.10\"],\"search\":[\"cluster.local\"]}}";

  private static final String ROUTES =
      "\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"10.244.1.0\"},"
          + "{\"dst\":\"::/0\",\"gw\":\"fd00:10:244:1::\"}],";

  @ParameterizedTest
  @EnumSource(names = {"V0_1_0", "V0_2_0"})
  void hasOneAddressOfEachFamilyAtFirst(CniVersion version) {
    assertThat(CniResultWriter.write(version, RESULT))
        .isEqualTo(
            "{\"cniVersion\":\""
                + version
                + "\",\"ip4\":{\"ip\":\"10.244.1.7/32\",\"gateway\":\"10.244.1.0\","
                + "\"routes\":[{\"dst\":\"0.0.0.0/0\",\"gw\":\"10.244.1.0\"}]},"
                + "\"ip6\":{\"ip\":\"fd00:10:244:1::7/128\",\"gateway\":\"fd00:10:244:1::\","
                + "\"routes\":[{\"dst\":\"::/0\",\"gw\":\"fd00:10:244:1::\"}]},"
                + DNS);
  }

  @ParameterizedTest
  @EnumSource(names = {"V0_3_0", "V0_3_1", "V0_4_0"})
  void listsInterfacesFromThenOn(CniVersion version) {
    assertThat(CniResultWriter.write(version, RESULT))
        .isEqualTo(
            "{\"cniVersion\":\""
                + version
                + "\",\"interfaces\":[{\"name\":\"knet0a1b2c3d\",\"mac\":\"0e:00:00:00:00:01\"},"
                + "{\"name\":\"eth0\",\"mac\":\"0e:00:00:00:00:02\",\"sandbox\":\"/run/netns/pod\"}],"
                + "\"ips\":[{\"version\":\"4\",\"interface\":1,\"address\":\"10.244.1.7/32\","
                + "\"gateway\":\"10.244.1.0\"},"
                + "{\"version\":\"6\",\"interface\":1,\"address\":\"fd00:10:244:1::7/128\","
                + "\"gateway\":\"fd00:10:244:1::\"}],"
                + ROUTES
                + DNS);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {"V1_0_0,``", "V1_1_0,`\"mtu\":1450,`"})
  void dropsTheFamilyAndAddsTheMtu(CniVersion version, String mtu) {
    String hostMtu = mtu.isEmpty() ? "" : ",\"mtu\":1450";
    assertThat(CniResultWriter.write(version, RESULT))
        .isEqualTo(
            "{\"cniVersion\":\""
                + version
                + "\",\"interfaces\":[{\"name\":\"knet0a1b2c3d\",\"mac\":\"0e:00:00:00:00:01\""
                + hostMtu
                + "},{\"name\":\"eth0\",\"mac\":\"0e:00:00:00:00:02\","
                + mtu
                + "\"sandbox\":\"/run/netns/pod\"}],"
                + "\"ips\":[{\"interface\":1,\"address\":\"10.244.1.7/32\","
                + "\"gateway\":\"10.244.1.0\"},"
                + "{\"interface\":1,\"address\":\"fd00:10:244:1::7/128\","
                + "\"gateway\":\"fd00:10:244:1::\"}],"
                + ROUTES
                + DNS);
  }

  @Test
  void alwaysHasADnsObject() {
    CniResult bare = new CniResult(List.of(), List.of(), List.of(), Dns.NONE);

    assertThat(CniResultWriter.write(CniVersion.V1_0_0, bare)).endsWith(",\"dns\":{}}");
  }

  @ParameterizedTest
  @EnumSource
  void readsWhatItWrote(CniVersion version) throws CniException {
    CniResult read = read(CniResultWriter.write(version, RESULT));

    assertThat(read.routes()).isEqualTo(RESULT.routes());
    assertThat(read.dns()).isEqualTo(RESULT.dns());
    assertThat(read.ips()).extracting(CniResult.Ip::cidr).isEqualTo(cidrs(RESULT));
    assertThat(read.ips()).extracting(CniResult.Ip::gateway).doesNotContainNull();
    if (version == CniVersion.V1_1_0) {
      assertThat(read).isEqualTo(RESULT);
    } else if (version.isAtLeast(CniVersion.V0_3_0)) {
      assertThat(read.interfaces()).extracting(CniResult.Interface::name).contains("eth0");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"ips\": [{\"address\": \"10.0.0.1\"}]} | ips[0].address '10.0.0.1': it is not a CIDR",
        "{\"ips\": [{\"address\": \"10.0.0.1/32\", \"gateway\": \"x\"}]} | ips[0].gateway 'x': it",
        "{\"routes\": [{\"dst\": \"all\"}]} | routes[0].dst 'all': it is not a CIDR",
        "{\"ip4\": {\"routes\": []}} | ip4.ip '': it is not a CIDR",
      })
  void namesWhatIsWrongInAPreviousResult(String json, String message) {
    assertError(INVALID_NETWORK_CONFIG, () -> read(json)).startsWith(message);
  }

  private static CniResult read(String json) throws CniException {
    return CniResultReader.read(JsonObject.parse("the result", json.getBytes(UTF_8)));
  }

  private static List<String> cidrs(CniResult result) {
    return result.ips().stream().map(CniResult.Ip::cidr).toList();
  }

  private static CniResult.Ip ip(String address, int length, String gateway) {
    return new CniResult.Ip(1, IpAddresses.parse(address), length, IpAddresses.parse(gateway));
  }

  private static CniResult.Route route(String destination, String gateway) {
    return new CniResult.Route(IpPrefix.parse(destination), IpAddresses.parse(gateway));
  }
}
