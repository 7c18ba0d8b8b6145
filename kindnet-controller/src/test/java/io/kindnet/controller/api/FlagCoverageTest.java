package io.kindnet.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.kindnetd.AgentCommandLine;
import io.kindnet.kindnetd.AgentCommandLine.Flag;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The flags of the agent, against the fields of the API: a new flag gets a field, or a reason. */
class FlagCoverageTest {
  /** Flags that a Configuration has no field for, and why. */
  private static final Map<String, String> WITHOUT_A_FIELD =
      Map.ofEntries(
          Map.entry("hostname-override", "each node has its own name: $NODE_NAME of the manifest"),
          Map.entry("cni-socket", "the manifest mounts its directory, and the plugin looks there"),
          Map.entry("cni-bin-source", "where the plugin is in the image"),
          Map.entry("install-cni-bin", "of the init container, which has the agent's cni-bin-dir"),
          Map.entry("cleanup", "what onDelete: Clean has done"),
          Map.entry("kubeconfig", "agents in Pods have their ServiceAccount"),
          Map.entry("master", "agents in Pods have the cluster's own API server"),
          Map.entry("help", "no setting"),
          Map.entry("version", "no setting"));

  @Test
  void everyFlagHasAFieldOrAReason() {
    List<String> fields = new ArrayList<>(flagsOf(ConfigurationSpec.class));
    assertThat(fields).doesNotHaveDuplicates();
    assertThat(fields).doesNotContainAnyElementsOf(WITHOUT_A_FIELD.keySet());
    fields.addAll(WITHOUT_A_FIELD.keySet());
    assertThat(AgentCommandLine.flags())
        .extracting(Flag::name)
        .containsExactlyInAnyOrderElementsOf(fields);
  }

  private static List<String> flagsOf(Class<?> type) {
    List<String> flags = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      AgentFlag flag = component.getAnnotation(AgentFlag.class);
      if (flag != null) {
        flags.add(flag.value());
      } else if (component.getType().isRecord()) {
        flags.addAll(flagsOf(component.getType()));
      }
    }
    return flags;
  }
}
