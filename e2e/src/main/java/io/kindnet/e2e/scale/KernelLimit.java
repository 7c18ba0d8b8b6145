package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.Addresses;
import io.kindnet.measuring.Job;
import io.kindnet.measuring.Meter;
import io.kindnet.measuring.Sample;
import io.kindnet.measuring.Spread;
import io.kindnet.measuring.Table;
import io.kindnet.netlink.testing.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The same state, written by the tools of the kernel's own authors from files that say what is to
 * come: nobody has to find that out.
 *
 * @param wallSeconds of all tools together
 * @param cpuSeconds the same
 */
record KernelLimit(double wallSeconds, double cpuSeconds) {
  private static final int RUNS = 3;
  private static final Map<String, String> PATH = Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");

  /** One of the tools with one file. */
  private record Step(String name, List<String> command, String input, List<Sample> samples) {
    Step(String name, List<String> command, String input) {
      this(name, command, input, new ArrayList<>());
    }

    double wall() {
      return Spread.of(samples, Sample::wallMillis).median() / 1000;
    }

    double cpu() {
      return Spread.of(samples, Sample::cpuMillis).median() / 1000;
    }
  }

  /** Measures the state for {@code peers} some times, in a namespace of its own. */
  static KernelLimit measure(Collection<Peer> peers, PrintStream out) {
    List<Step> steps =
        List.of(
            new Step("ip -4 -batch", List.of("ip", "-4", "-batch"), routes(peers, 0)),
            new Step("ip -6 -batch", List.of("ip", "-6", "-batch"), routes(peers, 1)),
            new Step("nft -f", List.of("nft", "-f"), sets(peers)));
    try (Machine machine = Machine.create("limit");
        Meter meter = Meter.on(machine)) {
      plug(machine);
      for (int run = 0; run < RUNS; run++) {
        machine.run("ip", "-4", "route", "flush", "protocol", KernelState.PROTOCOL);
        machine.run("ip", "-6", "route", "flush", "protocol", KernelState.PROTOCOL);
        machine.run("nft", "flush", "ruleset");
        for (Step step : steps) {
          step.samples.add(run(meter, step));
        }
      }
    }
    return report(steps, out);
  }

  private static KernelLimit report(List<Step> steps, PrintStream out) {
    KernelLimit limit =
        new KernelLimit(
            steps.stream().mapToDouble(Step::wall).sum(),
            steps.stream().mapToDouble(Step::cpu).sum());
    Table table = new Table(1, "tool", "wall s", "CPU s");
    for (Step step : steps) {
      table.row(step.name, Table.hundredths(step.wall()), Table.hundredths(step.cpu()));
    }
    table.row("together", Table.hundredths(limit.wallSeconds), Table.hundredths(limit.cpuSeconds));
    out.println("### The kernel's limit");
    out.println();
    out.printf(
        Locale.ROOT,
        "The same routes and elements from files, in an empty namespace, median of %d.%n",
        RUNS);
    table.print(out);
    return limit;
  }

  /** A link with the addresses of the agent's node. */
  private static void plug(Machine machine) {
    machine.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "other");
    machine.run("ip", "link", "set", "other", "up");
    machine.run("ip", "link", "set", "eth0", "up");
    machine.run("ip", "addr", "add", Addresses.ofNode(1).getFirst() + "/16", "dev", "eth0");
    machine.run("ip", "addr", "add", Addresses.ofNode(1).getLast() + "/64", "dev", "eth0", "nodad");
  }

  private static Sample run(Meter meter, Step step) {
    try {
      Path file = Files.createTempFile("kindnet-scale", ".batch");
      try {
        Files.writeString(file, step.input);
        List<String> command = new ArrayList<>(List.of("/usr/bin/env"));
        command.addAll(step.command);
        command.add(file.toString());
        return meter.run(new Job(command, PATH, "")).orFail(step.name);
      } finally {
        Files.delete(file);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot write a file for " + step.name, failed);
    }
  }

  private static String routes(Collection<Peer> peers, int family) {
    StringBuilder lines = new StringBuilder();
    for (Peer peer : peers) {
      lines.append("route add ").append(peer.podCidrs().get(family));
      lines.append(" via ").append(peer.addresses().get(family));
      lines.append(" dev eth0 protocol ").append(KernelState.PROTOCOL).append('\n');
    }
    return lines.toString();
  }

  private static String sets(Collection<Peer> peers) {
    return "table inet "
        + KernelState.TABLE
        + " {\n"
        + set("noMasqV4", "ipv4_addr", peers, 0)
        + set("noMasqV6", "ipv6_addr", peers, 1)
        + "}\n";
  }

  private static String set(String name, String type, Collection<Peer> peers, int family) {
    List<String> elements = peers.stream().map(peer -> peer.podCidrs().get(family)).toList();
    return "set "
        + name
        + " { type "
        + type
        + "; flags interval; elements = { "
        + String.join(",\n", elements)
        + " } }\n";
  }
}
