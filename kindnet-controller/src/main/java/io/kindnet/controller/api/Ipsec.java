package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** IPsec between nodes. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Ipsec(@AgentFlag("ipsec-overlay") @Nullable Boolean enabled) {}
