package io.kindnet.controller;

import io.kindnet.kindnetd.ClusterFlags;
import io.kindnet.kindnetd.CommonFlags;
import io.kindnet.kindnetd.Flag;
import io.kindnet.kindnetd.FlagList;

/** The flags as they stand on the command line, each with its default. */
final class ControllerFlags extends FlagList {
  final ClusterFlags cluster = include(new ClusterFlags());

  final Flag<String> namespace =
      text(
          "--namespace",
          "NAME",
          "kube-system",
          "where the Configuration and the agents are (default ${DEFAULT-VALUE})");

  final Flag<String> healthzBindAddress =
      text(
          "--healthz-bind-address",
          "ADDRESS",
          ":9070",
          "address of /healthz and /readyz (default ${DEFAULT-VALUE})");

  final Flag<String> metricsBindAddress =
      text(
          "--metrics-bind-address",
          "ADDRESS",
          ":9080",
          "address of /metrics (default ${DEFAULT-VALUE})");

  final Flag<Boolean> leaderElect =
      bool(
          "--leader-elect",
          true,
          "work only while holding the Lease kindnet-controller, for several replicas (default"
              + " ${DEFAULT-VALUE})");

  final CommonFlags common = include(new CommonFlags());
}
