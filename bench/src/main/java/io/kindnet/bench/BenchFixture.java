package io.kindnet.bench;

import static io.kindnet.bench.Candidate.COLD;
import static io.kindnet.bench.Candidate.PEERS;
import static io.kindnet.bench.Candidate.WARM;

import io.kindnet.netlink.testing.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What all parts stand on: two nodes for this plugin, the second one with an agent, one for its
 * peers, the floor.
 */
final class BenchFixture implements AutoCloseable {
  private static final List<String> RANGES = List.of("10.244.1.0/24", "fd00:10:244:1::/64");

  private final Path dist;
  private final String client;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Node cold;
  private final Node warm;
  private final BenchAgent agent;
  private final Node peers;
  private final Floor floor;

  /**
   * Sets everything up.
   *
   * @param dist what {@code make dist} made
   * @param client the path of cnitool
   * @param scratch a directory for what the bench builds
   */
  BenchFixture(Path dist, Path client, Path scratch) {
    this.dist = dist;
    this.client = client.toString();
    cold = node("cold");
    warm = node("warm");
    agent = opened(warm.startAgent());
    peers = node("peers");
    floor = Floor.build(cold.meter(), scratch);
    for (Work work : List.of(Work.IPV4, Work.DUAL_STACK)) {
      cold.configure(kindnet(work));
      warm.configure(kindnet(work));
      peers.configure(peers(work));
    }
  }

  /** The node on which this plugin is called and starts a JVM. */
  Node coldNode() {
    return cold;
  }

  /** The node on which this plugin is called and an agent answers. */
  Node warmNode() {
    return warm;
  }

  /** The agent of the {@link #warmNode}. */
  BenchAgent agent() {
    return agent;
  }

  /** The directory of kindnetd. */
  Path agentProgram() {
    return dist.resolve("kindnetd");
  }

  /** The node on which its peers are called. */
  Node peersNode() {
    return peers;
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
    return floor;
  }

  /** The candidates doing {@code work}, in the order of their turns. */
  List<Candidate> candidates(Work work) {
    return List.of(
        new Candidate(COLD, new Directly(cold.meter()::run, kindnet(work))),
        new Candidate(WARM, new Directly(warm.meter()::run, kindnet(work))),
        new Candidate(PEERS, new Directly(peers.meter()::run, peers(work))),
        new Candidate(COLD, throughClient(cold, kindnet(work))),
        new Candidate(WARM, throughClient(warm, kindnet(work))),
        new Candidate(PEERS, throughClient(peers, peers(work))));
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
