package io.kindnet.kindnetd.nat64;

import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What runs on the server, which has IPv4 only: HTTP on port 80, HTTP/3 on port 443, and a name
 * server that knows {@code web.example} by its address of IPv4, {@code many.example} by many, and
 * {@code both.example} by one of either family.
 */
final class Ipv4Services {
  /** The size of the file {@code /large}, in bytes. */
  static final int LARGE = 20 << 20;

  /** How many addresses {@code many.example} has. */
  static final int MANY = 120;

  private static final String COREFILE =
      """
      .:53 {
        bind SERVER
        template IN A many.example {
          MANY
        }
        template IN A {
          answer "{{ .Name }} 60 IN A SERVER"
        }
        template IN AAAA both.example {
          answer "{{ .Name }} 60 IN AAAA 2001:db8::9"
        }
        template IN ANY {
          rcode NOERROR
          authority "example. 60 IN SOA ns.example. host.example. 1 2 3 4 60"
        }
      }
      """;

  private Ipv4Services() {}

  /** Starts them; they end with the namespace. */
  static void start(Namespace server, Path directory) throws IOException {
    server.loopbackUp();
    Path files = Files.createDirectory(directory.resolve("files"));
    Files.writeString(files.resolve("page"), "of IPv4\n");
    byte[] large = new byte[LARGE];
    new Random(64).nextBytes(large);
    Files.write(files.resolve("large"), large);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    server.start(
        java,
        "-m",
        "jdk.httpserver",
        "-b",
        Nat64Node.SERVER,
        "-p",
        "80",
        "-d",
        files.toString(),
        "-o",
        "none");
    server.start(CoreDns.tool("http3"), "serve", Nat64Node.SERVER + ":443", files.toString());
    CoreDns.start(
        server,
        directory,
        "ipv4",
        COREFILE.replace("SERVER", Nat64Node.SERVER).replace("MANY", many()));
  }

  /** More than fits a packet. */
  private static String many() {
    return IntStream.rangeClosed(1, MANY)
        .mapToObj(i -> "answer \"{{ .Name }} 60 IN A 198.51.100." + i + "\"")
        .collect(Collectors.joining("\n"));
  }
}
