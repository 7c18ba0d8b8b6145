package io.kindnet.controller;

import io.kindnet.kindnetd.CommonFlags;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags as they stand on the command line, each with its default. */
@SuppressWarnings("NullAway.Init") // picocli fills in every field, with its default if need be
final class ControllerFlags {
  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      defaultValue = "",
      description = "how to reach the API server from outside a cluster (default: in-cluster)")
  String kubeconfig;

  @Option(
      names = "--master",
      paramLabel = "URL",
      defaultValue = "",
      description = "API server, overrides the one in the kubeconfig")
  String master;

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      defaultValue = "kube-system",
      description = "where the Configuration and the agents are (default ${DEFAULT-VALUE})")
  String namespace;

  @Option(
      names = "--healthz-bind-address",
      paramLabel = "ADDRESS",
      defaultValue = ":9070",
      description = "address of /healthz and /readyz (default ${DEFAULT-VALUE})")
  String healthzBindAddress;

  @Option(
      names = "--metrics-bind-address",
      paramLabel = "ADDRESS",
      defaultValue = ":9080",
      description = "address of /metrics (default ${DEFAULT-VALUE})")
  String metricsBindAddress;

  @Option(
      names = "--leader-elect",
      arity = "1",
      paramLabel = "BOOLEAN",
      defaultValue = "true",
      description =
          "work only while holding the Lease kindnet-controller, for several replicas (default"
              + " ${DEFAULT-VALUE})")
  boolean leaderElect;

  @Mixin final CommonFlags common = new CommonFlags();
}
