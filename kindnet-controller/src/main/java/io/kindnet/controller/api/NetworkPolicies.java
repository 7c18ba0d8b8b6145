package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Pattern;
import org.jspecify.annotations.Nullable;

/** Which policies are enforced, and what is said of connections that they deny. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NetworkPolicies(
    @AgentFlag("network-policy") @Nullable Boolean enabled,
    @AgentFlag("admin-network-policy") @Nullable Boolean adminTier,
    @AgentFlag("baseline-admin-network-policy") @Nullable Boolean baselineTier,
    @AgentFlag("network-policy-log") @Pattern("^(off|text|json)$") @Nullable String log) {}
