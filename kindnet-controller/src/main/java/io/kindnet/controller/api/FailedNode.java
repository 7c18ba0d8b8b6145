package io.kindnet.controller.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** A node whose agent is not ready. */
public record FailedNode(
    @JsonPropertyDescription("the node") String node,
    @JsonPropertyDescription("the Pod of its agent") String pod,
    @JsonPropertyDescription("what the kubelet or the scheduler says of it") String message) {}
