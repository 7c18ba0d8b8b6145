package io.kindnet.kindnetd.callserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.delegation.RequestHeader;
import io.kindnet.cni.protocol.StandardInput;
import io.kindnet.netlink.libc.Fd;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request, whole. */
final class CallRequest {
  private final int kind;
  private final Map<String, String> variables;
  private final StandardInput input;
  private final Fds fds;

  private CallRequest(int kind, Map<String, String> variables, StandardInput input, Fds fds) {
    this.kind = kind;
    this.variables = variables;
    this.input = input;
    this.fds = fds;
  }

  /**
   * What the launcher has opened for the agent, whose own root directory may be another one.
   *
   * @param ownNetwork the launcher's network namespace
   * @param root its root directory
   * @param podNetwork the network namespace that {@code CNI_NETNS} names, if it could be opened
   * @param log the file that {@code CNI_LOG_FILE} names, if it could be opened
   */
  record Fds(
      @Nullable Fd ownNetwork, @Nullable Fd root, @Nullable Fd podNetwork, @Nullable Fd log) {}

  /**
   * Takes the body of a request apart.
   *
   * @param body environment and input
   * @param received the descriptors in the order of their bits; they stay the caller's to close
   * @throws IllegalArgumentException naming what is wrong with it
   */
  static CallRequest of(RequestHeader header, byte[] body, List<Fd> received) {
    if (Integer.bitCount(header.fds()) != received.size()) {
      throw new IllegalArgumentException(
          "descriptors of mask " + header.fds() + " were announced, " + received.size() + " came");
    }
    int next = 0;
    Fd[] fds = new Fd[4];
    for (int i = 0; i < fds.length; i++) {
      if ((header.fds() & 1 << i) != 0) {
        fds[i] = received.get(next++);
      }
    }
    byte[] input = new byte[header.inputLength()];
    System.arraycopy(body, header.environmentLength(), input, 0, input.length);
    return new CallRequest(
        header.kind(),
        variables(body, header.environmentLength()),
        new StandardInput(input),
        new Fds(fds[0], fds[1], fds[2], fds[3]));
  }

  /** {@link RequestHeader#CALL} or {@link RequestHeader#STATUS}. */
  int kind() {
    return kind;
  }

  /** The launcher's environment. */
  Map<String, String> variables() {
    return variables;
  }

  /** Its standard input. */
  StandardInput input() {
    return input;
  }

  /** What it has open. */
  Fds fds() {
    return fds;
  }

  private static Map<String, String> variables(byte[] bytes, int length) {
    Map<String, String> variables = new HashMap<>();
    int start = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == 0) {
        String variable = new String(bytes, start, i - start, UTF_8);
        int equals = variable.indexOf('=');
        if (equals <= 0) {
          throw new IllegalArgumentException("'" + variable + "' is not NAME=value");
        }
        // of two, the first one is what getenv(3) finds
        variables.putIfAbsent(variable.substring(0, equals), variable.substring(equals + 1));
        start = i + 1;
      }
    }
    if (start != length) {
      throw new IllegalArgumentException("the environment does not end with a NUL");
    }
    return variables;
  }
}
