package io.kindnet.kindnetd.kube.credentials;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.Config;
import io.fabric8.kubernetes.api.model.Context;
import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.api.model.NamedCluster;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The current context of a kubeconfig.
 *
 * @param file the kubeconfig
 * @param cluster the server and how it is reached
 * @param user who asks; empty if the context names none
 */
record Kubeconfig(Path file, Cluster cluster, AuthInfo user) {
  /**
   * Reads a kubeconfig.
   *
   * @throws IOException naming the file and what is wrong with it
   */
  static Kubeconfig read(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new IOException("kubeconfig " + file + " cannot be read");
    }
    Config config;
    try (InputStream stream = Files.newInputStream(file)) {
      config = new KubernetesSerialization().unmarshal(stream, Config.class);
    } catch (RuntimeException reason) {
      throw new IOException("kubeconfig " + file + ": " + innermost(reason), reason);
    }
    String current = config == null ? null : config.getCurrentContext();
    if (config == null || current == null || current.isEmpty()) {
      throw new IOException("kubeconfig " + file + ": it has no current-context");
    }
    Context context =
        find(file, "context", current, config.getContexts(), NamedContext::getName).getContext();
    Cluster cluster =
        find(file, "cluster", context.getCluster(), config.getClusters(), NamedCluster::getName)
            .getCluster();
    if (cluster.getServer() == null || cluster.getServer().isEmpty()) {
      throw new IOException(
          "kubeconfig " + file + ": cluster " + context.getCluster() + " has no server");
    }
    String user = context.getUser();
    AuthInfo info =
        user == null || user.isEmpty()
            ? new AuthInfo()
            : find(file, "user", user, config.getUsers(), NamedAuthInfo::getName).getUser();
    return new Kubeconfig(file, cluster, info == null ? new AuthInfo() : info);
  }

  private static <T> T find(
      Path file,
      String kind,
      @Nullable String name,
      @Nullable List<T> all,
      Function<T, String> nameOf)
      throws IOException {
    if (all != null) {
      for (T one : all) {
        if (nameOf.apply(one).equals(name)) {
          return one;
        }
      }
    }
    throw new IOException("kubeconfig " + file + ": it has no " + kind + " named " + name);
  }

  private static String innermost(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("").strip();
  }
}
