package io.kindnet.cni.model;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * One of several that act on a node at once, each with containers of its own. What another one does
 * at the same time is not known, so an answer is only asked to be one that can be.
 */
final class SoakWorker implements Runnable {
  /** Between so many operations, others may stop everybody to look. */
  private static final int STEPS = 1000;

  private static final Set<Integer> REFUSALS =
      Set.of(
          ErrorCodes.INVALID_ENVIRONMENT,
          ErrorCodes.NO_ADDRESS,
          ErrorCodes.HOST_PORT_HELD,
          ErrorCodes.KERNEL_REFUSED);

  /** How often something happened. */
  record Counts(LongAdder calls, LongAdder killed, LongAdder refused, LongAdder actsOfOthers) {
    Counts() {
      this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
    }
  }

  private final SoakNode soak;
  private final Operations operations;
  private final Counts counts;
  private final AtomicBoolean stop;
  private final Map<Slot, Answer> results = new ConcurrentHashMap<>();

  SoakWorker(SoakNode soak, Operations operations, Counts counts, AtomicBoolean stop) {
    this.soak = soak;
    this.operations = operations;
    this.counts = counts;
    this.stop = stop;
  }

  @Override
  public void run() {
    while (!stop.get()) {
      for (Operation operation : operations.next(STEPS)) {
        soak.pause.readLock().lock();
        try {
          if (stop.get()) {
            return;
          }
          act(operation);
        } finally {
          soak.pause.readLock().unlock();
        }
      }
    }
  }

  private void act(Operation operation) {
    switch (operation) {
      case Operation.Configure to -> soak.configure(to.setting());
      case Operation.Add add -> {
        // nothing would happen most of the time
        if (add.requests().isEmpty() && soak.mustFail(add.slot())) {
          makeRoom(add.slot());
        }
        add(add.slot(), add.requests());
      }
      case Operation.AddBadly add -> addBadly(add);
      case Operation.Del del -> del(del.slot(), del.withNamespace());
      case Operation.Check check -> check(check.slot());
      case Operation.Status status -> status(status);
      // a runtime calls GC alone, and so does SoakNode
      case Operation.Gc gc -> {}
      default -> {
        counts.actsOfOthers().increment();
        actOfOthers(operation);
        soak.tell(operation.toString());
      }
    }
  }

  private void makeRoom(Slot slot) {
    if (soak.node.hasNamespace(slot.container())) {
      del(slot, true);
    } else {
      soak.node.makeNamespace(slot.container());
    }
  }

  private void add(Slot slot, List<PortMappingRequest> requests) {
    Setting setting = soak.setting();
    String netns = soak.node.netns(slot.container());
    boolean mustFail = soak.mustFail(slot);
    boolean wasDoubtful = soak.isDoubtful(slot);

    Answer answer =
        call("ADD " + slot + " " + requests, soak.calls.add(slot, netns, setting, requests));

    if (PluginProcess.wasKilled(answer)) {
      // what refuses to touch a pod that is there does so however early it ends
      if (!mustFail) {
        soak.killed(slot);
      }
    } else if (answer.succeeded()) {
      require(!mustFail, "ADD must fail", answer);
      soak.added(Pod.read(answer.json(), slot, netns, setting, requests));
      results.put(slot, answer);
    } else {
      int code = answer.errorCode();
      require(REFUSALS.contains(code), "ADD must not fail like this", answer);
      boolean inTheWay = mustFail || wasDoubtful || soak.node.isNameTaken(slot);
      boolean isAboutThePod =
          code == ErrorCodes.INVALID_ENVIRONMENT || code == ErrorCodes.KERNEL_REFUSED;
      require(inTheWay || !isAboutThePod, "nothing is in the way of ADD", answer);
      boolean isAboutPorts = code == ErrorCodes.HOST_PORT_HELD;
      require(!isAboutPorts || !requests.isEmpty(), "ADD asks for no host port", answer);
    }
  }

  private void addBadly(Operation.AddBadly add) {
    String netns = soak.node.netns(add.slot().container());
    String host = soak.node.host().path().toString();
    Answer answer =
        call(
            add.toString(),
            soak.calls.addBadly(add.slot(), netns, host, soak.setting(), add.mistake()));
    boolean isRight =
        PluginProcess.wasKilled(answer)
            || (!answer.succeeded() && answer.errorCode() == add.mistake().errorCode());
    require(isRight, add + " must fail with code " + add.mistake().errorCode(), answer);
  }

  private void del(Slot slot, boolean withNamespace) {
    String netns = withNamespace ? soak.node.netns(slot.container()) : "";
    Answer answer = call("DEL " + slot, soak.calls.del(slot, netns, soak.setting()));
    if (PluginProcess.wasKilled(answer)) {
      soak.killed(slot);
    } else {
      require(answer.equals(new Answer(0, "")), "DEL must succeed", answer);
      soak.deleted(slot, netns);
    }
  }

  /** Others may damage rules or the bridge at the same time; a pod without both must be well. */
  private void check(Slot slot) {
    Answer result = results.get(slot);
    PodState state = soak.findHealthy(slot);
    if (result == null || state == null) {
      return;
    }
    Answer answer =
        call(
            "CHECK " + slot,
            soak.calls.check(slot, state.pod.netns(), state.pod.setting(), result.json()));
    boolean isWell = answer.succeeded() || PluginProcess.wasKilled(answer);
    boolean mayBeDamaged = state.pod.isBridged() || !state.pod.ports().isEmpty();
    require(isWell || mayBeDamaged, "CHECK must succeed", answer);
  }

  private void status(Operation.Status status) {
    Answer answer = call(status.toString(), soak.calls.status(soak.setting()));
    require(answer.exitCode() != 1, "STATUS must succeed", answer);
  }

  private void actOfOthers(Operation operation) {
    switch (operation) {
      case Operation.DeleteNamespace delete ->
          soak.namespaceDeleted(soak.node.deleteNamespace(delete.container()));
      case Operation.MakeNamespace make -> soak.node.makeNamespace(make.container());
      case Operation.DeleteLink delete -> {
        PodState state = soak.findHealthy(delete.slot());
        if (state != null) {
          soak.node.deleteLink(state.pod.hostInterface());
          soak.linkDeleted(delete.slot());
        }
      }
      case Operation.TakeName take -> {
        if (soak.findHealthy(take.slot()) == null && !soak.isDoubtful(take.slot())) {
          soak.node.takeName(take.slot());
        }
      }
      case Operation.Damage damage -> {
        soak.node.damage(damage.nft());
        soak.elementsDeleted();
      }
      case Operation.DeleteRows delete -> {
        PodState state = soak.findHealthy(delete.slot());
        if (state != null) {
          soak.node.deleteRows(state.pod.hostInterface(), delete.further());
          soak.rowsDeleted(delete.slot(), delete.further());
        }
      }
      default -> {}
    }
  }

  private Answer call(String what, Answer answer) {
    counts.calls().increment();
    if (PluginProcess.wasKilled(answer)) {
      counts.killed().increment();
    } else if (!answer.succeeded()) {
      counts.refused().increment();
    }
    soak.tell(what + ": " + answer.exitCode() + " " + answer.document().strip());
    return answer;
  }

  private static void require(boolean isSo, String what, Answer answer) {
    if (!isSo) {
      throw new AssertionError(what + ", but the answer is " + answer);
    }
  }
}
