package io.kindnet.bench;

import io.kindnet.netlink.testing.Machine;
import io.kindnet.netlink.testing.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The name server that is asked, and CoreDNS as caches beside ours.
 *
 * @param program CoreDNS
 * @param server the name server, which takes as little time as there is
 * @param directory for configurations
 */
record DnsServers(Path program, Path server, Path directory) {
  private static final String CORE_DNS =
      """
      .:53 {
        bind ADDRESS
        errors
        cache 3600
        forward . SERVER
      }
      """;

  /** What the manifest of node-local-dns has for names of the cluster, without what reports. */
  private static final String NODE_LOCAL_DNS =
      """
      .:53 {
        bind ADDRESS
        errors
        cache {
          success 9984 3600
          denial 9984 5
        }
        forward . SERVER {
          force_tcp
        }
      }
      """;

  /** The server of all names of {@link DnsNames}, at {@code 10.244.9.53:5353}. */
  void serve(Namespace namespace, int cpu) {
    namespace.start(
        "taskset",
        "-c",
        String.valueOf(cpu),
        server.toAbsolutePath().toString(),
        "10.244.9.53",
        "5353");
  }

  /** CoreDNS with its cache on a node, listening at an address. */
  PinnedProgram coreDns(Machine node, String address, String server, int cpu) {
    return start(node, "coredns", CORE_DNS, address, server, cpu);
  }

  /** CoreDNS as node-local-dns has it, which is this program with another main. */
  PinnedProgram nodeLocalDns(Machine node, String address, String server, int cpu) {
    return start(node, "node-local-dns", NODE_LOCAL_DNS, address, server, cpu);
  }

  private PinnedProgram start(
      Machine node, String name, String template, String address, String server, int cpu) {
    String file = write(name, template.replace("ADDRESS", address).replace("SERVER", server));
    return PinnedProgram.start(node, cpu, List.of(program.toString(), "-conf", file, "-quiet"));
  }

  private String write(String name, String configuration) {
    Path file = directory.resolve(name + ".conf");
    try {
      Files.createDirectories(directory);
      return Files.writeString(file, configuration).toAbsolutePath().toString();
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot write " + file, failed);
    }
  }
}
