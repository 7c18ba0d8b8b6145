package io.kindnet.controller;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The controller as a process of its own. */
final class ControllerProcess implements AutoCloseable {
  private final Process process;
  private final Path log;
  private final int healthz = freePort();
  private final int metrics = freePort();

  /**
   * Starts one.
   *
   * @param command that starts it, without arguments
   * @param url of the API server
   */
  ControllerProcess(List<String> command, String url) throws IOException {
    log = Files.createTempFile("kindnet-controller", ".log");
    List<String> all = new ArrayList<>(command);
    all.add("--master=" + url);
    all.add("--healthz-bind-address=127.0.0.1:" + healthz);
    all.add("--metrics-bind-address=127.0.0.1:" + metrics);
    ProcessBuilder builder = new ProcessBuilder(all);
    builder.environment().remove("KUBERNETES_SERVICE_HOST");
    process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  /** What it has logged so far. */
  String log() throws IOException {
    return Files.readString(log, UTF_8);
  }

  boolean leads() throws IOException {
    return log().contains("this replica leads");
  }

  long pid() {
    return process.pid();
  }

  String healthz(String path) throws IOException, InterruptedException {
    return get(healthz, path);
  }

  String metrics() throws IOException, InterruptedException {
    return get(metrics, "/metrics");
  }

  private static String get(int port, String path) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  /**
   * SIGTERM.
   *
   * @return the exit status
   */
  int stop() throws InterruptedException {
    process.destroy();
    return awaitExit();
  }

  int awaitExit() throws InterruptedException {
    if (!process.waitFor(ControllerFixture.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end");
    }
    return process.exitValue();
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException none) {
      throw new AssertionError("no port is free", none);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    process.onExit().join();
    Files.delete(log);
  }
}
