package io.kindnet.e2e.scale;

import io.kindnet.e2e.cluster.RestClient;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** The Nodes at the API server, and who writes them. */
final class Population {
  private static final String NODES = "/api/v1/nodes";
  private static final int CONNECTIONS = 16;
  private static final int PAGE = 500;

  private final RestClient api;
  private final Peer self = Peer.self();
  private final ConcurrentSkipListMap<String, Peer> others = new ConcurrentSkipListMap<>();
  private int last;

  /** Nobody yet but the agent's own Node, which this makes. */
  Population(RestClient api) {
    this.api = api;
    api.create(NODES, self.json());
  }

  /** Makes simulated Nodes, until there are so many. */
  void grow(int count) {
    List<Peer> missing = new ArrayList<>();
    while (others.size() + missing.size() < count) {
      missing.add(next());
    }
    atOnce(missing, this::add);
  }

  /** One that has not been there yet, and is not yet. */
  synchronized Peer next() {
    return Peer.number(++last);
  }

  void add(Peer peer) {
    api.create(NODES, peer.json());
    others.put(peer.name(), peer);
  }

  void remove(Peer peer) {
    api.delete(path(peer));
    others.remove(peer.name());
  }

  /** Gives a Node that is there the addresses of {@code peer}. */
  void move(Peer peer) {
    api.merge(path(peer) + "/status", peer.addressPatch());
    others.put(peer.name(), peer);
  }

  /** What a kubelet writes from time to time. */
  void heartbeat(Peer peer, String patch) {
    api.mergeStrategically(path(peer) + "/status", patch);
  }

  /** Pods on the simulated nodes that are there, none of which is made yet. */
  PodPopulation pods(int count) {
    return new PodPopulation(api, count, others.size());
  }

  Peer self() {
    return self;
  }

  /** The simulated ones that are there, by name. */
  Collection<Peer> others() {
    return others.values();
  }

  /** What the agent's node is to have now. */
  KernelState expected() {
    return KernelState.expected(self, others.values());
  }

  /** A line for the head of a report. */
  String describe(int count) {
    return count + " simulated Nodes of " + api.get(path(self)).length() + " bytes of JSON each";
  }

  /** Reads all Nodes in pages, and does nothing with them. */
  void list() {
    String more = "";
    do {
      more = continuation(api.get(NODES + "?limit=" + PAGE + "&continue=" + more));
    } while (!more.isEmpty());
  }

  /** The token in the metadata of a list, which come before the items. */
  static String continuation(String page) {
    String field = "\"continue\":\"";
    int begin = page.substring(0, Math.min(page.length(), 2000)).indexOf(field);
    return begin < 0
        ? ""
        : page.substring(begin + field.length(), page.indexOf('"', begin + field.length()));
  }

  /** Does something for all of them, over some connections. */
  static <T> void atOnce(Collection<T> all, Consumer<T> work) {
    try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      List<Future<?>> results = new ArrayList<>();
      for (T one : all) {
        results.add(threads.submit(() -> work.accept(one)));
      }
      for (Future<?> result : results) {
        result.get();
      }
    } catch (ExecutionException failed) {
      throw new AssertionError(String.valueOf(failed.getCause()), failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  private static String path(Peer peer) {
    return NODES + "/" + peer.name();
  }
}
