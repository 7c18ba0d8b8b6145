package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** Numbers of nodes. */
public record NodeCounts(
    @JsonPropertyDescription("nodes that are to have an agent") int desired,
    @JsonPropertyDescription("those whose agent is of this spec") int updated,
    @JsonPropertyDescription("those whose agent is ready") int ready,
    @JsonPropertyDescription("those whose agent is not there or not ready") int unavailable) {}
