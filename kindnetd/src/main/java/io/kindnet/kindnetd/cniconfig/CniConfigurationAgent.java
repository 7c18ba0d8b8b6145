package io.kindnet.kindnetd.cniconfig;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kindnet.cni.podlink.PodMtu;
import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.ClusterNode.LeftOutCidr;
import io.kindnet.kindnetd.cluster.nodes.ClusterSnapshot;
import io.kindnet.kindnetd.cluster.nodes.NodeView;
import io.kindnet.kindnetd.cniconfig.PluginChain.Plugins;
import io.kindnet.kindnetd.files.DirectoryWatch;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the CNI configuration of this node in place. The container runtime calls the node ready
 * once the file is there, so it is written only when pods can get addresses. Tells where the
 * runtime finds somebody else's before it.
 */
public final class CniConfigurationAgent implements Agent {
  /** The name of this part in metrics and in {@code /readyz}. */
  public static final String NAME = "cni-configuration";

  /** The bridge that pods are on where it says so. */
  public static final String BRIDGE = CniConfiguration.BRIDGE;

  /** The file's name, known to scripts and to kind. */
  public static final String FILE = "10-kindnet.conflist";

  private static final Logger log = LoggerFactory.getLogger(CniConfigurationAgent.class);
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(30);

  private final NodeView nodes;
  private final PluginChain chain;
  private final Path directory;
  private final ConfigurationFile file;
  private final EarlierConfigurations earlier;
  private final Supplier<OptionalInt> mtu;
  private final AgentStatus status;
  private final ReconcileLoop loop;
  private final DirectoryWatch watch;
  private String written = "";
  private boolean watched = true;

  /**
   * @param mtu finds out how large packets to the outside may be, in bytes
   */
  public CniConfigurationAgent(
      NodeView nodes, CniConfigurationOptions options, Supplier<OptionalInt> mtu, Status status) {
    this(nodes, options, options.directory().getFileSystem()::newWatchService, mtu, status);
  }

  CniConfigurationAgent(
      NodeView nodes,
      CniConfigurationOptions options,
      DirectoryWatch.Opener notifications,
      Supplier<OptionalInt> mtu,
      Status status) {
    this.nodes = nodes;
    this.chain = options.plugins();
    this.directory = options.directory();
    this.file = new ConfigurationFile(directory, FILE);
    this.earlier = new EarlierConfigurations(directory, FILE);
    this.mtu = mtu;
    this.status = status.agent(NAME);
    this.status.detail(() -> Optional.ofNullable(earlier.description()));
    this.loop = new ReconcileLoop(NAME, CHECK_INTERVAL, this::write, this.status);
    this.watch =
        new DirectoryWatch(directory.toString(), notifications, () -> loop.request(Pass.KERNEL));
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    nodes.onChange(() -> loop.request(Pass.CHANGES));
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
    watch.close();
  }

  /** Removes the file if it is kindnet's: pods would else still be wired by a disabled plugin. */
  @Override
  public void removeState() throws IOException {
    if (remove(directory)) {
      log.info("removed {}, the CNI configuration is disabled", file.path());
    }
  }

  /** Removes the file in {@code directory} if it is there and kindnet's; returns whether it did. */
  public static boolean remove(Path directory) throws IOException {
    ConfigurationFile file = new ConfigurationFile(directory, FILE);
    return isKindnet(file.read()) && file.remove();
  }

  private Optional<String> write(Pass pass) throws IOException {
    Optional<ClusterSnapshot> snapshot = nodes.snapshot();
    if (snapshot.isEmpty()) {
      return Optional.of("waiting for the list of Nodes");
    }
    Optional<ClusterNode> self = snapshot.get().self();
    Optional<String> missing = missing(self);
    if (self.isPresent() && missing.isEmpty()) {
      write(self.get());
    }
    return missing;
  }

  /** What this machine's Node still needs before pods can get addresses. */
  private Optional<String> missing(Optional<ClusterNode> self) {
    String name = "Node " + nodes.selfName();
    if (self.isEmpty()) {
      return Optional.of(name + " is not there yet");
    }
    if (self.get().podCidrs().isEmpty()) {
      return Optional.of(name + noPodCidrs(self.get().leftOut()));
    }
    return self.get().addresses().isEmpty()
        ? Optional.of(name + " has no address yet")
        : Optional.empty();
  }

  private static String noPodCidrs(List<LeftOutCidr> leftOut) {
    if (leftOut.isEmpty()) {
      return " has no pod CIDRs yet";
    }
    return leftOut.stream()
        .map(cidr -> cidr.cidr() + " is left out: " + cidr.reason())
        .collect(Collectors.joining("; ", " has no pod CIDR that can be used: ", ""));
  }

  private void write(ClusterNode self) throws IOException {
    String text =
        new CniConfiguration(chain, self.podCidrs(), mtuIfNeeded(self.podCidrs())).toJson();
    Files.createDirectories(directory);
    watchDirectory();
    if (file.write(text)) {
      if (text.equals(written)) {
        log.warn("{} was changed by others, written again", file.path());
        status.repaired(1);
      } else {
        log.info("{} written for pod CIDRs {}", file.path(), self.podCidrs());
      }
    }
    written = text;
    earlier.check();
  }

  /** Without notifications, changes of others are found by the regular check only. */
  private void watchDirectory() {
    try {
      watch.ensure(Set.of(directory));
      watched = true;
    } catch (IOException unwatchable) {
      if (watched) {
        log.warn(
            "cannot watch {}, it is checked every {} s: {}",
            directory,
            CHECK_INTERVAL.toSeconds(),
            unwatchable.getMessage());
      }
      watched = false;
    }
  }

  private OptionalInt mtuIfNeeded(List<IpPrefix> podCidrs) {
    OptionalInt found = chain.plugins() == Plugins.STANDARD ? mtu.get() : OptionalInt.empty();
    if (found.isEmpty()) {
      return found;
    }
    int bytes = found.getAsInt();
    for (IpPrefix cidr : podCidrs) {
      bytes = PodMtu.atLeast(bytes, cidr.family());
    }
    return OptionalInt.of(bytes);
  }

  private static boolean isKindnet(String text) {
    try {
      return new ObjectMapper().readTree(text).path("name").asText("").equals("kindnet");
    } catch (JsonProcessingException someoneElses) {
      return false;
    }
  }
}
