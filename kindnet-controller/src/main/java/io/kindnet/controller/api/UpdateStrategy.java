package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.kubernetes.api.model.IntOrString;
import org.jspecify.annotations.Nullable;

/** How a change of the agents comes to the nodes. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UpdateStrategy(
    @JsonPropertyDescription(
            "on how many nodes, or which part of them, the agent may be missing at a time; no"
                + " further node gets a change while as many are not ready")
        @Default("\"10%\"")
        @Nullable IntOrString maxUnavailable,
    @JsonPropertyDescription(
            "for how long an agent may take to become ready before it counts as failed, in seconds")
        @Default("180")
        @Min(10)
        @Max(3600)
        @Nullable Integer progressDeadlineSeconds) {}
