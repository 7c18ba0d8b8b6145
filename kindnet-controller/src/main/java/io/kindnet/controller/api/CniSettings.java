package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import org.jspecify.annotations.Nullable;

/** Where runtimes look for plugins, and what they find there. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CniSettings(
    @JsonPropertyDescription("false for nodes whose CNI configuration and routes others make")
        @AgentFlag(value = "disable-cni", inverted = true)
        @Nullable Boolean enabled,
    @AgentFlag("cni-plugins") @Pattern("^(|kindnet|standard)$") @Nullable String plugins,
    @JsonPropertyDescription(
            "ptp for a veth pair for each pod, bridge for the pods of a node on one")
        @Default("ptp")
        @Pattern("^(ptp|bridge)$")
        @Nullable String mode,
    @AgentFlag("cni-conf-dir") @Pattern("^/\\S+$") @Nullable String configurationDirectory,
    @JsonPropertyDescription("where the runtimes of the nodes look for plugins")
        @AgentFlag(value = "cni-bin-dir", defaulted = false)
        @Default("/opt/cni/bin")
        @Pattern("^/\\S+$")
        @Nullable String binDirectory,
    @JsonPropertyDescription("false: do not ask the container runtime for pod addresses")
        @AgentFlag(value = "disable-nri", inverted = true)
        @Nullable Boolean nri) {}
