package io.kindnet.controller;

import static io.kindnet.kindnetd.OptionValues.flag;

import io.kindnet.kindnetd.kube.ApiServerOptions;
import io.kindnet.kindnetd.status.BindAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * What the controller was asked to do, every value checked.
 *
 * @param apiServer {@code --kubeconfig} and {@code --master}
 * @param namespace {@code --namespace}
 * @param healthz {@code --healthz-bind-address}
 * @param metrics {@code --metrics-bind-address}
 * @param leaderElect {@code --leader-elect}
 * @param verbosity {@code -v}
 */
record ControllerOptions(
    ApiServerOptions apiServer,
    String namespace,
    InetSocketAddress healthz,
    InetSocketAddress metrics,
    boolean leaderElect,
    int verbosity) {

  /**
   * @throws io.kindnet.kindnetd.BadValueException naming the flag, its value and the reason
   */
  static ControllerOptions of(ControllerFlags flags) {
    return new ControllerOptions(
        flags.cluster.options(Optional.empty()),
        flags.namespace.value(),
        flag("healthz-bind-address", flags.healthzBindAddress.value(), BindAddress::parse),
        flag("metrics-bind-address", flags.metricsBindAddress.value(), BindAddress::parse),
        flags.leaderElect.value(),
        flags.common.verbosity());
  }
}
