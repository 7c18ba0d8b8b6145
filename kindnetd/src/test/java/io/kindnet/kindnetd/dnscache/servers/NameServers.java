package io.kindnet.kindnetd.dnscache.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindnet.kindnetd.dnscache.Answers;
import io.kindnet.kindnetd.dnscache.wire.Transport;
import io.kindnet.netlink.testing.Eventually;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * BIND, which has two zones of which it signs one; unbound, which asks BIND and validates; CoreDNS,
 * which has one of the zones and asks BIND for the rest. On the loopback interface.
 */
final class NameServers implements AutoCloseable {
  static final String PLAIN = "plain.test";
  static final String SIGNED = "signed.test";

  private static final Duration START = Duration.ofSeconds(60);
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final Path directory;
  private final List<Process> started = new ArrayList<>();
  private final int bind;
  private final int unbound;
  private final int coreDns;

  /**
   * Starts them.
   *
   * @param directory for configurations, zones and logs
   */
  NameServers(Path directory) throws IOException {
    this.directory = directory;
    bind = freePort();
    unbound = freePort();
    coreDns = freePort();
    for (String zone : List.of(PLAIN, SIGNED)) {
      Files.writeString(directory.resolve(zone), new ZoneText(zone).text());
    }
    try {
      startBind();
      startCoreDns();
      startUnbound();
    } catch (IOException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  InetSocketAddress bind() {
    return new InetSocketAddress(LOOPBACK, bind);
  }

  InetSocketAddress unbound() {
    return new InetSocketAddress(LOOPBACK, unbound);
  }

  InetSocketAddress coreDns() {
    return new InetSocketAddress(LOOPBACK, coreDns);
  }

  private void startBind() throws IOException {
    Path configuration =
        write(
            "named.conf",
            """
            options {
              directory "%1$s";
              pid-file "%1$s/named.pid";
              session-keyfile "%1$s/session.key";
              listen-on port %2$d { 127.0.0.1; };
              listen-on-v6 { none; };
              recursion no;
              dnssec-validation no;
              allow-transfer { any; };
            };
            controls {};
            zone "plain.test" { type primary; file "plain.test"; };
            zone "signed.test" {
              type primary; file "signed.test"; dnssec-policy default; inline-signing yes;
            };
            """
                .formatted(directory, bind));
    start("named", copy("/usr/sbin/named"), "-g", "-n", "1", "-c", configuration.toString());
    // it signs after it has started
    await(bind(), Answers.extended("www." + SIGNED + ".", Type.A, 4096, 0x8000), Type.RRSIG);
  }

  private void startUnbound() throws IOException {
    String key = "";
    try (var files = Files.list(directory)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".key")).toList()) {
        for (String line : Files.readAllLines(file)) {
          if (line.contains("DNSKEY")) {
            key = "trust-anchor: \"" + line.replaceAll("\\s+", " ") + "\"";
          }
        }
      }
    }
    Path configuration =
        write(
            "unbound.conf",
            """
            server:
              directory: "%1$s"
              pidfile: "%1$s/unbound.pid"
              chroot: ""
              username: ""
              use-syslog: no
              logfile: ""
              num-threads: 1
              interface: 127.0.0.1
              port: %2$d
              do-ip6: no
              do-not-query-localhost: no
              edns-buffer-size: 4096
              max-udp-size: 4096
              local-zone: "test." nodefault
              domain-insecure: "plain.test"
              module-config: "validator iterator"
              qname-minimisation: no
              %3$s
            remote-control:
              control-enable: no
            forward-zone:
              name: "test"
              forward-addr: 127.0.0.1@%4$d
            """
                .formatted(directory, unbound, key, bind));
    start("unbound", copy("/usr/sbin/unbound"), "-d", "-p", "-c", configuration.toString());
    await(unbound(), Answers.query("v4-1." + PLAIN + ".", Type.A), Type.A);
  }

  private void startCoreDns() throws IOException {
    Path configuration =
        write(
            "Corefile",
            """
            .:%1$d {
              bind 127.0.0.1
              loadbalance
              template IN AAAA v4only.test {
                rcode NXDOMAIN
                authority "v4only.test. 60 IN SOA ns.v4only.test. h.v4only.test. 1 2 3 4 60"
              }
              template IN A v4only.test {
                answer "{{ .Name }} 60 IN A 192.0.2.4"
              }
              file %2$s/plain.test plain.test
              forward . 127.0.0.1:%3$d
            }
            """
                .formatted(coreDns, directory, bind));
    String tools = System.getProperty("kindnet.tools", "target/tools");
    start("coredns", Path.of(tools, "coredns").toString(), "-conf", configuration.toString());
    await(coreDns(), Answers.query("v4-1." + PLAIN + ".", Type.A), Type.A);
  }

  /**
   * A copy of a program, which goes by none of the rules that a distribution has for it by its path
   * (AppArmor): with them it would read no configuration of ours.
   */
  private String copy(String program) throws IOException {
    Path path = Path.of(program);
    if (!Files.exists(path)) {
      throw new AssertionError(program + " is missing; make test installs it");
    }
    return Files.copy(path, directory.resolve(path.getFileName())).toString();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text, UTF_8);
  }

  private void start(String name, String... command) throws IOException {
    started.add(
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(name + ".log").toFile())
            .start());
  }

  /** Waits until a server answers with records of a type anywhere. */
  private void await(InetSocketAddress server, Message query, int type) {
    Eventually.within(
        START,
        () -> {
          Message answer;
          try {
            answer = DirectClient.ask(server, query, Transport.TCP);
          } catch (IOException e) {
            throw new AssertionError("no answer: " + e + "\n" + logs(), e);
          }
          for (int section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
            if (answer.getSection(section).stream().anyMatch(each -> each.getType() == type)) {
              return;
            }
          }
          throw new AssertionError("no " + Type.string(type) + " in " + answer + "\n" + logs());
        });
  }

  /** What the servers have written. */
  private String logs() throws IOException {
    StringBuilder logs = new StringBuilder();
    for (String name : List.of("named.log", "unbound.log", "coredns.log")) {
      Path log = directory.resolve(name);
      if (Files.exists(log)) {
        logs.append(name).append(":\n").append(Files.readString(log));
      }
    }
    return logs.toString();
  }

  /** One that nobody listens at, neither over UDP nor over TCP. */
  private static int freePort() throws IOException {
    while (true) {
      try (ServerSocket tcp = new ServerSocket(0, 1, LOOPBACK)) {
        try (DatagramSocket udp = new DatagramSocket(tcp.getLocalPort(), LOOPBACK)) {
          return udp.getLocalPort();
        } catch (IOException e) {
          // somebody listens over UDP
        }
      }
    }
  }

  @Override
  public void close() {
    started.forEach(Process::destroyForcibly);
    for (Process process : started) {
      try {
        process.waitFor(30, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
