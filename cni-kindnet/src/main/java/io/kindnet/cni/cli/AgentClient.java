package io.kindnet.cni.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.cni.delegation.DelegationProtocol;
import io.kindnet.cni.delegation.RequestHeader;
import io.kindnet.cni.protocol.AgentReport;
import io.kindnet.cni.protocol.CniException;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** Asks the agent how it is. */
final class AgentClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private AgentClient() {}

  /**
   * The report of the agent at {@code socket}.
   *
   * @throws IOException saying why there is none
   */
  static AgentReport ask(Path socket) throws IOException {
    try (SocketChannel agent = SocketChannel.open(StandardProtocolFamily.UNIX);
        Selector selector = Selector.open()) {
      agent.connect(UnixDomainSocketAddress.of(socket));
      agent.configureBlocking(false);
      agent.register(selector, SelectionKey.OP_READ);
      byte[] greeting = read(agent, selector, DelegationProtocol.GREETING_LENGTH).array();
      if (!Arrays.equals(greeting, DelegationProtocol.greeting())) {
        throw new IOException("it speaks another version of the protocol");
      }
      agent.write(ByteBuffer.wrap(new RequestHeader(RequestHeader.STATUS, 0, 0, 0).toBytes()));
      ByteBuffer header = read(agent, selector, DelegationProtocol.ANSWER_HEADER_LENGTH);
      int outcome = header.getInt();
      header.getInt();
      int length = header.getInt();
      if (length < 0 || length > DelegationProtocol.LONGEST_DOCUMENT) {
        throw new IOException("its answer has " + Integer.toUnsignedString(length) + " bytes");
      }
      String document = new String(read(agent, selector, length).array(), UTF_8);
      if (outcome != DelegationProtocol.ANSWERED) {
        throw new IOException(document);
      }
      return AgentReport.of(document);
    } catch (CniException unreadable) {
      throw new IOException(unreadable.getMessage(), unreadable);
    }
  }

  private static ByteBuffer read(SocketChannel agent, Selector selector, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (selector.select(TIMEOUT.toMillis()) == 0) {
        throw new IOException("it says nothing for " + TIMEOUT.toSeconds() + " s");
      }
      selector.selectedKeys().clear();
      if (agent.read(bytes) < 0) {
        throw new EOFException("it ended the connection");
      }
    }
    return bytes.flip();
  }
}
