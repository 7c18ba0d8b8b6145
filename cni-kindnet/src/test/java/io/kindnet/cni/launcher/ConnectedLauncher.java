package io.kindnet.cni.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.launcher.LauncherRequest.OpenFile;
import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.unix.UnixConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A launcher that has connected, as an agent sees it: the bytes of the delegation protocol. */
final class ConnectedLauncher {
  static final byte[] GREETING = {'K', 'N', 'E', 'T', 0, 0, 0, 1};
  static final int ANSWERED = 0;
  static final int DECLINED = 1;

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int REQUEST_HEADER = 16;
  private static final int ANSWER_HEADER = 12;

  private final UnixConnection connection;

  ConnectedLauncher(UnixConnection connection) {
    this.connection = connection;
  }

  void greet() {
    send(GREETING);
  }

  void send(byte[] bytes) {
    connection.send(bytes, DEADLINE);
  }

  /**
   * An answer whose length is that of {@code document}. In one piece: a launcher does not read why
   * it is declined, so that the rest would find nobody.
   */
  void answer(int outcome, int exitCode, String document) {
    byte[] bytes = document.getBytes(UTF_8);
    ByteBuffer answer = ByteBuffer.allocate(ANSWER_HEADER + bytes.length);
    send(answer.put(answerHeader(outcome, exitCode, bytes.length)).put(bytes).array());
  }

  static byte[] answerHeader(int outcome, int exitCode, int length) {
    return ByteBuffer.allocate(ANSWER_HEADER)
        .putInt(outcome)
        .putInt(exitCode)
        .putInt(length)
        .array();
  }

  /** The whole request. */
  LauncherRequest receiveRequest() throws IOException {
    List<Fd> fds = new ArrayList<>();
    ByteBuffer header = ByteBuffer.wrap(receive(REQUEST_HEADER, fds));
    int kind = header.getInt();
    int bits = header.getInt();
    int environmentLength = header.getInt();
    int inputLength = header.getInt();
    String environment = new String(receive(environmentLength, fds), UTF_8);
    String input = new String(receive(inputLength, fds), UTF_8);
    List<OpenFile> files = new ArrayList<>();
    for (Fd fd : fds) {
      files.add(look(fd));
      fd.close();
    }
    return new LauncherRequest(kind, bits, variables(environment), input, files);
  }

  /** Each one is ended by a NUL character. */
  private static List<String> variables(String environment) {
    List<String> variables = new ArrayList<>();
    int begin = 0;
    for (int end = environment.indexOf(0); end >= 0; end = environment.indexOf(0, begin)) {
      variables.add(environment.substring(begin, end));
      begin = end + 1;
    }
    if (begin != environment.length()) {
      throw new AssertionError("an environment whose last variable has no end: " + environment);
    }
    return variables;
  }

  private static OpenFile look(Fd fd) throws IOException {
    Path self = Path.of("/proc/self");
    String number = Integer.toString(fd.number());
    Object file = fileKey(self.resolve("fd").resolve(number));
    for (String line : Files.readAllLines(self.resolve("fdinfo").resolve(number))) {
      if (line.startsWith("flags:")) {
        return new OpenFile(file, Integer.parseInt(line.substring("flags:".length()).strip(), 8));
      }
    }
    throw new AssertionError("the kernel tells no flags of descriptor " + number);
  }

  /** The same for all names of one file, whatever it is. */
  static Object fileKey(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  private byte[] receive(int length, List<Fd> fds) {
    byte[] bytes = new byte[length];
    int done = 0;
    while (done < length) {
      int received = connection.receive(bytes, done, length - done, fds);
      if (received == 0) {
        throw new AssertionError("the launcher hung up after " + done + " bytes of " + length);
      }
      if (received != UnixConnection.NOTHING) {
        done += received;
      } else if (!connection.await(DEADLINE)) {
        throw new AssertionError("nothing more after " + done + " bytes of " + length);
      }
    }
    return bytes;
  }

  /** Reads on, and says nothing, until the launcher has hung up. */
  void awaitEnd() {
    byte[] rest = new byte[1 << 16];
    List<Fd> fds = new ArrayList<>();
    int received;
    do {
      awaitSomething();
      received = connection.receive(rest, 0, rest.length, fds);
    } while (received != 0);
    fds.forEach(Fd::close);
  }

  /** Waits until the launcher has something to say or hangs up, and reads none of it. */
  void awaitSomething() {
    if (!connection.await(DEADLINE)) {
      throw new AssertionError("the launcher neither says anything nor hangs up");
    }
  }
}
