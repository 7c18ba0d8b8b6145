package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import org.jspecify.annotations.Nullable;

/** When and how packets are logged. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PacketLog(
    @AgentFlag("nflog-level") @Min(0) @Max(10) @Nullable Integer level,
    @AgentFlag("nflog-format") @Pattern("^(text|json)$") @Nullable String format) {}
