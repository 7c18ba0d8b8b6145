package io.kindnet.kindnetd.callserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.cni.delegation.DelegationProtocol;
import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.unix.UnixConnection;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One connection to the agent, from its greeting to its answer. */
final class ClientSession implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private final UnixConnection connection;

  private ClientSession(UnixConnection connection) {
    this.connection = connection;
  }

  /**
   * Connects.
   *
   * @throws KernelException if nobody listens, or too many wait
   */
  static ClientSession to(Path socket) {
    return new ClientSession(UnixConnection.connect(socket));
  }

  /** Connects and waits for the greeting, which must come. */
  static ClientSession greeted(Path socket) {
    ClientSession visit = to(socket);
    assertThat(visit.awaitGreeting()).as("the agent greets").isTrue();
    return visit;
  }

  /** Whether the agent greets, and does not go away. */
  boolean awaitGreeting() {
    byte[] greeting = receive(DelegationProtocol.GREETING_LENGTH);
    return Arrays.equals(greeting, DelegationProtocol.greeting());
  }

  /** Connects to what may not be there, and tells whether it greets. */
  static boolean isServed(Path socket) {
    try (ClientSession visit = to(socket)) {
      return visit.awaitGreeting();
    } catch (KernelException nobody) {
      return false;
    }
  }

  void send(byte[] bytes, Fd... fds) {
    connection.send(bytes, List.of(fds), DEADLINE);
  }

  /** What the agent answers, {@link AgentAnswer#NONE} if it goes away without one. */
  AgentAnswer answer() {
    byte[] header;
    try {
      header = receive(DelegationProtocol.ANSWER_HEADER_LENGTH);
    } catch (KernelException reset) {
      return AgentAnswer.NONE;
    }
    if (header.length == 0) {
      return AgentAnswer.NONE;
    }
    ByteBuffer numbers = ByteBuffer.wrap(header);
    int outcome = numbers.getInt();
    int exitCode = numbers.getInt();
    byte[] document = receive(numbers.getInt());
    return new AgentAnswer(outcome, exitCode, new String(document, UTF_8));
  }

  /** So many bytes, fewer at the end. */
  private byte[] receive(int length) {
    byte[] bytes = new byte[length];
    int filled = 0;
    while (filled < length) {
      int count = connection.receive(bytes, filled, length - filled, new ArrayList<>());
      if (count == 0) {
        break;
      }
      if (count == UnixConnection.NOTHING) {
        assertThat(connection.await(DEADLINE)).as("the agent sends something").isTrue();
      } else {
        filled += count;
      }
    }
    return Arrays.copyOf(bytes, filled);
  }

  @Override
  public void close() {
    connection.close();
  }
}
