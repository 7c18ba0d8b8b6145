package io.kindnet.kindnetd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindnet.kindnetd.GoArguments.BadArgumentException;
import io.kindnet.kindnetd.callserver.CallServerOptions;
import io.kindnet.kindnetd.cniconfig.CniConfigurationOptions;
import io.kindnet.kindnetd.cniconfig.PluginChain;
import io.kindnet.kindnetd.cniconfig.PluginChain.Plugins;
import io.kindnet.kindnetd.dnscache.DnsCacheOptions;
import io.kindnet.kindnetd.fastpath.FastPathOptions;
import io.kindnet.kindnetd.forwarding.ForwardOptions;
import io.kindnet.kindnetd.install.PluginOptions;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.masq.MasqOptions;
import io.kindnet.kindnetd.nat64.Nat64Options;
import io.kindnet.kindnetd.networkpolicy.NetworkPolicyOptions;
import io.kindnet.kindnetd.networkpolicy.denials.DenialOptions;
import io.kindnet.kindnetd.packetlog.PacketLogOptions;
import io.kindnet.kindnetd.podcidr.PodCidrOptions;
import io.kindnet.netlink.ip.IpAddresses;
import io.kindnet.netlink.ip.IpPrefix;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class OptionsTest {
  private static final Options DEFAULTS =
      new Options(
          /* nodeName= */ "host",
          /* disableCni= */ false,
          new ApiServerOptions(Optional.empty(), Optional.empty(), Optional.empty()),
          /* metricsBindAddress= */ new InetSocketAddress(19080),
          new CniConfigurationOptions(
              new PluginChain(Plugins.KINDNET, /* bridge= */ false), Path.of("/etc/cni/net.d")),
          new PodCidrOptions(List.of()),
          new MasqOptions(/* enabled= */ true, List.of()),
          new ForwardOptions(/* accept= */ false),
          new NetworkPolicyOptions(
              /* enabled= */ true, /* adminTier= */ false, /* baselineTier= */ false),
          new CallServerOptions(Optional.of(Path.of("/run/kindnet/cni.sock"))),
          new PluginOptions(Optional.empty(), Optional.empty(), Optional.empty()),
          new DenialOptions(DenialOptions.Format.OFF),
          new PacketLogOptions(/* level= */ 9, /* json= */ false),
          new FastPathOptions(/* threshold= */ 20),
          new DnsCacheOptions(/* enabled= */ false, List.of(), Duration.ofHours(1)),
          new Nat64Options(
              /* enabled= */ true,
              IpPrefix.parse("64:ff9b::/96"),
              IpPrefix.parse("240.64.0.0/16"),
              List.of()),
          new MissingFeatures(/* disableNri= */ false, /* ipsecOverlay= */ false),
          /* cleanup= */ false,
          /* verbosity= */ 0);

  private static Options parse(Map<String, String> environment, String... arguments)
      throws BadArgumentException {
    return parse(new HostDefaults("host", true), environment, arguments);
  }

  private static Options parse(
      HostDefaults host, Map<String, String> environment, String... arguments)
      throws BadArgumentException {
    Flags flags = new Flags();
    CommandLine line = new CommandLine(flags.spec());
    List<String> normalized =
        GoArguments.normalize(List.of(arguments), FlagList.kinds(line.getCommandSpec()));
    line.parseArgs(normalized.toArray(String[]::new));
    return Options.of(flags, Environment.of(environment), host);
  }

  private static Options parse(String... arguments) throws BadArgumentException {
    return parse(Map.of(), arguments);
  }

  @Test
  void hasTheDefaultsOfTheOriginal() throws BadArgumentException {
    assertThat(parse()).isEqualTo(DEFAULTS);
  }

  @Test
  void mapsEveryFlag() throws BadArgumentException {
    assertThat(
            parse(
                "--disable-cni",
                "--network-policy=false",
                "--admin-network-policy",
                "--baseline-admin-network-policy=true",
                "--network-policy-log=json",
                "--dns-caching",
                "--dns-caching-nameservers=10.96.0.10, fd00::a",
                "--dns-caching-max-ttl=30",
                "--disable-nri",
                "--nat64=false",
                "--nat64-prefix=2001:db8:64::/48",
                "--nat64-pool=100.64.0.0/20",
                "--nat64-allow=10.0.0.0/8,192.0.2.0/24",
                "--hostname-override=Node-A",
                "--masquerading=false",
                "--accept-forwarded-pods",
                "--no-masquerade-cidr=192.168.0.0/16,fd01::/48",
                "--control-plane-endpoint=https://10.0.0.1:6443",
                "--metrics-bind-address=[::1]:9",
                "--fastpath-threshold=0",
                "--nflog-level=2",
                "--nflog-format=json",
                "--ipsec-overlay",
                "--cni-plugins=standard",
                "--cni-conf-dir=/tmp/net.d",
                "--cni-socket=/tmp/cni.sock",
                "--install-cni-bin=/host/opt/cni/bin",
                "--cni-bin-dir=/opt/cni/bin",
                "--cni-bin-source=/opt/kindnet/cni",
                "--cleanup",
                "--kubeconfig=/root/.kube/config",
                "--master=http://127.0.0.1:8080",
                "--v=5"))
        .isEqualTo(
            new Options(
                "node-a",
                true,
                new ApiServerOptions(
                    Optional.of(Path.of("/root/.kube/config")),
                    Optional.of(URI.create("http://127.0.0.1:8080")),
                    Optional.of(URI.create("https://10.0.0.1:6443"))),
                new InetSocketAddress(IpAddresses.parse("::1"), 9),
                new CniConfigurationOptions(
                    new PluginChain(Plugins.STANDARD, false), Path.of("/tmp/net.d")),
                new PodCidrOptions(List.of()),
                new MasqOptions(
                    false, List.of(IpPrefix.parse("192.168.0.0/16"), IpPrefix.parse("fd01::/48"))),
                new ForwardOptions(true),
                new NetworkPolicyOptions(false, true, true),
                new CallServerOptions(Optional.of(Path.of("/tmp/cni.sock"))),
                new PluginOptions(
                    Optional.of(Path.of("/host/opt/cni/bin")),
                    Optional.of(Path.of("/opt/cni/bin")),
                    Optional.of(Path.of("/opt/kindnet/cni"))),
                new DenialOptions(DenialOptions.Format.JSON),
                new PacketLogOptions(2, true),
                new FastPathOptions(0),
                new DnsCacheOptions(
                    true,
                    List.of(IpAddresses.parse("10.96.0.10"), IpAddresses.parse("fd00::a")),
                    Duration.ofSeconds(30)),
                new Nat64Options(
                    false,
                    IpPrefix.parse("2001:db8:64::/48"),
                    IpPrefix.parse("100.64.0.0/20"),
                    List.of(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("192.0.2.0/24"))),
                new MissingFeatures(true, true),
                true,
                5));
  }

  @Test
  void servesCallsOfItsOwnPluginOnly() throws BadArgumentException {
    assertThat(parse().servesCalls()).isTrue();
    assertThat(parse("--cni-socket=").servesCalls()).isFalse();
    assertThat(parse("--disable-cni").servesCalls()).isFalse();
    assertThat(parse("--cni-plugins=standard").servesCalls()).isFalse();
  }

  /** kind's manifest has the variable, and neither installs nor mounts anything of a plugin. */
  @Test
  void writesTheStandardPluginsWhereKindsManifestStartsIt() throws BadArgumentException {
    HostDefaults ofKind = new HostDefaults("host", /* hasPluginData= */ false);
    Map<String, String> variables = Map.of("POD_SUBNET", "10.244.0.0/16");

    assertThat(parse(ofKind, variables).cniConfiguration().plugins().plugins())
        .isEqualTo(Plugins.STANDARD);
    assertThat(
            parse(ofKind, variables, "--cni-bin-dir=/opt/cni/bin")
                .cniConfiguration()
                .plugins()
                .plugins())
        .isEqualTo(Plugins.KINDNET);
    assertThat(
            parse(ofKind, variables, "--cni-plugins=kindnet")
                .cniConfiguration()
                .plugins()
                .plugins())
        .isEqualTo(Plugins.KINDNET);
    assertThat(parse(ofKind, Map.of()).cniConfiguration().plugins().plugins())
        .isEqualTo(Plugins.KINDNET);
    assertThat(parse(variables).cniConfiguration().plugins().plugins())
        .as("mounted")
        .isEqualTo(Plugins.KINDNET);
  }

  @Test
  void mapsEveryVariable() throws BadArgumentException {
    Options options =
        parse(
            Map.of(
                "NODE_NAME", "node-b",
                "CNI_BRIDGE", "yes",
                "POD_SUBNET", "10.244.0.0/16,fd00:10:244::/56",
                "CONTROL_PLANE_ENDPOINT", "kind-control-plane:6443"),
            "--no-masquerade-cidr=192.0.2.0/24");
    assertThat(options.nodeName()).isEqualTo("node-b");
    assertThat(options.cniConfiguration().plugins())
        .isEqualTo(new PluginChain(Plugins.KINDNET, true));
    assertThat(options.masquerading().excluded())
        .extracting(IpPrefix::toString)
        .containsExactly("192.0.2.0/24", "10.244.0.0/16", "fd00:10:244::/56");
    assertThat(options.podCidrs().clusterCidrs())
        .extracting(IpPrefix::toString)
        .containsExactly("10.244.0.0/16", "fd00:10:244::/56");
    assertThat(options.apiServer().controlPlaneEndpoint())
        .contains(URI.create("https://kind-control-plane:6443"));
  }

  @Test
  void prefersFlagsToVariables() throws BadArgumentException {
    Options options =
        parse(
            Map.of("NODE_NAME", "node-b", "CONTROL_PLANE_ENDPOINT", "ignored:6443"),
            "--hostname-override=node-c",
            "--control-plane-endpoint=http://10.0.0.1");
    assertThat(options.nodeName()).isEqualTo("node-c");
    assertThat(options.apiServer().controlPlaneEndpoint()).contains(URI.create("http://10.0.0.1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "dns-caching-nameservers | 10.96.0.10,dns | 'dns' is not an IP address",
        "no-masquerade-cidr      | 10.0.0.1       | '10.0.0.1' is not a CIDR (ADDRESS/LENGTH)",
        "control-plane-endpoint  | 10.0.0.1:6443  | not a URL such as https://10.0.0.1:6443",
        "metrics-bind-address    | 19080          | missing port, the form is ADDRESS:PORT or"
            + " :PORT",
        "fastpath-threshold      | -1             | not a whole number from 0 to 2147483647",
        "nflog-level             | high           | not a whole number from 0 to 2147483647",
        "network-policy-log      | yes            | not one of off, text, json",
        "cni-plugins             | calico         | neither kindnet nor standard",
        "cni-socket              | cni.sock       | not an absolute path",
        "install-cni-bin         | bin            | not an absolute path",
        "cni-bin-dir             | bin            | not an absolute path",
        "cni-bin-source          | cni            | not an absolute path",
        "master                  | localhost      | not a URL such as https://10.0.0.1:6443",
        "v                       | 1.5            | not a whole number from 0 to 2147483647"
      })
  void namesFlagValueAndReason(String flag, String value, String reason) {
    assertThatThrownBy(() -> parse("--" + flag + "=" + value))
        .isInstanceOf(BadValueException.class)
        .hasMessage("invalid value \"" + value + "\" for flag -" + flag + ": " + reason);
  }

  private static List<String> warnings(String... arguments) throws BadArgumentException {
    Options options = parse(arguments);
    return options.missing().warnings();
  }

  @Test
  void namesTheFeaturesThatAreNotThere() throws BadArgumentException {
    assertThat(warnings("--disable-nri", "--ipsec-overlay")).hasSize(2);
    assertThat(warnings()).isEmpty();
  }
}
