package io.kindnet.cni.cli;

import io.kindnet.cni.RangeUsage;
import io.kindnet.cni.ipam.AddressPool;
import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.PodRanges;
import io.kindnet.cni.store.PodRow;
import io.kindnet.cni.store.RangeRow;
import io.kindnet.cni.store.Store;
import io.kindnet.netlink.ip.IpPrefix;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code cni-kindnet ranges}, {@code ranges add} and {@code ranges remove}. */
@Command(
    name = "ranges",
    mixinStandardHelpOptions = true,
    description = "Lists the ranges that pods get their addresses from.")
final class RangesCommand implements Callable<Integer> {
  private static final Listing<RangeUsage> LISTING =
      new Listing<>(
          List.of(
              new Listing.Column<>("id", "", usage -> usage.range().id()),
              new Listing.Column<>("subnet", "SUBNET", usage -> usage.range().subnet().toString()),
              new Listing.Column<>("pods", "USED", RangeUsage::used),
              new Listing.Column<>("free", "FREE", RangeUsage::free),
              new Listing.Column<>("capacity", "CAPACITY", RangeUsage::capacity),
              new Listing.Column<>(
                  "source",
                  "SOURCE",
                  usage -> usage.range().manual() ? "operator" : "configuration"),
              new Listing.Column<>(
                  "description", "DESCRIPTION", usage -> usage.range().description())));

  @Mixin private DatabaseOption database = new DatabaseOption();

  @Option(names = "-o", paramLabel = "FORMAT", description = "table or json")
  private Listing.Format format = Listing.Format.table;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws CniException {
    try (Store store = database.openExisting()) {
      LISTING.print(spec.commandLine().getOut(), format, RangeUsage.of(store));
    }
    return 0;
  }

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = {
        "Adds a range, to be used when those of the configuration are full.",
        "It stays until it is removed, whatever the configuration names."
      })
  int add(
      @Mixin DatabaseOption database,
      @Parameters(paramLabel = "CIDR", converter = Cidr.class) IpPrefix range,
      @Option(names = "--description", paramLabel = "TEXT", description = "What it is for.")
          @Nullable String description)
      throws CniException {
    String problem =
        new AddressPool(range).capacity().signum() == 0
            ? AddressPool.NO_ROOM
            : PodRanges.problem(range);
    if (problem != null) {
      throw new CniException(
          CniErrorCode.INVALID_NETWORK_CONFIG, "range " + range + ": " + problem);
    }
    try (Store store = database.open()) {
      store.transaction(() -> {
        store.ranges().insertManual(range, description);
        return range;
      });
    }
    spec.commandLine().getOut().println("range " + range + " added");
    return 0;
  }

  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = {
        "Removes a range that no pod uses.",
        "One that the configuration names comes back with the next pod."
      })
  int remove(
      @Mixin DatabaseOption database,
      @Parameters(paramLabel = "CIDR", converter = Cidr.class) IpPrefix range,
      @Option(
              names = "--force",
              description = "Also if pods use it; they keep their addresses while they live.")
          boolean force)
      throws CniException {
    try (Store store = database.openExisting()) {
      store.transaction(() -> remove(store, range, force));
    }
    spec.commandLine().getOut().println("range " + range + " removed");
    return 0;
  }

  private static RangeRow remove(Store store, IpPrefix subnet, boolean force) throws CniException {
    RangeRow range = store.ranges().find(subnet);
    if (range == null) {
      throw new CniException(CniErrorCode.INVALID_NETWORK_CONFIG, "there is no range " + subnet);
    }
    List<PodRow> pods = podsIn(range, store.pods().all());
    if (!pods.isEmpty() && !force) {
      throw new CniException(
          CniErrorCode.TRY_AGAIN_LATER,
          "range "
              + subnet
              + " is in use by "
              + (pods.size() == 1 ? "" : pods.size() + " pods, one is ")
              + pods.getFirst()
              + "; --force removes it all the same");
    }
    store.ranges().delete(range);
    return range;
  }

  private static List<PodRow> podsIn(RangeRow range, List<PodRow> pods) {
    return pods.stream().filter(range::serves).toList();
  }

  /** Reads a CIDR. */
  static final class Cidr implements picocli.CommandLine.ITypeConverter<IpPrefix> {
    @Override
    public IpPrefix convert(String text) {
      try {
        return IpPrefix.parse(text);
      } catch (IllegalArgumentException notCidr) {
        throw new TypeConversionException(String.valueOf(notCidr.getMessage()));
      }
    }
  }
}
