package io.kindnet.netlink.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;

/**
 * The process behind an {@link EchoPeer}: takes one order a line on standard input, answers each
 * with one line, and ends with its input. Needs nothing but the JDK.
 */
final class EchoAgent {
  static final String OK = "ok ";
  static final String FAILED = "failed ";

  private EchoAgent() {}

  /** Serves under the name in the only argument. */
  public static void main(String[] arguments) throws IOException {
    EchoServer server = new EchoServer(arguments[0]);
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    PrintStream answers = new PrintStream(System.out, true, UTF_8);
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      answers.println(answer(server, order));
    }
    // The servers' threads are daemons: they end here.
  }

  private static String answer(EchoServer server, String order) {
    int space = order.indexOf(' ');
    String verb = order.substring(0, space);
    EchoRequest request = EchoRequest.parse(order.substring(space + 1));
    try {
      return switch (verb) {
        case "listen" -> {
          server.listen(request.transport(), request.destination());
          yield OK;
        }
        case "ask" -> OK + EchoClient.ask(request);
        default -> FAILED + "unknown order " + verb;
      };
    } catch (IOException reason) {
      return FAILED + String.valueOf(reason.getMessage()).replace('\n', ' ');
    }
  }
}
