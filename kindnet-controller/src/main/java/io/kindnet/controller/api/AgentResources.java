package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests and limits of the agent's container, as in a Pod. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AgentResources(
    @JsonPropertyDescription("what is kept for it on its node, such as cpu: 100m")
        @Nullable Map<String, Quantity> requests,
    @JsonPropertyDescription("what it is not given more than; pods of the node depend on it")
        @Nullable Map<String, Quantity> limits) {}
