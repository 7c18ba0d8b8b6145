package io.kindnet.cni.cli;

import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.store.PodAddress;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.AddressFamily;
import io.kindnet.netlink.ip.IpAddresses;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cni-kindnet pods}. */
@Command(
    name = "pods",
    mixinStandardHelpOptions = true,
    description = "Lists the pods that have an interface on this node.")
final class PodsCommand implements Callable<Integer> {
  private static final Listing<PodRow> LISTING =
      new Listing<>(
          List.of(
              new Listing.Column<>("namespace", "NAMESPACE", pod -> pod.identity().namespace()),
              new Listing.Column<>("name", "NAME", pod -> pod.identity().name()),
              new Listing.Column<>("uid", "", pod -> pod.identity().uid()),
              new Listing.Column<>("containerId", "", PodRow::containerId),
              new Listing.Column<>("", "CONTAINER", pod -> shorten(pod.containerId())),
              new Listing.Column<>("ipv4", "IPV4", of(AddressFamily.IPV4, PodAddress::address)),
              new Listing.Column<>("ipv6", "IPV6", of(AddressFamily.IPV6, PodAddress::address)),
              new Listing.Column<>("gatewayV4", "", of(AddressFamily.IPV4, PodAddress::gateway)),
              new Listing.Column<>("gatewayV6", "", of(AddressFamily.IPV6, PodAddress::gateway)),
              new Listing.Column<>("interface", "INTERFACE", PodRow::interfaceName),
              new Listing.Column<>("hostInterface", "HOST INTERFACE", PodRow::hostInterface),
              new Listing.Column<>("bridge", "BRIDGE", PodRow::bridge),
              new Listing.Column<>("mtu", "MTU", PodRow::mtu),
              new Listing.Column<>("netns", "", PodRow::netns),
              new Listing.Column<>("created", "CREATED (UTC)", PodRow::created)));

  @Mixin private DatabaseOption database = new DatabaseOption();

  @Option(names = "-o", paramLabel = "FORMAT", description = "table or json")
  private Listing.Format format = Listing.Format.table;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws CniException {
    try (Store store = database.openExisting()) {
      LISTING.print(spec.commandLine().getOut(), format, store.pods().all());
    }
    return 0;
  }

  private static Function<PodRow, Object> of(
      AddressFamily family, Function<PodAddress, InetAddress> part) {
    return pod ->
        pod.addresses().stream()
            .filter(address -> address.family() == family)
            .map(address -> IpAddresses.format(part.apply(address)))
            .findAny()
            .orElse("");
  }

  /** As crictl and others shorten it. */
  private static String shorten(String containerId) {
    return containerId.substring(0, Math.min(13, containerId.length()));
  }
}
