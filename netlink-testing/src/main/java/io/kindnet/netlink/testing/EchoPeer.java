package io.kindnet.netlink.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;

/**
 * Someone in a namespace to reach and be reached: any number of TCP and UDP servers, and a client,
 * all in one process that lives until the namespace or this peer is closed.
 *
 * <pre>{@code
 * EchoPeer server = EchoPeer.in(pod, "pod-a").listen(TCP, "10.244.1.7", 80);
 * EchoReply reply = EchoPeer.in(host, "host").ask(EchoRequest.tcp("10.244.1.7", 80));
 * assertThat(reply.server()).isEqualTo("pod-a");
 * assertThat(reply.peer().getHostAddress()).isEqualTo("192.168.0.1");
 * }</pre>
 */
public final class EchoPeer implements AutoCloseable {
  private final String name;
  private final Process process;
  private final BufferedWriter orders;
  private final BufferedReader answers;

  private EchoPeer(String name, Process process) {
    this.name = name;
    this.process = process;
    this.orders = process.outputWriter(UTF_8);
    this.answers = process.inputReader(UTF_8);
  }

  /** Starts a peer in {@code namespace} that answers with {@code name}, one word. */
  public static EchoPeer in(Namespace namespace, String name) {
    Process process =
        namespace.start(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-Xmx32m",
            "-cp",
            classes().toString(),
            EchoAgent.class.getName(),
            name);
    return new EchoPeer(name, process);
  }

  /**
   * Serves at {@code address}, a literal, and {@code port}. The server is bound on return. A UDP
   * server at a wildcard address answers from the address that the route back prefers, which need
   * not be the one that was asked.
   */
  public EchoPeer listen(Transport transport, String address, int port) {
    Optional<String> failure =
        order("listen " + EchoRequest.to(transport, address, port).toLine()).failure();
    failure.ifPresent(reason -> {
      throw new AssertionError(
          name + " cannot serve " + transport + " " + address + " " + port + ": " + reason);
    });
    return this;
  }

  /**
   * Asks a server.
   *
   * @throws AssertionError with the reason, if there is no answer
   */
  public EchoReply ask(EchoRequest request) {
    Answer answer = order("ask " + request.toLine());
    answer
        .failure()
        .ifPresent(reason -> {
          throw new AssertionError(name + " gets no answer to " + request.toLine() + ": " + reason);
        });
    return EchoReply.parse(answer.text);
  }

  /** As {@link #ask}, but empty where there is no answer, whatever the reason. */
  public Optional<EchoReply> tryAsk(EchoRequest request) {
    Answer answer = order("ask " + request.toLine());
    return answer.failed ? Optional.empty() : Optional.of(EchoReply.parse(answer.text));
  }

  /** Ends the process and with it the servers. */
  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }

  private synchronized Answer order(String line) {
    try {
      orders.write(line);
      orders.newLine();
      orders.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw new AssertionError("the echo process of " + name + " has ended");
      }
      return Answer.parse(name, answer);
    } catch (IOException broken) {
      throw new AssertionError("the echo process of " + name + " has ended", broken);
    }
  }

  /** Where the classes of this module are: all that the process needs. */
  private static Path classes() {
    CodeSource source = EchoPeer.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw new AssertionError("the class path of netlink-testing is not known");
    }
    try {
      return Path.of(source.getLocation().toURI());
    } catch (URISyntaxException notAPath) {
      throw new AssertionError(notAPath);
    }
  }

  private record Answer(boolean failed, String text) {
    static Answer parse(String peer, String line) {
      if (line.startsWith(EchoAgent.OK)) {
        return new Answer(false, line.substring(EchoAgent.OK.length()));
      }
      if (line.startsWith(EchoAgent.FAILED)) {
        return new Answer(true, line.substring(EchoAgent.FAILED.length()));
      }
      throw new AssertionError("the echo process of " + peer + " says: " + line);
    }

    Optional<String> failure() {
      return failed ? Optional.of(text) : Optional.empty();
    }
  }
}
