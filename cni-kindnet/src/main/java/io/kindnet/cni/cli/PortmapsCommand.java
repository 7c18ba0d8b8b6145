package io.kindnet.cni.cli;

import io.kindnet.cni.portmap.HostPort;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.PodIdentity;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.PortRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.IpAddresses;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cni-kindnet portmaps}. */
@Command(
    name = "portmaps",
    mixinStandardHelpOptions = true,
    description = "Lists the ports of this node that lead to pods.")
final class PortmapsCommand implements Callable<Integer> {
  private static final Listing<Mapping> LISTING =
      new Listing<>(
          List.of(
              new Listing.Column<>("hostIp", "HOST IP", m -> IpAddresses.format(m.port.hostIp())),
              new Listing.Column<>("hostPort", "HOST PORT", m -> m.port.hostPort()),
              new Listing.Column<>("protocol", "PROTOCOL", m -> m.port.protocol().toString()),
              new Listing.Column<>(
                  "containerIp", "CONTAINER IP", m -> IpAddresses.format(m.port.containerIp())),
              new Listing.Column<>("containerPort", "CONTAINER PORT", m -> m.port.containerPort()),
              new Listing.Column<>("namespace", "NAMESPACE", m -> m.pod.namespace()),
              new Listing.Column<>("name", "NAME", m -> m.pod.name()),
              new Listing.Column<>("containerId", "", Mapping::containerId)));

  @Mixin private DatabaseOption database = new DatabaseOption();

  @Option(names = "-o", paramLabel = "FORMAT", description = "table or json")
  private Listing.Format format = Listing.Format.table;

  @Spec private CommandSpec spec = CommandSpec.create();

  private record Mapping(HostPort port, PodIdentity pod, String containerId) {}

  @Override
  public Integer call() throws CniException {
    try (Store store = database.openExisting()) {
      LISTING.print(spec.commandLine().getOut(), format, mappings(store));
    }
    return 0;
  }

  private static List<Mapping> mappings(Store store) throws CniException {
    Map<String, PodRow> pods = new HashMap<>();
    for (PodRow pod : store.pods().all()) {
      pods.put(pod.key(), pod);
    }
    List<Mapping> mappings = new ArrayList<>();
    for (PortRow row : store.ports().all()) {
      PodRow pod = pods.get(row.podKey());
      mappings.add(
          pod == null
              ? new Mapping(row.port(), new PodIdentity("", "", ""), row.podKey())
              : new Mapping(row.port(), pod.identity(), pod.containerId()));
    }
    return mappings;
  }
}
