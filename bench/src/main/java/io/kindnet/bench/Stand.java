package io.kindnet.bench;

import io.kindnet.netlink.testing.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What all parts stand on: a node for this plugin, one for its peers, the floor. */
final class Stand implements AutoCloseable {
  private static final List<String> RANGES = List.of("10.244.1.0/24", "fd00:10:244:1::/64");

  private final Path dist;
  private final String client;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Node kindnet;
  private final Node peers;
  private final Floor floor;

  /**
   * Sets everything up.
   *
   * @param dist what {@code make dist} made
   * @param client the path of cnitool
   * @param scratch a folder for what the bench builds
   */
  Stand(Path dist, Path client, Path scratch) {
    this.dist = dist;
    this.client = client.toString();
    kindnet = node("kindnet");
    peers = node("peers");
    floor = Floor.build(kindnet.meter(), scratch);
    for (Work work : List.of(Work.IPV4, Work.DUAL_STACK)) {
      kindnet.configure(kindnet(work));
      peers.configure(peers(work));
    }
  }

  /** The node on which this plugin is called. */
  Node kindnetNode() {
    return kindnet;
  }

  /** The node on which its peers are called. */
  Node peersNode() {
    return peers;
  }

  /** One more node, which goes with the stand. */
  Node node(String label) {
    return opened(Node.create(label, dist));
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

  /** The contestants doing {@code work}, in the order of their turns. */
  List<Contestant> contestants(Work work) {
    return List.of(
        new Contestant("kindnet", new Directly(kindnet.meter()::run, kindnet(work))),
        new Contestant("peers", new Directly(peers.meter()::run, peers(work))),
        new Contestant("kindnet", kindnetThroughClient(work)),
        new Contestant("peers", peersThroughClient(work)));
  }

  ThroughClient kindnetThroughClient(Work work) {
    return new ThroughClient(kindnet.meter(), kindnet(work), client);
  }

  ThroughClient peersThroughClient(Work work) {
    return new ThroughClient(peers.meter(), peers(work), client);
  }

  static Network kindnet(Work work) {
    return Network.kindnet("kindnet-" + work.network(), ranges(work));
  }

  static Network peers(Work work) {
    return Network.peers("peers-" + work.network(), ranges(work));
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
