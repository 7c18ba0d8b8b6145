package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** When a flow is offloaded. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FastPath(
    @AgentFlag("fastpath-threshold") @Min(0) @Max(1000000) @Nullable Integer threshold) {}
