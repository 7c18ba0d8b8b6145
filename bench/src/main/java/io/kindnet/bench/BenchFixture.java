package io.kindnet.bench;

import static io.kindnet.bench.Candidate.COLD;
import static io.kindnet.bench.Candidate.PEERS;
import static io.kindnet.bench.Candidate.WARM;
import static java.util.Objects.requireNonNull;

import io.kindnet.netlink.testing.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What all parts stand on: two nodes for this plugin, the second one with an agent, one for its
 * peers, the floor. Each is made when a part asks for it.
 */
final class BenchFixture implements AutoCloseable {
  private static final List<String> RANGES = List.of("10.244.1.0/24", "fd00:10:244:1::/64");

  private final Path dist;
  private final String client;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Path scratch;
  private @Nullable Node cold;
  private @Nullable Node warm;
  private @Nullable BenchAgent agent;
  private @Nullable Node peers;
  private @Nullable Floor floor;

  /**
   * Makes nothing yet.
   *
   * @param dist what {@code make dist} made
   * @param client the path of cnitool
   * @param scratch a directory for what the bench builds
   */
  BenchFixture(Path dist, Path client, Path scratch) {
    this.dist = dist;
    this.client = client.toString();
    this.scratch = scratch;
  }

  /** The node on which this plugin is called and starts a JVM. */
  Node coldNode() {
    Node node = cold;
    if (node == null) {
      node = configured("cold", BenchFixture::kindnet);
      cold = node;
    }
    return node;
  }

  /** The node on which this plugin is called and an agent answers. */
  Node warmNode() {
    Node node = warm;
    if (node == null) {
      node = configured("warm", BenchFixture::kindnet);
      agent = opened(node.startAgent());
      warm = node;
    }
    return node;
  }

  /** The agent of the {@link #warmNode}. */
  BenchAgent agent() {
    warmNode();
    return requireNonNull(agent);
  }

  /** The directory of kindnetd. */
  Path agentProgram() {
    return dist.resolve("kindnetd");
  }

  /** The node on which its peers are called. */
  Node peersNode() {
    Node node = peers;
    if (node == null) {
      node = configured("peers", BenchFixture::peers);
      peers = node;
    }
    return node;
  }

  private Node configured(String label, Function<Work, NetworkConfiguration> network) {
    Node node = node(label);
    for (Work work : List.of(Work.IPV4, Work.DUAL_STACK)) {
      node.configure(network.apply(work));
    }
    return node;
  }

  /** One more node, which goes with the stand. */
  Node node(String label) {
    return node(label, dist);
  }

  /**
   * One more node with another build.
   *
   * @param otherDist what {@code make dist} made of it
   */
  Node node(String label, Path otherDist) {
    return opened(Node.create(label, otherDist));
  }

  /** One more namespace for a pod, which goes with the stand. */
  Namespace podNamespace() {
    Namespace namespace = opened(Namespace.create("pod"));
    // as the runtime leaves it, which sets lo up before it calls the first plugin
    namespace.loopbackUp();
    return namespace;
  }

  Floor floor() {
    Floor built = floor;
    if (built == null) {
      built = Floor.build(coldNode().meter(), scratch);
      floor = built;
    }
    return built;
  }

  /** The candidates doing {@code work}, in the order of their turns. */
  List<Candidate> candidates(Work work) {
    return List.of(
        new Candidate(COLD, new Directly(coldNode().meter()::run, kindnet(work))),
        new Candidate(WARM, new Directly(warmNode().meter()::run, kindnet(work))),
        new Candidate(PEERS, new Directly(peersNode().meter()::run, peers(work))),
        new Candidate(COLD, throughClient(coldNode(), kindnet(work))),
        new Candidate(WARM, throughClient(warmNode(), kindnet(work))),
        new Candidate(PEERS, throughClient(peersNode(), peers(work))));
  }

  /** The way through cnitool on one of the nodes. */
  ThroughClient throughClient(Node node, NetworkConfiguration network) {
    return new ThroughClient(node.meter(), network, client);
  }

  static NetworkConfiguration kindnet(Work work) {
    return NetworkConfiguration.kindnet("kindnet-" + work.network(), ranges(work));
  }

  static NetworkConfiguration peers(Work work) {
    return NetworkConfiguration.peers("peers-" + work.network(), ranges(work));
  }

  private static List<String> ranges(Work work) {
    return work.dualStack() ? RANGES : RANGES.subList(0, 1);
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.add(resource);
    return resource;
  }

  @Override
  public void close() {
    for (AutoCloseable resource : open.reversed()) {
      try {
        resource.close();
      } catch (Exception failed) {
        throw new AssertionError("cannot close " + resource, failed);
      }
    }
  }
}
