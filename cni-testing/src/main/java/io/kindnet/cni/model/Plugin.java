package io.kindnet.cni.model;

import java.util.Map;

/** The plugin on a node, however it is called. */
@FunctionalInterface
public interface Plugin {
  /**
   * One call.
   *
   * @param variables the environment
   * @param input standard input
   */
  Answer call(Map<String, String> variables, String input);
}
