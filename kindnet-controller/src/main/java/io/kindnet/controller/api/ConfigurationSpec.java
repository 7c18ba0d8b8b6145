package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the agents are to be: which image, with which flags, on which nodes. A field that is left
 * out is as the agent has it by default. What each says is said at the field.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ConfigurationSpec(
    @JsonPropertyDescription(
            "the image of kindnet for the agents, and for what installs the plugin")
        @Required
        @Size(min = 1, max = 500)
        @Pattern("^\\S+$")
        String kindnetdImage,
    @JsonPropertyDescription("when the kubelet pulls the image: Always, IfNotPresent or Never")
        @Default("IfNotPresent")
        @Pattern("^(Always|IfNotPresent|Never)$")
        @Nullable String imagePullPolicy,
    @JsonPropertyDescription("the names of Secrets of kube-system with which the image is pulled")
        @Size(max = 16)
        @Nullable List<String> imagePullSecrets,
    @AgentFlag("v") @Min(0) @Max(10) @Nullable Integer logLevel,
    @JsonPropertyDescription("the CNI configuration and plugins of the nodes")
        @Nullable CniSettings cni,
    @JsonPropertyDescription(
            "the pod CIDRs of the whole cluster, which are not masqueraded; without them, those of"
                + " the Nodes")
        @AgentVariable("POD_SUBNET")
        @Size(max = 16)
        @ValidationRule(
            value = "self.all(c, isCIDR(c))",
            message = "each is a CIDR such as 10.0.0.0/8 or fd00::/8")
        @Nullable List<@Size(max = 64) String> clusterPodCIDRs,
    @JsonPropertyDescription("the addresses that traffic from pods has outside of the cluster")
        @Nullable Masquerading masquerading,
    @JsonPropertyDescription("the enforcement of network policies")
        @ValidationRule(
            value =
                "(has(self.enabled) ? self.enabled : true) || !((has(self.adminTier) &&"
                    + " self.adminTier) || (has(self.baselineTier) && self.baselineTier) ||"
                    + " (has(self.log) && self.log != 'off'))",
            message = "adminTier, baselineTier and log need enabled: true")
        @Nullable NetworkPolicies networkPolicies,
    @JsonPropertyDescription("the cache of DNS answers on the nodes")
        @Nullable DnsCaching dnsCaching,
    @JsonPropertyDescription("pods of an IPv6-only cluster to addresses of IPv4")
        @Nullable Nat64 nat64,
    @JsonPropertyDescription("flows that pass the rules of IP by") @Nullable FastPath fastPath,
    @JsonPropertyDescription("the log of packets") @Nullable PacketLog packetLog,
    @JsonPropertyDescription("encryption of what goes from node to node") @Nullable Ipsec ipsec,
    @JsonPropertyDescription("what other programs do to forwarded packets")
        @Nullable Forwarding forwarding,
    @AgentFlag("control-plane-endpoint") @Size(max = 300) @Pattern("^(https?://\\S+)?$")
        @Nullable String controlPlaneEndpoint,
    @AgentFlag("metrics-bind-address") @Size(max = 64) @Pattern("^\\S*:[0-9]+$")
        @Nullable String metricsBindAddress,
    @JsonPropertyDescription("what an agent is given of its node; without it, as in the manifest")
        @Nullable AgentResources resources,
    @JsonPropertyDescription("which taints of nodes the agents tolerate; without it, all of them")
        @Nullable List<Toleration> tolerations,
    @JsonPropertyDescription(
            "the labels of nodes that have an agent, beside kubernetes.io/os: linux")
        @Nullable Map<String, String> nodeSelector,
    @JsonPropertyDescription("how changes come to the nodes")
        @Nullable UpdateStrategy updateStrategy,
    @JsonPropertyDescription(
            "values of their own for nodes with a label. A node belongs to the first that it"
                + " matches")
        @Size(max = 16)
        @Nullable List<NodeOverride> nodeOverrides,
    @JsonPropertyDescription(
            "what is left on the nodes when this object is deleted: Leave takes the agents away and"
                + " leaves pods their network; Clean has each node cleaned, and pods that still run"
                + " lose it")
        @Default("Leave")
        @Pattern("^(Leave|Clean)$")
        @Nullable String onDelete) {

  /** Whether nodes are to be cleaned after the agents are gone. */
  public boolean cleans() {
    return "Clean".equals(onDelete);
  }
}
