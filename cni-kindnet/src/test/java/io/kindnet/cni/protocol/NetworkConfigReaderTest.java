package io.kindnet.cni.protocol;

import static io.kindnet.cni.protocol.CniErrorCode.DECODING_FAILURE;
import static io.kindnet.cni.protocol.CniErrorCode.INCOMPATIBLE_VERSION;
import static io.kindnet.cni.protocol.CniErrorCode.INVALID_NETWORK_CONFIG;
import static io.kindnet.cni.protocol.CniErrors.assertError;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkConfigReaderTest {

  @Test
  void readsAllThatAddUses() throws CniException {
    NetworkConfig config =
        read(
            CniCommand.ADD,
            """
            {
              "cniVersion": "1.0.0", "name": "kindnet", "type": "cni-kindnet",
              "ranges": ["10.244.1.5/24", " fd00:10:244:1::/64 "],
              "bridge": "cni0", "mtu": 1400, "dataDir": "/run/state",
              "capabilities": {"portMappings": true},
              "runtimeConfig": {"portMappings": [
                {"hostPort": 80, "containerPort": 8080, "protocol": "UDP", "hostIP": "10.0.0.1"},
                {"hostPort": 81, "containerPort": 8081},
                {"hostPort": 0, "containerPort": 9090, "protocol": "tcp", "hostIP": ""}
              ]},
              "dns": {"nameservers": ["10.96.0.10"], "domain": "a", "search": ["b"], "options": ["c"]}
            }
            """);

    assertThat(config)
        .isEqualTo(
            new NetworkConfig(
                CniVersion.V1_0_0,
                "kindnet",
                List.of(IpPrefix.parse("10.244.1.0/24"), IpPrefix.parse("fd00:10:244:1::/64")),
                "cni0",
                1400,
                Path.of("/run/state"),
                List.of(
                    new PortMapping(IpAddresses.parse("10.0.0.1"), 80, 8080, TransportProtocol.UDP),
                    new PortMapping(null, 81, 8081, TransportProtocol.TCP)),
                new Dns(List.of("10.96.0.10"), "a", List.of("b"), List.of("c")),
                null,
                List.of()));
  }

  @Test
  void fillsInWhatIsNotSaid() throws CniException {
    NetworkConfig config = read(CniCommand.ADD, "{\"name\": \"kindnet\", \"ranges\": null}");

    assertThat(config.version()).isEqualTo(CniVersion.V0_1_0);
    assertThat(config.ranges()).isEmpty();
    assertThat(config.bridge()).isEmpty();
    assertThat(config.mtu()).isZero();
    assertThat(config.dataDir()).isEqualTo(Path.of("/var/lib/cni-kindnet"));
    assertThat(config.dns()).isEqualTo(Dns.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | the network configuration on standard input is empty",
        "[] | the network configuration on standard input is not a JSON object",
        "{\"name\": | the network configuration on standard input is not JSON: ",
        "{} {} | the network configuration on standard input goes on after its end",
        "{\"name\": 7} | name is 7, expected a string",
        "{\"name\": \"n\", \"ranges\": \"10.0.0.0/8\"} | ranges is 10.0.0.0/8, expected a list",
        "{\"name\": \"n\", \"ranges\": [\"10.0.0.0/8\", 1]} | ranges[1] is 1, expected a string",
        "{\"name\": \"n\", \"mtu\": 1.5} | mtu is 1.5, expected a whole number",
        "{\"name\": \"n\", \"dns\": []} | dns is [], expected an object",
        "{\"name\": \"n\", \"runtimeConfig\": {\"portMappings\": [{\"hostPort\": \"80\"}]}}"
            + " | runtimeConfig.portMappings[0].hostPort is 80, expected a whole number",
      })
  void namesWhatCannotBeDecoded(String json, String message) {
    assertError(DECODING_FAILURE, () -> read(CniCommand.ADD, json)).startsWith(message);
  }

  /** As containerd 1.6 hands them over, whatever the convention says. */
  @Test
  void keysMayBeWrittenInAnotherCase() throws CniException {
    NetworkConfig config =
        read(
            CniCommand.ADD,
            """
            {"cniVersion": "0.4.0", "name": "kindnet", "runtimeConfig": {"portMappings": [
              {"HostPort": 8081, "ContainerPort": 8080, "Protocol": "tcp", "HostIP": ""}]}}
            """);

    assertThat(config.portMappings())
        .containsExactly(new PortMapping(null, 8081, 8080, TransportProtocol.TCP));
  }

  @Test
  void saysWhereTheJsonBreaks() {
    assertError(DECODING_FAILURE, () -> read(CniCommand.ADD, "{\n  \"name\": nope\n}"))
        .contains("'nope'")
        .endsWith("(line 2, column 11)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"name\": \"kin | it ends too early (line 1, column 14)",
        "{\"ranges\": [\"10.0.0.0/8\", | it ends too early (line 1, column 26)",
        "{\"a\": {\"b\": 1 | it ends too early (line 1, column 14)",
        "{\"a\": [1}} | Unexpected close marker '}': expected ']' (line 1, column 9)",
      })
  void saysWhereJsonEndsInItsOwnWords(String json, String reason) {
    assertError(DECODING_FAILURE, () -> read(CniCommand.ADD, json))
        .isEqualTo("the network configuration on standard input is not JSON: " + reason);
  }

  @ParameterizedTest
  @CsvSource({
    "127.9.0.0/24, loopback addresses never leave a host",
    "::1/128, loopback addresses never leave a host",
    "224.0.0.0/4, no interface can have a multicast address",
    "ff05::/64, no interface can have a multicast address",
    "fe80:1::/64, no router passes on link-local addresses",
    "0.0.0.0/8, 'its base address, the gateway, would be 0.0.0.0, which no interface can have'",
    "::/64, 'its base address, the gateway, would be ::, which no interface can have'",
  })
  void refusesRangesThatCanNeverServe(String range, String reason) {
    assertError(
            INVALID_NETWORK_CONFIG,
            () ->
                read(
                    CniCommand.ADD,
                    "{\"name\": \"n\", \"ranges\": [\"10.0.0.0/8\", \"" + range + "\"]}"))
        .isEqualTo("ranges[1] '" + range + "': " + reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"169.254.7.0/24", "240.1.0.0/16", "0.1.0.0/16", "fec0::/64"})
  void takesUnusualRangesThatWork(String range) throws CniException {
    assertThat(read(CniCommand.ADD, "{\"name\": \"n\", \"ranges\": [\"" + range + "\"]}").ranges())
        .containsExactly(IpPrefix.parse(range));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | name '': it is empty",
        "{\"name\": \"a b\"} | name 'a b': it must begin with a letter or digit",
        "{\"name\": \"n\", \"ranges\": [\"10.0.0.0/8\", \"10.0.0.0/33\"]}"
            + " | ranges[1]: '10.0.0.0/33' is not a CIDR: prefix length 33",
        "{\"name\": \"n\", \"ranges\": [\"localhost/8\"]} | ranges[0]: 'localhost/8' is not a CIDR",
        "{\"name\": \"n\", \"bridge\": \"a-name-too-long-for-linux\"} | bridge 'a-name-too-long",
        "{\"name\": \"n\", \"mtu\": 67} | mtu '67': an MTU lies between 68 and 65535",
        "{\"name\": \"n\", \"dataDir\": \"state\"} | dataDir 'state': it must be an absolute path",
        "{\"name\": \"n\", \"dataDir\": \"/a\\u0000b\"} | dataDir '/a\0b': it is no path: Nul",
        "{\"name\": \"n\", \"runtimeConfig\": {\"portMappings\": [{\"hostPort\": 65536}]}}"
            + " | runtimeConfig.portMappings[0].hostPort '65536': a port lies between",
        "{\"name\": \"n\", \"runtimeConfig\": {\"portMappings\": [{\"hostPort\": 80}]}}"
            + " | runtimeConfig.portMappings[0].containerPort 'null': a port lies between",
        "{\"name\": \"n\", \"runtimeConfig\": {\"portMappings\": [{\"hostPort\": 80,"
            + " \"containerPort\": 80, \"protocol\": \"icmp\"}]}}"
            + " | runtimeConfig.portMappings[0].protocol 'icmp': tcp, udp and sctp are known",
        "{\"name\": \"n\", \"runtimeConfig\": {\"portMappings\": [{\"hostPort\": 80,"
            + " \"containerPort\": 80, \"hostIP\": \"eth0\"}]}}"
            + " | runtimeConfig.portMappings[0].hostIP 'eth0': it is not an IP address",
      })
  void namesWhatCannotBeMeant(String json, String message) {
    assertError(INVALID_NETWORK_CONFIG, () -> read(CniCommand.ADD, json)).startsWith(message);
  }

  @Test
  void refusesVersionsItDoesNotSpeak() {
    assertError(INCOMPATIBLE_VERSION, () -> read(CniCommand.ADD, "{\"cniVersion\": \"2.0.0\"}"))
        .isEqualTo(
            "cniVersion '2.0.0' is not supported,"
                + " 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0 are");
  }

  @ParameterizedTest
  @CsvSource({"CHECK,0.3.1,0.4.0", "STATUS,1.0.0,1.1.0", "GC,1.0.0,1.1.0"})
  void verbsNeedTheirVersion(CniCommand command, String version, String since) {
    assertError(
            INCOMPATIBLE_VERSION,
            () -> read(command, "{\"cniVersion\": \"" + version + "\", \"name\": \"n\"}"))
        .isEqualTo(command + " needs cniVersion " + since + ", the configuration says " + version);
  }

  @ParameterizedTest
  @EnumSource(
      value = CniCommand.class,
      names = {"DEL", "GC"})
  void badRangesKeepNobodyFromReleasing(CniCommand command) throws CniException {
    NetworkConfig config =
        read(
            command,
            """
            {"cniVersion": "1.1.0", "name": "n", "ranges": ["nonsense"], "prevResult": 7,
             "runtimeConfig": {"portMappings": [{"hostPort": -1}]}, "cni.dev/attachments": []}
            """);

    assertThat(config.name()).isEqualTo("n");
  }

  @Test
  void checkNeedsAResultToCompareWith() {
    assertError(
            INVALID_NETWORK_CONFIG,
            () -> read(CniCommand.CHECK, "{\"cniVersion\": \"1.0.0\", \"name\": \"n\"}"))
        .startsWith("prevResult is missing");
  }

  @Test
  void gcKnowsBothKeysForAttachments() throws CniException {
    NetworkConfig config =
        read(
            CniCommand.GC,
            """
            {"cniVersion": "1.1.0", "name": "n",
             "cni.dev/valid-attachments": [{"containerID": "a", "ifname": "eth0"}],
             "cni.dev/attachments": [{"containerID": "b", "ifname": "net1"}]}
            """);

    assertThat(config.validAttachments())
        .containsExactly(new Attachment("a", "eth0"), new Attachment("b", "net1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null"})
  void gcTakesAnEmptyList(String list) throws CniException {
    String json =
        "{\"cniVersion\": \"1.1.0\", \"name\": \"n\", \"cni.dev/valid-attachments\": " + list + "}";

    assertThat(read(CniCommand.GC, json).validAttachments()).isEmpty();
  }

  @Test
  void gcWithoutListRemovesNothing() {
    assertError(
            INVALID_NETWORK_CONFIG,
            () -> read(CniCommand.GC, "{\"cniVersion\": \"1.1.0\", \"name\": \"n\"}"))
        .isEqualTo("cni.dev/valid-attachments is missing, GC would remove every container");
  }

  private static NetworkConfig read(CniCommand command, String json) throws CniException {
    return NetworkConfigReader.of(json.getBytes(UTF_8)).read(command);
  }
}
