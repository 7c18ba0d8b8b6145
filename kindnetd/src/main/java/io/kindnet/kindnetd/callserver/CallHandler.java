package io.kindnet.kindnetd.callserver;

import io.kindnet.cni.CniCall;
import io.kindnet.cni.Reply;
import io.kindnet.cni.delegation.DelegationProtocol;
import io.kindnet.cni.policy.PodPolicies;
import io.kindnet.cni.steps.StepListener;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.cni.store.StoreProvider;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done for one call, from its request to its answer. Any number of threads may do it. */
final class CallHandler {
  private static final Logger log = LoggerFactory.getLogger(CallHandler.class);

  private final CallStatistics record;
  private final StoreProvider stores;
  private final PodPolicies policies;
  private final @Nullable StepListener steps;

  /**
   * @param stores opens the database for each call
   * @param policies sees to the network policies of pods, for any number of threads
   * @param steps is told of each step of each call; null for nobody
   */
  CallHandler(
      CallStatistics record,
      StoreProvider stores,
      PodPolicies policies,
      @Nullable StepListener steps) {
    this.record = record;
    this.stores = stores;
    this.policies = policies;
    this.steps = steps;
  }

  /** Whoever waits for an answer. */
  interface Client {
    /** Hands it over; false if nobody is there any more. */
    boolean hears(byte[] answer);
  }

  /**
   * Answers {@code request}.
   *
   * @param kernel the calling thread's
   */
  void answer(CallRequest request, KeptKernel kernel, Client client) {
    long begin = System.nanoTime();
    CallEligibility eligibility = CallEligibility.of(request);
    if (!eligibility.obstacle().isEmpty()) {
      record.declined();
      log.debug("left a call to the plugin: {}", eligibility.obstacle());
      client.hears(DelegationProtocol.declined(eligibility.obstacle()));
      return;
    }
    Map<String, String> variables = variables(request);
    Reply reply = run(request, variables, kernel);
    String verb = variables.getOrDefault("CNI_COMMAND", "");
    record.answered(verb, reply.exitCode(), System.nanoTime() - begin);
    boolean heard = client.hears(DelegationProtocol.answered(reply.exitCode(), reply.document()));
    if (!heard && verb.equals("ADD") && reply.exitCode() == 0) {
      // the runtime has given up, and its DEL may have come while the pod was still being made
      log.warn("nobody waited for the answer to ADD of {}", variables.get("CNI_CONTAINERID"));
      variables.put("CNI_COMMAND", "DEL");
      run(request, variables, kernel);
    }
  }

  private Reply run(CallRequest request, Map<String, String> variables, KeptKernel kernel) {
    PassedNamespaces namespaces =
        new PassedNamespaces(variables.getOrDefault("CNI_NETNS", ""), request.fds());
    Reply reply =
        CniCall.answer(
            variables,
            request.input(),
            () -> kernel.open(namespaces, policies),
            stores,
            ExecutionMode.WARM,
            steps);
    if (reply.exitCode() != 0) {
      kernel.renew();
    }
    return reply;
  }

  /** Those of the launcher, but for the log file, which may be out of sight here. */
  private static Map<String, String> variables(CallRequest request) {
    Map<String, String> variables = new HashMap<>(request.variables());
    variables.remove("CNI_LOG_FILE");
    if (request.fds().log() != null) {
      variables.put("CNI_LOG_FILE", "/proc/self/fd/" + request.fds().log().number());
    }
    return variables;
  }
}
