package io.kindnet.controller.daemonset;

import io.kindnet.controller.api.CniSettings;
import io.kindnet.controller.api.ConfigurationSpec;
import org.jspecify.annotations.Nullable;

/** The directories of a node that the agent is given. */
final class Directories {
  /** Where the manifest has them. */
  static final String PLUGINS = "/opt/cni/bin";

  static final String CONFIGURATION = "/etc/cni/net.d";

  private Directories() {}

  /** Where plugins are. */
  static String plugins(ConfigurationSpec spec) {
    @Nullable CniSettings cni = spec.cni();
    return cni == null || cni.binDirectory() == null ? PLUGINS : cni.binDirectory();
  }

  /** Where their configuration is. */
  static String configuration(ConfigurationSpec spec) {
    @Nullable CniSettings cni = spec.cni();
    return cni == null || cni.configurationDirectory() == null
        ? CONFIGURATION
        : cni.configurationDirectory();
  }
}
