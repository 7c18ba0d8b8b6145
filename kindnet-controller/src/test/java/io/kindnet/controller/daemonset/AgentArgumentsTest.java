package io.kindnet.controller.daemonset;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kindnet.controller.api.ConfigurationSpec;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentArgumentsTest {
  private static final String ALWAYS = "--cni-bin-dir=/opt/cni/bin";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          logLevel: 4                                           | -v=4
          cni: {enabled: false}                                 | --disable-cni=true
          cni: {plugins: standard}                              | --cni-plugins=standard
          cni: {configurationDirectory: /etc/net.d}             | --cni-conf-dir=/etc/net.d
          cni: {nri: false}                                     | --disable-nri=true
          masquerading: {enabled: false}                        | --masquerading=false
          masquerading: {excludedCIDRs: [10.0.0.0/8, 'fd00::/8']} | --no-masquerade-cidr=10.0.0.0/8,fd00::/8
          networkPolicies: {enabled: false}                     | --network-policy=false
          networkPolicies: {adminTier: true}                    | --admin-network-policy=true
          networkPolicies: {baselineTier: true}                 | --baseline-admin-network-policy=true
          networkPolicies: {log: json}                          | --network-policy-log=json
          dnsCaching: {enabled: true}                           | --dns-caching=true
          dnsCaching: {nameServers: [10.96.0.10]}               | --dns-caching-nameservers=10.96.0.10
          dnsCaching: {maxTTLSeconds: 60}                       | --dns-caching-max-ttl=60
          nat64: {enabled: false}                               | --nat64=false
          nat64: {prefix: 2001:db8:64::/96}                     | --nat64-prefix=2001:db8:64::/96
          nat64: {pool: 100.64.0.0/16}                          | --nat64-pool=100.64.0.0/16
          nat64: {allowedCIDRs: [10.1.0.0/16, 192.0.2.0/24]}    | --nat64-allow=10.1.0.0/16,192.0.2.0/24
          fastPath: {threshold: 0}                              | --fastpath-threshold=0
          packetLog: {level: 2}                                 | --nflog-level=2
          packetLog: {format: json}                             | --nflog-format=json
          ipsec: {enabled: true}                                | --ipsec-overlay=true
          forwarding: {acceptPods: true}                        | --accept-forwarded-pods=true
          controlPlaneEndpoint: https://10.0.0.1:6443           | --control-plane-endpoint=https://10.0.0.1:6443
          metricsBindAddress: 127.0.0.1:19081                   | --metrics-bind-address=127.0.0.1:19081
          """)
  void aFieldBecomesItsFlag(String field, String flag) {
    AgentArguments arguments = AgentArguments.of(spec(field));
    assertThat(arguments.arguments()).containsExactly(ALWAYS, flag);
    assertThat(arguments.problem()).isEmpty();
  }

  @Test
  void thePluginIsWatchedWhereItIsInstalled() {
    assertThat(AgentArguments.of(spec("cni: {binDirectory: /usr/libexec/cni}")).arguments())
        .containsExactly("--cni-bin-dir=/usr/libexec/cni");
  }

  @Test
  void whatTheAgentDoesAnywayIsNoFlag() {
    ConfigurationSpec spec =
        spec(
            "logLevel: 0\nmasquerading: {enabled: true, excludedCIDRs: []}\ncni: {enabled: true}\n"
                + "metricsBindAddress: :19080\nnetworkPolicies: {log: 'off'}");
    assertThat(AgentArguments.of(spec).arguments()).containsExactly(ALWAYS);
    assertThat(AgentArguments.of(spec).variables()).isEmpty();
  }

  @Test
  void someFieldsBecomeVariables() {
    assertThat(
            AgentArguments.of(spec("cni: {mode: bridge}\nclusterPodCIDRs: [10.244.0.0/16]"))
                .variables())
        .isEqualTo(Map.of("CNI_BRIDGE", "true", "POD_SUBNET", "10.244.0.0/16"));
  }

  @Test
  void saysWhatTheAgentWouldSay() {
    assertThat(AgentArguments.of(spec("masquerading: {excludedCIDRs: [10.0.0.0/99]}")).problem())
        .hasValueSatisfying(
            problem -> assertThat(problem).contains("10.0.0.0/99").contains("no-masquerade-cidr"));
  }

  private static ConfigurationSpec spec(String fields) {
    return new KubernetesSerialization()
        .unmarshal("kindnetdImage: kindnet/kindnetd:0.1.0\n" + fields, ConfigurationSpec.class);
  }
}
