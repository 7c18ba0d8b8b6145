package io.kindnet.kindnetd.cni;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.handover.RequestHeader;
import io.kindnet.netlink.libc.Descriptor;
import io.kindnet.netlink.libc.Files;
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
record HandedCall(int kind, int mask, String environment, String input, List<Path> files) {
  /** A call as the launcher hands it over. */
  static HandedCall of(Map<String, String> variables, String input, int mask, List<Path> files) {
    StringBuilder environment = new StringBuilder();
    variables.forEach(
        (name, value) -> environment.append(name).append('=').append(value).append('\0'));
    return new HandedCall(
        RequestHeader.CALL, mask, environment.toString(), input, List.copyOf(files));
  }

  HandedCall withKind(int other) {
    return new HandedCall(other, mask, environment, input, files);
  }

  HandedCall withMask(int other) {
    return new HandedCall(kind, other, environment, input, files);
  }

  HandedCall withFiles(int otherMask, List<Path> others) {
    return new HandedCall(kind, otherMask, environment, input, others);
  }

  HandedCall withEnvironment(String other) {
    return new HandedCall(kind, mask, other, input, files);
  }

  HandedCall withInput(String other) {
    return new HandedCall(kind, mask, environment, other, files);
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
  Descriptor[] open() {
    List<Descriptor> descriptors = new ArrayList<>();
    for (Path file : files) {
      descriptors.add(Files.openForReading(file.toString()));
    }
    return descriptors.toArray(Descriptor[]::new);
  }

  /** Sends it, all at once. */
  void sendTo(Visit visit) {
    Descriptor[] descriptors = open();
    try {
      visit.send(bytes(), descriptors);
    } finally {
      for (Descriptor descriptor : descriptors) {
        descriptor.close();
      }
    }
  }

  /** Sends it to who listens at {@code socket}, and waits for the answer. */
  Answer handOver(Path socket) {
    try (Visit visit = Visit.greeted(socket)) {
      sendTo(visit);
      return visit.answer();
    }
  }
}
