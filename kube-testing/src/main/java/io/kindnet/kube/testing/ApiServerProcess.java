package io.kindnet.kube.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.kindnet.netlink.testing.Namespace;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;

/**
 * An {@link EmbeddedApiServer} that runs in a namespace, reachable from wherever its address is.
 */
public final class ApiServerProcess implements AutoCloseable {
  private final Process process;
  private final BufferedWriter orders;
  private final BufferedReader answers;
  private final KubernetesSerialization json = new KubernetesSerialization();
  private final String url;

  private ApiServerProcess(Process process) {
    this.process = process;
    orders = process.outputWriter(UTF_8);
    answers = process.inputReader(UTF_8);
    url = answer(EmbeddedApiServer.READY);
  }

  /**
   * Starts a server and waits until it serves.
   *
   * @param address an address of {@code namespace}, a literal
   */
  public static ApiServerProcess start(Namespace namespace, String address, int port) {
    return new ApiServerProcess(
        namespace.start(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            EmbeddedApiServer.class.getName(),
            address,
            String.valueOf(port)));
  }

  /** Where it serves, such as {@code http://172.30.0.1:8080/}. */
  public String url() {
    return url;
  }

  /** Creates or replaces an object, status included. */
  public void apply(HasMetadata object) {
    order("apply", object);
  }

  /** Deletes an object. */
  public void delete(HasMetadata object) {
    order("delete", object);
  }

  /** The object as it stands in the server, as JSON; {@code null} in JSON if there is none. */
  public String get(HasMetadata object) {
    return order("get", object);
  }

  private synchronized String order(String verb, HasMetadata object) {
    try {
      orders.write(verb + " " + json.asJson(object).replace('\n', ' '));
      orders.newLine();
      orders.flush();
    } catch (IOException broken) {
      throw new AssertionError("the API server has ended", broken);
    }
    return answer(EmbeddedApiServer.OK);
  }

  private String answer(String expected) {
    StringBuilder other = new StringBuilder();
    try {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        if (line.startsWith(expected)) {
          return line.substring(expected.length());
        }
        if (line.startsWith(EmbeddedApiServer.FAILED)) {
          throw new AssertionError("the API server says: " + line);
        }
        other.append(line).append('\n');
      }
    } catch (IOException broken) {
      throw new AssertionError("the API server has ended:\n" + other, broken);
    }
    throw new AssertionError("the API server has ended:\n" + other);
  }

  /** Ends the server; it forgets everything. */
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
