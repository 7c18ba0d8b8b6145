package io.kindnet.kube.testing;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A program that serves the API over HTTP, objects in memory, watches included. Takes its orders
 * from standard input, a line each, and answers each with a line: {@code apply JSON} creates or
 * replaces an object, {@code delete JSON} removes it, {@code get JSON} prints it. Ends with its
 * standard input.
 */
public final class EmbeddedApiServer {
  static final String READY = "ready ";
  static final String OK = "ok ";
  static final String FAILED = "failed ";

  private EmbeddedApiServer() {}

  /**
   * Serves until standard input ends.
   *
   * @param args the address to bind, a literal, and the port
   */
  public static void main(String[] args) throws IOException {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.ofLiteral(args[0]), Integer.parseInt(args[1]));
    try (ObjectServer server = ObjectServer.start(address, new ObjectDispatcher());
        KubernetesClient client = server.client();
        BufferedReader orders =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      say(READY + server.url());
      String line = orders.readLine();
      while (line != null) {
        say(answer(client, line));
        line = orders.readLine();
      }
    }
    System.exit(0); // the server's own threads would go on
  }

  private static String answer(KubernetesClient client, String order) {
    try {
      int space = order.indexOf(' ');
      String json = order.substring(space + 1);
      return switch (order.substring(0, space)) {
        case "apply" -> OK + apply(client, json);
        case "delete" -> OK + client.resource(json).delete().size();
        case "get" -> OK + client.getKubernetesSerialization().asJson(client.resource(json).get());
        default -> FAILED + "unknown order";
      };
    } catch (RuntimeException e) {
      return FAILED + String.valueOf(e.getMessage()).replace('\n', ' ');
    }
  }

  private static String apply(KubernetesClient client, String json) {
    HasMetadata existing = client.resource(json).get();
    HasMetadata applied =
        existing == null ? client.resource(json).create() : client.resource(json).update();
    return applied.getMetadata().getName();
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
