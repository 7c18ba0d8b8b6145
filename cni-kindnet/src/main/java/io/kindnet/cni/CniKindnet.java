package io.kindnet.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.cli.OperatorCommand;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.netlink.libc.Program;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Map;

/** The program {@code cni-kindnet}: a CNI plugin, and a command line for operators. */
public final class CniKindnet {
  private static final String[] PROTOCOL_VARIABLES = {
    "CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"
  };

  /** In bytes: a GC with as many containers as any node has needs a tenth of it. */
  private static final int LONGEST_INPUT = 8 << 20;

  private CniKindnet() {}

  /** Answers a CNI client, or does what the arguments say. */
  public static void main(String[] arguments) {
    Map<String, String> variables = System.getenv();
    if (isCniCall(variables, arguments)) {
      end(variables, answerClient(variables, System.in, System.out));
    }
    System.exit(serveOperator(arguments));
  }

  /** There is nothing left to do, and no hook; exit would look for a logger to tell. */
  private static void end(Map<String, String> variables, int status) {
    if ("VERSION".equals(variables.get("CNI_COMMAND"))) {
      // has not been to the kernel
      Runtime.getRuntime().halt(status);
    }
    Program.exit(status);
  }

  /** A client that has forgotten the verb is told so in its own language. */
  private static boolean isCniCall(Map<String, String> variables, String[] arguments) {
    if (variables.containsKey("CNI_COMMAND")) {
      return true;
    }
    for (String name : PROTOCOL_VARIABLES) {
      if (arguments.length == 0 && variables.containsKey(name)) {
        return true;
      }
    }
    return false;
  }

  /** One call: its environment variables, what it sends, where the answer goes; the exit code. */
  static int answerClient(Map<String, String> variables, InputStream in, PrintStream out) {
    Reply reply;
    try {
      reply = CniCall.answer(variables, read(in), Kernel::open, ExecutionMode.COLD, null);
    } catch (IOException unreadable) {
      reply = Reply.unreadable(unreadable);
    }
    byte[] document = reply.document().getBytes(UTF_8);
    out.write(document, 0, document.length);
    // an answer that reaches nobody is no success: the runtime is to take back what it cannot know
    return out.checkError() ? 1 : reply.exitCode();
  }

  /** Not more than the memory of this program takes. */
  private static byte[] read(InputStream in) throws IOException {
    byte[] input = in.readNBytes(LONGEST_INPUT + 1);
    if (input.length > LONGEST_INPUT) {
      throw new IOException("longer than " + LONGEST_INPUT + " bytes");
    }
    return input;
  }

  private static int serveOperator(String[] arguments) {
    return OperatorCommand.run(
        new PrintWriter(new OutputStreamWriter(System.out, UTF_8), true),
        new PrintWriter(new OutputStreamWriter(System.err, UTF_8), true),
        arguments);
  }
}
