package io.kindnet.kindnetd;

import static io.kindnet.kindnetd.OptionValues.flag;
import static io.kindnet.kindnetd.OptionValues.optional;

import io.kindnet.kindnetd.kube.ApiServerOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** The flags that say where the API server is. */
public final class ClusterFlags extends FlagList {
  private final Flag<String> kubeconfig =
      text(
          "--kubeconfig",
          "FILE",
          "",
          "how to reach the API server from outside a cluster (default: in-cluster)");

  private final Flag<String> master =
      text("--master", "URL", "", "API server, overrides the one in the kubeconfig");

  /**
   * What they say.
   *
   * @param controlPlane that of {@code --control-plane-endpoint}
   * @throws BadValueException naming the flag, its value and the reason
   */
  public ApiServerOptions options(Optional<URI> controlPlane) {
    return new ApiServerOptions(
        flag("kubeconfig", kubeconfig.value(), optional(Path::of)),
        flag("master", master.value(), optional(OptionValues::url)),
        controlPlane);
  }
}
