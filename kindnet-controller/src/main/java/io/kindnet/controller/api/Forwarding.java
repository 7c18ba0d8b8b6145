package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** What becomes of chains of others that drop what is forwarded. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Forwarding(@AgentFlag("accept-forwarded-pods") @Nullable Boolean acceptPods) {}
