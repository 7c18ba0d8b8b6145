package io.kindnet.demo;

import java.util.List;

/** Who does what the plugin is called for. */
enum CallPath {
  /** The plugin by itself, as where no agent runs. */
  COLD("cold: each call starts a JVM"),
  /** The agent, to whom the launcher hands the call over. */
  WARM("warm: kindnetd answers the calls");

  private final String title;

  CallPath(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** What the plugin is given beside the variables of a call, each as {@code NAME=value}. */
  List<String> environment() {
    return this == COLD ? List.of("KINDNET_CNI_SOCKET=") : List.of(); // no socket, no delegation
  }
}
