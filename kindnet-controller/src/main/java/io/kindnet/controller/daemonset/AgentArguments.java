package io.kindnet.controller.daemonset;

import static java.util.stream.Collectors.joining;

import io.kindnet.controller.api.AgentFlag;
import io.kindnet.controller.api.AgentVariable;
import io.kindnet.controller.api.ConfigurationSpec;
import io.kindnet.kindnetd.AgentCommandLine;
import io.kindnet.kindnetd.AgentCommandLine.Flag;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the fields of a spec are for the agent: the flags of its command line and variables of its
 * environment. A field that says what the agent does anyway is no flag, so that an agent is not
 * replaced for it.
 */
public final class AgentArguments {
  private static final Map<String, String> DEFAULTS =
      AgentCommandLine.flags().stream().collect(Collectors.toMap(Flag::name, Flag::defaultValue));

  private final List<String> arguments = new ArrayList<>();
  private final Map<String, String> variables = new LinkedHashMap<>();

  private AgentArguments() {}

  /** Those of {@code spec}. */
  public static AgentArguments of(ConfigurationSpec spec) {
    AgentArguments all = new AgentArguments();
    // the manifest has it always, since the default of the agent is not to look after the plugin
    all.arguments.add("--cni-bin-dir=" + Directories.plugins(spec));
    all.add(spec);
    if (spec.cni() != null && "bridge".equals(spec.cni().mode())) {
      all.variables.put("CNI_BRIDGE", "true");
    }
    return all;
  }

  /** In the order of the fields, each as {@code --name=value}. */
  public List<String> arguments() {
    return List.copyOf(arguments);
  }

  /** By their names, in the order of the fields. */
  public Map<String, String> variables() {
    return variables;
  }

  /** What the agent would say of them instead of starting; empty if it would start. */
  public Optional<String> problem() {
    return AgentCommandLine.problem(arguments, variables);
  }

  private void add(Record section) {
    for (RecordComponent component : section.getClass().getRecordComponents()) {
      @Nullable Object value = value(section, component);
      @Nullable AgentFlag flag = component.getAnnotation(AgentFlag.class);
      @Nullable AgentVariable variable = component.getAnnotation(AgentVariable.class);
      if (value == null) {
        continue;
      }
      if (flag != null) {
        addFlag(flag, value);
      } else if (variable != null && !text(value).isEmpty()) {
        variables.put(variable.value(), text(value));
      } else if (value instanceof Record inner && inner.getClass().getPackage() == ours()) {
        add(inner);
      }
    }
  }

  private static Package ours() {
    return ConfigurationSpec.class.getPackage();
  }

  private void addFlag(AgentFlag flag, Object value) {
    String text =
        value instanceof Boolean yes ? String.valueOf(yes != flag.inverted()) : text(value);
    boolean there = flag.value().equals("cni-bin-dir");
    if (!there && !text.equals(DEFAULTS.get(flag.value()))) {
      arguments.add((flag.value().length() == 1 ? "-" : "--") + flag.value() + "=" + text);
    }
  }

  private static String text(Object value) {
    return value instanceof List<?> items
        ? items.stream().map(String::valueOf).collect(joining(","))
        : value.toString();
  }

  private static @Nullable Object value(Record section, RecordComponent component) {
    try {
      return component.getAccessor().invoke(section);
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(component + " of a public record", impossible);
    }
  }
}
