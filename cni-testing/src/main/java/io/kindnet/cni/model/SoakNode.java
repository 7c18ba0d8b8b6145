package io.kindnet.cni.model;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The node of a soak, and what is known of it while several workers act on it at once. Workers hold
 * the read lock of {@link #pause} while they act; who holds the write lock finds nobody acting.
 */
final class SoakNode implements AutoCloseable {
  private static final int HISTORY = 60;

  final Node node;
  final Calls calls;
  final ReadWriteLock pause = new ReentrantReadWriteLock(true);

  /** Guarded by this object, as all else here. */
  private final NodeModel model = new NodeModel();

  /** Slots of which nobody knows what is there, because a call was killed. */
  private final Set<Slot> doubtful = new HashSet<>();

  /** Links that go with a namespace that was deleted. */
  private final Set<String> vanishing = new HashSet<>();

  private final Deque<String> history = new ArrayDeque<>();
  private volatile Setting setting;

  SoakNode(Path dataDir, Path program, int killPercent, Setting setting) {
    node = new Node(dataDir);
    calls = new Calls(new PluginProcess(node.host(), program, killPercent), dataDir);
    this.setting = setting;
  }

  Setting setting() {
    return setting;
  }

  void configure(Setting to) {
    setting = to;
  }

  synchronized void tell(String event) {
    history.add(event);
    if (history.size() > HISTORY) {
      history.remove();
    }
  }

  synchronized List<String> history() {
    return List.copyOf(history);
  }

  /** Whether an ADD has to fail, whatever others do: no namespace, or the pod is there. */
  synchronized boolean mustFail(Slot slot) {
    PodState state = model.find(slot);
    return !doubtful.contains(slot)
        && (!node.hasNamespace(slot.container())
            || model.findLinked(slot) != null
            || (state != null && !state.isStale()));
  }

  synchronized boolean isDoubtful(Slot slot) {
    return doubtful.contains(slot);
  }

  /** The pod of {@code slot} if its rows and its interface are there for sure, or null. */
  synchronized @Nullable PodState findHealthy(Slot slot) {
    PodState state = model.find(slot);
    return state != null && isHealthy(state) ? state : null;
  }

  private boolean isHealthy(PodState state) {
    return state.linked && state.inNamespace && !doubtful.contains(state.pod.slot());
  }

  synchronized void added(Pod pod) {
    boolean inDoubt =
        doubtful.stream().anyMatch(slot -> slot.container() == pod.slot().container());
    model.added(pod, inDoubt);
    doubtful.remove(pod.slot());
  }

  synchronized void deleted(Slot slot, String netns) {
    model.deleted(slot, netns);
    doubtful.remove(slot);
  }

  synchronized void killed(Slot slot) {
    doubtful.add(slot);
  }

  synchronized void namespaceDeleted(String netns) {
    vanishing.addAll(model.linksIn(netns));
    model.namespaceDeleted(netns);
  }

  synchronized void linkDeleted(Slot slot) {
    model.linkDeleted(slot);
  }

  synchronized void rowsDeleted(Slot slot, boolean further) {
    model.rowsDeleted(slot, further);
  }

  synchronized void elementsDeleted() {
    model.elementsDeleted();
  }

  synchronized int pods() {
    return model.pods().size();
  }

  /**
   * Does what a runtime does that knows which pods are well: DEL for those of which it knows
   * nothing, GC for the others. While nobody acts.
   *
   * @param none whether no pod is to stay
   */
  synchronized void settle(boolean none) {
    Set<Slot> unknown = new HashSet<>(doubtful);
    unknown.addAll(model.forgotten());
    List<Slot> valid = new ArrayList<>();
    for (PodState state : model.pods()) {
      if (none) {
        unknown.add(state.pod.slot());
      } else if (isHealthy(state)) {
        valid.add(state.pod.slot());
      }
    }
    for (Slot slot : unknown) {
      String netns = node.netns(slot.container());
      require(retried(() -> calls.del(slot, netns, setting)), "DEL of " + slot);
      deleted(slot, netns);
    }
    model.tableInDoubt();
    for (String network : List.of("kindnet", "other")) {
      Setting any = Setting.of(network, "", 0);
      require(retried(() -> calls.gc(any, valid)), "GC");
      model.collected(network, valid);
    }
    node.awaitGone(vanishing);
    vanishing.clear();
  }

  /** Compares with the model. While nobody acts. */
  synchronized void compare(Collection<Range> everConfigured) {
    Set<String> observed = node.observe();
    model.mayHave(everConfigured);
    model.facts().requireOf(observed);
    model.adopt(observed);
  }

  /** Deletes what pods share, while nobody acts and there are none. */
  synchronized void deleteShared() {
    node.deleteLink("cni0");
    model.bridgeDeleted("cni0");
    node.damage(Operation.Nft.DELETE_TABLE);
    model.tableDeleted();
  }

  /** A call of which some are killed, until one is not. */
  private static Answer retried(Supplier<Answer> call) {
    Answer answer = call.get();
    while (PluginProcess.wasKilled(answer)) {
      answer = call.get();
    }
    return answer;
  }

  private static void require(Answer answer, String what) {
    if (!answer.equals(new Answer(0, ""))) {
      throw new AssertionError(what + " must succeed, but the answer is " + answer);
    }
  }

  @Override
  public void close() {
    node.close();
  }
}
