package io.kindnet.kindnetd.kube.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.ExecConfig;
import io.fabric8.kubernetes.api.model.ExecEnvVar;
import io.fabric8.kubernetes.api.model.NamedExtension;
import java.io.File;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs the credential plugin of a kubeconfig: the section {@code exec} of a user. Protocol:
 * client.authentication.k8s.io/v1 and v1beta1.
 */
final class ExecPlugin {
  private static final long LIMIT_SECONDS = 60;
  private static final File NOTHING = new File("/dev/null");
  private static final String CLUSTER_EXTENSION = "client.authentication.k8s.io/exec";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Kubeconfig kubeconfig;
  private final ExecConfig exec;
  private final String name;

  ExecPlugin(Kubeconfig kubeconfig, ExecConfig exec) {
    this.kubeconfig = kubeconfig;
    this.exec = exec;
    this.name = "credential plugin " + exec.getCommand() + " of kubeconfig " + kubeconfig.file();
  }

  /**
   * Runs it and waits for its end; what it writes to standard error goes to the agent's.
   *
   * @throws IOException naming the plugin and what went wrong
   */
  ExecCredential run() throws IOException {
    if ("Always".equals(exec.getInteractiveMode())) {
      throw new IOException(name + ": it asks for a terminal (interactiveMode Always)");
    }
    byte[] output = output(start());
    JsonNode credential;
    try {
      credential = JSON.readTree(output);
    } catch (IOException reason) {
      throw new IOException(name + ": it does not print JSON", reason);
    }
    String version = credential.path("apiVersion").asText();
    if (!version.equals(exec.getApiVersion())) {
      throw new IOException(
          name + ": it prints version '" + version + "', not " + exec.getApiVersion());
    }
    JsonNode status = credential.path("status");
    Optional<String> token = text(status, "token");
    Optional<CredentialSource> certificate = pem(status, "clientCertificateData");
    if (token.isEmpty() && certificate.isEmpty()) {
      throw new IOException(name + ": it prints neither a token nor a certificate");
    }
    return new ExecCredential(token, certificate, pem(status, "clientKeyData"), expiration(status));
  }

  private Process start() throws IOException {
    List<String> command = new ArrayList<>();
    String program = exec.getCommand();
    boolean relative = program.contains("/") && !program.startsWith("/");
    command.add(
        relative ? kubeconfig.file().toAbsolutePath().resolveSibling(program).toString() : program);
    if (exec.getArgs() != null) {
      command.addAll(exec.getArgs());
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(NOTHING))
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    if (exec.getEnv() != null) {
      for (ExecEnvVar variable : exec.getEnv()) {
        builder.environment().put(variable.getName(), variable.getValue());
      }
    }
    builder.environment().put("KUBERNETES_EXEC_INFO", info());
    try {
      return builder.start();
    } catch (IOException reason) {
      String hint = exec.getInstallHint() == null ? "" : ". " + exec.getInstallHint().strip();
      throw new IOException(name + ": " + reason.getMessage() + hint, reason);
    }
  }

  private byte[] output(Process process) throws IOException {
    Thread limit =
        Thread.ofVirtual()
            .start(() -> {
              try {
                if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                  process.descendants().forEach(ProcessHandle::destroyForcibly);
                  process.destroyForcibly();
                }
              } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
              }
            });
    try {
      byte[] output = process.getInputStream().readAllBytes();
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(name + ": it ends with status " + status);
      }
      return output;
    } catch (InterruptedException ended) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException(name + ": interrupted", ended);
    } finally {
      limit.interrupt();
    }
  }

  /** An ExecCredential without a status. */
  private String info() throws IOException {
    ObjectNode info = JSON.createObjectNode();
    info.put("kind", "ExecCredential").put("apiVersion", exec.getApiVersion());
    ObjectNode spec = info.putObject("spec").put("interactive", false);
    if (Boolean.TRUE.equals(exec.getProvideClusterInfo())) {
      spec.set("cluster", clusterInfo(kubeconfig.cluster()));
    }
    return JSON.writeValueAsString(info);
  }

  private ObjectNode clusterInfo(Cluster cluster) throws IOException {
    ObjectNode info = JSON.createObjectNode().put("server", cluster.getServer());
    putIfPresent(info, "tls-server-name", cluster.getTlsServerName());
    putIfPresent(info, "proxy-url", cluster.getProxyUrl());
    if (Boolean.TRUE.equals(cluster.getInsecureSkipTlsVerify())) {
      info.put("insecure-skip-tls-verify", true);
    }
    Optional<CredentialSource> authorities = KubeconfigCredentials.authorities(kubeconfig);
    if (authorities.isPresent()) {
      info.put(
          "certificate-authority-data",
          Base64.getEncoder().encodeToString(authorities.get().read().getBytes(UTF_8)));
    }
    if (cluster.getExtensions() != null) {
      for (NamedExtension extension : cluster.getExtensions()) {
        if (CLUSTER_EXTENSION.equals(extension.getName())) {
          info.set("config", JSON.valueToTree(extension.getExtension()));
        }
      }
    }
    return info;
  }

  private static void putIfPresent(ObjectNode object, String key, @Nullable String value) {
    if (value != null) {
      object.put(key, value);
    }
  }

  private static Optional<String> text(JsonNode status, String field) {
    return Optional.of(status.path(field).asText()).filter(text -> !text.isEmpty());
  }

  private Optional<CredentialSource> pem(JsonNode status, String field) {
    return text(status, field).map(text -> CredentialSource.inline(field + " of " + name, text));
  }

  private Instant expiration(JsonNode status) throws IOException {
    Optional<String> time = text(status, "expirationTimestamp");
    try {
      return time.isEmpty() ? Instant.MAX : OffsetDateTime.parse(time.get()).toInstant();
    } catch (DateTimeException reason) {
      throw new IOException(name + ": expirationTimestamp: " + reason.getMessage(), reason);
    }
  }
}
