package io.kindnet.kindnetd;

import static io.kindnet.kindnetd.OptionValues.flag;
import static io.kindnet.kindnetd.OptionValues.optional;

import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiServer;
import io.kindnet.kindnetd.kube.ApiServerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** What commands beside the agent take to reach the API server, as the agent does. */
@SuppressWarnings("NullAway.Init") // picocli fills in every field
final class ApiServerFlags {
  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      defaultValue = "",
      description = "how to reach the API server from outside a cluster (default: in-cluster)")
  private String kubeconfig;

  @Option(
      names = "--master",
      paramLabel = "URL",
      defaultValue = "",
      description = "API server, overrides the one in the kubeconfig")
  private String master;

  @Option(
      names = "--control-plane-endpoint",
      paramLabel = "URL",
      defaultValue = "",
      description =
          "API server that replaces the in-cluster address when it answers (default:"
              + " $CONTROL_PLANE_ENDPOINT)")
  private String controlPlaneEndpoint;

  @Option(
      names = "--hostname-override",
      paramLabel = "NAME",
      defaultValue = "",
      description = "name of this node (default: $NODE_NAME, else the host's name)")
  private String hostnameOverride;

  @Option(
      names = {"-v", "--v"},
      paramLabel = "LEVEL",
      defaultValue = "0",
      description = "log verbosity: 2 debug, 4 trace, 6 the API client too (default 0)")
  private String verbosity;

  /** How to reach the API server. */
  ApiServerOptions options(Map<String, String> environment) {
    return new ApiServerOptions(
        flag("kubeconfig", kubeconfig, optional(Path::of)),
        flag("master", master, optional(OptionValues::url)),
        Options.controlPlaneEndpoint(
            controlPlaneEndpoint, Environment.of(environment).controlPlaneEndpoint()));
  }

  /**
   * A client for the API server, whether or not that answers.
   *
   * @param options what {@link #options} gave, which refuses wrong flags
   * @throws IOException if what says how to reach it cannot be read
   */
  static ApiClient connect(ApiServerOptions options, Map<String, String> environment)
      throws IOException, InterruptedException {
    return ApiServer.connect(options, environment, address -> {});
  }

  /** The name of this node. */
  String node(Map<String, String> environment) throws IOException {
    return Options.nodeName(
        hostnameOverride, Environment.of(environment).nodeName(), HostDefaults.look().name());
  }

  /** Has the log show warnings only, unless asked for more. */
  void configureLogging() {
    Logging.configureQuietly(flag("v", verbosity, OptionValues::count));
  }
}
