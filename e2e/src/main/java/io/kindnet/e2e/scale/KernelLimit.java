package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.Addresses;
import io.kindnet.measuring.Job;
import io.kindnet.measuring.Meter;
import io.kindnet.measuring.Sample;
import io.kindnet.measuring.Spread;
import io.kindnet.netlink.testing.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The same state, written by the tools of the kernel's own authors from files that say what is to
 * come: nobody has to find that out. All in seconds, each a median.
 *
 * @param routes4 what {@code ip -4 -batch} takes
 * @param routes6 what {@code ip -6 -batch} takes
 * @param sets what {@code nft -f} takes
 * @param cpu CPU time of all three
 */
record KernelLimit(double routes4, double routes6, double sets, double cpu) {
  static final int RUNS = 3;

  private static final Map<String, String> PATH = Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");

  /** All three. */
  double wall() {
    return routes4 + routes6 + sets;
  }

  /** One of the tools, with the file for it. */
  private record Step(List<String> command, String input) {}

  /** Measures the state for {@code peers}, in a namespace of its own. */
  static KernelLimit measure(Collection<Peer> peers) {
    Step routes4 = new Step(List.of("ip", "-4", "-batch"), routes(peers, 0));
    Step routes6 = new Step(List.of("ip", "-6", "-batch"), routes(peers, 1));
    Step sets = new Step(List.of("nft", "-f"), sets(peers));
    List<KernelLimit> runs = new ArrayList<>();
    try (Machine machine = Machine.create("limit");
        Meter meter = Meter.on(machine)) {
      plug(machine);
      for (int run = 0; run < RUNS; run++) {
        machine.run("ip", "-4", "route", "flush", "protocol", KernelState.PROTOCOL);
        machine.run("ip", "-6", "route", "flush", "protocol", KernelState.PROTOCOL);
        machine.run("nft", "flush", "ruleset");
        runs.add(of(run(meter, routes4), run(meter, routes6), run(meter, sets)));
      }
    }
    return new KernelLimit(
        Spread.of(runs, KernelLimit::routes4).median(),
        Spread.of(runs, KernelLimit::routes6).median(),
        Spread.of(runs, KernelLimit::sets).median(),
        Spread.of(runs, KernelLimit::cpu).median());
  }

  private static KernelLimit of(Sample routes4, Sample routes6, Sample sets) {
    return new KernelLimit(
        routes4.wallMillis() / 1000,
        routes6.wallMillis() / 1000,
        sets.wallMillis() / 1000,
        (routes4.cpuMillis() + routes6.cpuMillis() + sets.cpuMillis()) / 1000);
  }

  /** A link with the addresses of the agent's node. */
  private static void plug(Machine machine) {
    machine.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "other");
    machine.run("ip", "link", "set", "other", "up");
    machine.run("ip", "link", "set", "eth0", "up");
    List<String> addresses = Addresses.ofNode(1);
    machine.run("ip", "addr", "add", addresses.getFirst() + "/16", "dev", "eth0");
    machine.run("ip", "addr", "add", addresses.getLast() + "/64", "dev", "eth0", "nodad");
  }

  private static Sample run(Meter meter, Step step) {
    try {
      Path file = Files.createTempFile("kindnet-scale", ".txt");
      try {
        Files.writeString(file, step.input);
        List<String> command = new ArrayList<>(List.of("/usr/bin/env"));
        command.addAll(step.command);
        command.add(file.toString());
        return meter.run(new Job(command, PATH, "")).orFail(String.join(" ", step.command));
      } finally {
        Files.delete(file);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot write a file for " + step.command, failed);
    }
  }

  private static String routes(Collection<Peer> peers, int family) {
    return peers.stream()
        .map(peer ->
            "route add %s via %s dev eth0 protocol %s\n"
                .formatted(
                    peer.podCidrs().get(family),
                    peer.addresses().get(family),
                    KernelState.PROTOCOL))
        .collect(Collectors.joining());
  }

  private static String sets(Collection<Peer> peers) {
    return """
    table inet kindnet-ipmasq {
      set noMasqV4 { type ipv4_addr; flags interval; elements = { %s } }
      set noMasqV6 { type ipv6_addr; flags interval; elements = { %s } }
    }
    """
        .formatted(elements(peers, 0), elements(peers, 1));
  }

  private static String elements(Collection<Peer> peers, int family) {
    return peers.stream()
        .map(peer -> peer.podCidrs().get(family))
        .collect(Collectors.joining(", "));
  }
}
