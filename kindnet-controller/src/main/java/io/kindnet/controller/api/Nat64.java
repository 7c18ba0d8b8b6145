package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** NAT64. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Nat64(@AgentFlag("nat64") @Nullable Boolean enabled) {}
