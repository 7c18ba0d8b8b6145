package io.kindnet.kindnetd.packetlog;

import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.NftablesSupport;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.packets.JsonLine;
import io.kindnet.kindnetd.packets.LogLine;
import io.kindnet.kindnetd.packets.PacketReader;
import io.kindnet.kindnetd.packets.PodNames;
import io.kindnet.kindnetd.packets.TextLine;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Table;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the TCP and UDP packets that come in, so many a second and no more, when the verbosity asks
 * for it. Pods can do without it.
 */
public final class PacketLogAgent implements Agent {
  /** The table that all of it is in. */
  public static final Table TABLE = PacketLogTable.TABLE;

  private static final Logger log = LoggerFactory.getLogger(PacketLogAgent.class);
  private static final String NAME = "packet-log";
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(60);
  private static final Duration LONG = Duration.ofHours(1);

  private final PacketLogTable table;
  private final AgentStatus status;
  private final PacketLines lines;
  private final KernelWatch<NftablesEvents.Events> events;
  private final Consumer<NftablesEvents.Events> listener = this::see;
  private final ReconcileLoop loop;
  private @Nullable PacketReader reader;
  private boolean established;

  /**
   * @param pods tells which pod has an address
   * @param nftables gives the socket of the network namespace in which {@link #start} is called;
   *     stays the caller's to close
   * @param events what others than {@code nftables} do there
   */
  public PacketLogAgent(
      PacketLogOptions options,
      PodNames pods,
      Supplier<NftablesSocket> nftables,
      KernelWatch<NftablesEvents.Events> events,
      Status status) {
    this.table = new PacketLogTable(nftables);
    this.events = events;
    this.status = status.optionalAgent(NAME);
    this.lines =
        new PacketLines(pods, PacketLogAgent::interfaceName, message -> begin(options, message));
    this.loop = new ReconcileLoop(NAME, CHECK_INTERVAL, this::reconcile, this.status);
    status.counter(
        "kindnet_packet_log_lines_total",
        "Packets that have a line in the log.",
        List.of(),
        () -> Map.of(List.of(), lines.logged()));
    status.counter(
        "kindnet_packet_log_lost_total",
        "Packets that were to be logged and came faster than they were read.",
        List.of(),
        () -> Map.of(List.of(), lines.lost()));
  }

  private static LogLine begin(PacketLogOptions options, String message) {
    return options.json()
        ? new JsonLine(line -> System.err.println(line), Instant.now(), options.level(), message)
        : new TextLine(log::info, message);
  }

  private static String interfaceName(int index) {
    try {
      NetworkInterface found = index == 0 ? null : NetworkInterface.getByIndex(index);
      return found == null ? Integer.toString(index) : found.getName();
    } catch (SocketException unknown) {
      return Integer.toString(index);
    }
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    reader = PacketReader.start(PacketLogTable.GROUP, LONG, lines::take, status);
    events.subscribe(listener);
    loop.start();
  }

  private void see(NftablesEvents.Events next) {
    if (next.lost() || next.commits().stream().anyMatch(commit -> commit.touches(TABLE))) {
      loop.request(Pass.KERNEL);
    }
  }

  private Optional<String> reconcile(Pass pass) {
    boolean changed = table.ensure();
    if (changed && established) {
      log.warn("table {} had been changed by others, put right", TABLE);
      status.repaired(1);
    }
    established = true;
    return Optional.empty();
  }

  @Override
  public void close() {
    loop.close();
    events.unsubscribe(listener);
    if (reader != null) {
      reader.close();
    }
  }

  @Override
  public void removeState() {
    if (NftablesSupport.removeIfPresent(table::remove)) {
      log.info("removed table {}, packets are not logged", TABLE);
    }
  }
}
