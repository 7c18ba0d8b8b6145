package io.kindnet.controller.daemonset;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirementBuilder;
import io.kindnet.controller.api.NodeLabel;
import io.kindnet.controller.api.NodeOverride;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which nodes a DaemonSet is for, so that each node belongs to one: to the first override that it
 * matches, else to none of them.
 */
record Placement(List<NodeSelectorRequirement> requirements) {
  /** The nodes of the override at {@code index}; those of none of them for their number. */
  static Placement of(List<NodeOverride> overrides, int index) {
    List<NodeSelectorRequirement> requirements = new ArrayList<>();
    for (NodeOverride earlier : overrides.subList(0, index)) {
      // holds for nodes that lack the label, too
      requirements.add(requirement(earlier.nodeLabel(), "NotIn"));
    }
    if (index < overrides.size()) {
      requirements.add(requirement(overrides.get(index).nodeLabel(), "In"));
    }
    return new Placement(List.copyOf(requirements));
  }

  private static NodeSelectorRequirement requirement(NodeLabel label, String operator) {
    return new NodeSelectorRequirementBuilder()
        .withKey(label.key())
        .withOperator(operator)
        .withValues(label.values())
        .build();
  }

  /** As a Pod has it; empty for all nodes. */
  Optional<Affinity> affinity() {
    if (requirements.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new AffinityBuilder()
            .withNewNodeAffinity()
            .withNewRequiredDuringSchedulingIgnoredDuringExecution()
            .addNewNodeSelectorTerm()
            .withMatchExpressions(requirements)
            .endNodeSelectorTerm()
            .endRequiredDuringSchedulingIgnoredDuringExecution()
            .endNodeAffinity()
            .build());
  }
}
