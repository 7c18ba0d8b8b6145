package io.kindnet.kindnetd.networkpolicy;

import io.kindnet.kindnetd.cluster.policies.Policy;
import io.kindnet.kindnetd.status.Diagnostic;
import io.kindnet.kindnetd.status.OnceLogger;
import io.kindnet.kindnetd.status.Status;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Says what of policies is not followed: each problem once in the log and once as an Event on its
 * policy, as long as it lasts, and all of them as a number.
 */
public final class PolicyProblems {
  private final boolean namesHaveAddresses;
  private final Consumer<PolicyProblem> events;
  private final OnceLogger log = new OnceLogger();
  // read for the metric by others
  private volatile Set<PolicyProblem> current = Set.of();

  /**
   * @param namesHaveAddresses whether it is learned which addresses domain names have
   * @param events takes each problem that is new; must return at once
   */
  public PolicyProblems(boolean namesHaveAddresses, Consumer<PolicyProblem> events, Status status) {
    this.namesHaveAddresses = namesHaveAddresses;
    this.events = events;
    status.gauge(
        "kindnet_network_policy_unusable",
        "Policies of which a part cannot be followed: part is direction where the selected pods are"
            + " denied everything in one, else rule.",
        List.of("kind", "part"),
        this::counts);
  }

  /**
   * Shows what is new.
   *
   * @param policies all that are to be enforced now
   */
  public synchronized void show(Collection<Policy> policies) {
    Set<PolicyProblem> before = current;
    Set<PolicyProblem> now = new LinkedHashSet<>();
    policies.forEach(policy -> now.addAll(PolicyProblem.of(policy, namesHaveAddresses)));
    current = now;
    log.show(
        now.stream()
            .map(problem -> new Diagnostic(/* isWarning= */ true, problem.line()))
            .collect(Collectors.toCollection(LinkedHashSet::new)));
    for (PolicyProblem problem : now) {
      if (!before.contains(problem)) {
        events.accept(problem);
      }
    }
  }

  /** How many policies there are, by kind and part. */
  private Map<List<String>, Double> counts() {
    Map<List<String>, Double> counts = new LinkedHashMap<>();
    for (String kind : List.of("NetworkPolicy", "ClusterNetworkPolicy")) {
      for (boolean whole : List.of(true, false)) {
        long count =
            current.stream()
                .filter(problem -> problem.kind().equals(kind) && problem.whole() == whole)
                .map(problem -> problem.namespace() + "/" + problem.name())
                .distinct()
                .count();
        counts.put(List.of(kind, whole ? "direction" : "rule"), (double) count);
      }
    }
    return counts;
  }
}
