package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** The nodes of one image. */
public record VersionCount(
    @JsonPropertyDescription("the image") String image,
    @JsonPropertyDescription("nodes whose agent has it") int nodes,
    @JsonPropertyDescription("those of them whose agent is ready") int ready) {}
