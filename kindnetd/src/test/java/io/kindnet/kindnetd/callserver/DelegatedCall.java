package io.kindnet.kindnetd.callserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.delegation.RequestHeader;
import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.libc.FileOpener;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A request, to be changed before it is sent.
 *
 * @param kind a call, or a question for the status
 * @param mask which descriptors it announces
 * @param environment its variables, each with a NUL at its end
 * @param input its standard input
 * @param files what is opened for its descriptors
 */
record DelegatedCall(int kind, int mask, String environment, String input, List<Path> files) {
  /** A call as the launcher hands it over. */
  static DelegatedCall of(Map<String, String> variables, String input, int mask, List<Path> files) {
    StringBuilder environment = new StringBuilder();
    variables.forEach(
        (name, value) -> environment.append(name).append('=').append(value).append('\0'));
    return new DelegatedCall(
        RequestHeader.CALL, mask, environment.toString(), input, List.copyOf(files));
  }

  DelegatedCall withKind(int other) {
    return new DelegatedCall(other, mask, environment, input, files);
  }

  DelegatedCall withMask(int other) {
    return new DelegatedCall(kind, other, environment, input, files);
  }

  DelegatedCall withFiles(int otherMask, List<Path> others) {
    return new DelegatedCall(kind, otherMask, environment, input, others);
  }

  DelegatedCall withEnvironment(String other) {
    return new DelegatedCall(kind, mask, other, input, files);
  }

  DelegatedCall withInput(String other) {
    return new DelegatedCall(kind, mask, environment, other, files);
  }

  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] variables = environment.getBytes(UTF_8);
    byte[] text = input.getBytes(UTF_8);
    bytes.writeBytes(new RequestHeader(kind, mask, variables.length, text.length).toBytes());
    bytes.writeBytes(variables);
    bytes.writeBytes(text);
    return bytes.toByteArray();
  }

  /** Opens what goes with it. */
  Fd[] open() {
    List<Fd> fds = new ArrayList<>();
    for (Path file : files) {
      fds.add(FileOpener.openForReading(file.toString()));
    }
    return fds.toArray(Fd[]::new);
  }

  /** Sends it, all at once. */
  void sendTo(ClientSession visit) {
    Fd[] fds = open();
    try {
      visit.send(bytes(), fds);
    } finally {
      for (Fd fd : fds) {
        fd.close();
      }
    }
  }

  /** Sends it to who listens at {@code socket}, and waits for the answer. */
  AgentAnswer delegate(Path socket) {
    try (ClientSession visit = ClientSession.greeted(socket)) {
      sendTo(visit);
      return visit.answer();
    }
  }
}
