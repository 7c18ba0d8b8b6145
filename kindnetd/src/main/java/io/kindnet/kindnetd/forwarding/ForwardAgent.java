package io.kindnet.kindnetd.forwarding;

import io.kindnet.kindnetd.agent.Agent;
import io.kindnet.kindnetd.agent.KernelWatch;
import io.kindnet.kindnetd.agent.NftablesSupport;
import io.kindnet.kindnetd.agent.ReconcileLoop;
import io.kindnet.kindnetd.agent.ReconcileLoop.Pass;
import io.kindnet.kindnetd.cluster.nodes.ClusterNode;
import io.kindnet.kindnetd.cluster.nodes.NodeView;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import io.kindnet.netlink.ip.IpPrefix;
import io.kindnet.netlink.nftables.BaseChain;
import io.kindnet.netlink.nftables.Chain;
import io.kindnet.netlink.nftables.Change;
import io.kindnet.netlink.nftables.Commit;
import io.kindnet.netlink.nftables.ListedRule;
import io.kindnet.netlink.nftables.NftablesEvents;
import io.kindnet.netlink.nftables.NftablesListing;
import io.kindnet.netlink.nftables.NftablesSocket;
import io.kindnet.netlink.nftables.Rule;
import io.kindnet.netlink.nftables.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an operator when chains of others drop what this node forwards, pods' packets among it, and
 * lets pods through where the operator asks for that.
 */
public final class ForwardAgent implements Agent {
  private static final Logger log = LoggerFactory.getLogger(ForwardAgent.class);
  private static final String NAME = "forwarding";
  private static final Duration CHECK_INTERVAL = Duration.ofMinutes(1);

  private final NodeView nodes;
  private final ForwardOptions options;
  private final Supplier<NftablesSocket> nftables;
  private final KernelWatch<NftablesEvents.Events> events;
  private final Consumer<NftablesEvents.Events> listener = this::see;
  private final AgentStatus status;
  private final ReconcileLoop loop;
  private final LegacyChains legacy = new LegacyChains();
  private Optional<String> told = Optional.empty();

  /**
   * @param nodes tells which are the pods of this node
   * @param nftables gives the socket of the network namespace in which {@link #start} is called;
   *     stays the caller's to close
   * @param events what others than {@code nftables} do there
   */
  public ForwardAgent(
      NodeView nodes,
      ForwardOptions options,
      Supplier<NftablesSocket> nftables,
      KernelWatch<NftablesEvents.Events> events,
      Status status) {
    this.nodes = nodes;
    this.options = options;
    this.nftables = nftables;
    this.events = events;
    this.status = status.optionalAgent(NAME);
    this.loop = new ReconcileLoop(NAME, CHECK_INTERVAL, this::reconcile, this.status);
    this.status.detail(legacy::unreadable);
  }

  @Override
  public AgentStatus status() {
    return status;
  }

  @Override
  public void start() {
    NftablesSupport.runIfPresent(() -> status.dependsOn(events.subscribe(listener)));
    nodes.onChange(() -> loop.request(Pass.CHANGES));
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
    events.unsubscribe(listener);
  }

  @Override
  public void removeState() {
    NftablesSupport.runIfPresent(() -> removeRules(nftables.get()));
  }

  /**
   * Removes the rules that kindnetd has put into chains of others.
   *
   * @return how many there were
   */
  public static int removeRules(NftablesSocket nftables) {
    int[] removed = {0};
    nftables.update((listing, transaction) -> {
      removed[0] = 0;
      for (Table table : listing.tables()) {
        for (Chain chain : listing.chains(table)) {
          BaseChain base = chain.base();
          if (base != null && base.hook() == BaseChain.NF_INET_FORWARD) {
            for (ListedRule rule : listing.rules(chain)) {
              if (PodRules.isOwn(rule)) {
                transaction.deleteRule(chain, rule.handle());
                removed[0]++;
              }
            }
          }
        }
      }
    });
    return removed[0];
  }

  private void see(NftablesEvents.Events next) {
    if (next.lost() || next.commits().stream().anyMatch(ForwardAgent::concerns)) {
      loop.request(Pass.KERNEL);
    }
  }

  /**
   * Services come and go with chains of their own, and rules by the thousand in others; what is not
   * noticed here, the regular check finds.
   */
  private static boolean concerns(Commit commit) {
    for (Change change : commit.changes()) {
      boolean mayDrop =
          switch (change.kind()) {
            case TABLE, CHAIN -> true;
            case RULE -> change.name().toLowerCase(Locale.ROOT).contains("forward");
            case SET, ELEMENT -> false;
          };
      if (mayDrop && !change.name().startsWith("KUBE-")) {
        return true;
      }
    }
    return false;
  }

  private Optional<String> reconcile(Pass pass) {
    List<String> dropping = new ArrayList<>();
    NftablesSupport.runIfPresent(() -> dropping.addAll(ofNftables()));
    dropping.addAll(legacy.dropping());
    Optional<String> problem =
        dropping.isEmpty() ? Optional.empty() : Optional.of(describe(dropping));
    if (!problem.equals(told)) {
      problem.ifPresentOrElse(
          text -> log.warn("{}", text), () -> log.info("nobody drops what pods send any more"));
      told = problem;
    }
    return problem;
  }

  /** Which chains of nftables drop what pods of this node send or get. */
  private List<String> ofNftables() {
    List<IpPrefix> podCidrs = podCidrs();
    NftablesSocket socket = nftables.get();
    if (options.accept()) {
      accept(socket, podCidrs);
    } else {
      int left = removeRules(socket);
      if (left > 0) {
        log.info("removed {} rules that let pods through the chains of others", left);
      }
    }
    NftablesListing listing = socket.list();
    List<String> dropping = new ArrayList<>();
    for (DroppingChain chain : DroppingChain.in(listing)) {
      List<Rule> wanted = PodRules.of(chain, podCidrs);
      if (!options.accept() || !PodRules.areIn(chain, wanted) || wanted.isEmpty()) {
        dropping.add(chain.toString());
      }
    }
    return dropping;
  }

  private void accept(NftablesSocket socket, List<IpPrefix> podCidrs) {
    socket.update((listing, transaction) -> {
      for (DroppingChain chain : DroppingChain.in(listing)) {
        List<Rule> wanted = PodRules.of(chain, podCidrs);
        if (!PodRules.areIn(chain, wanted)) {
          PodRules.put(transaction, chain, wanted);
        }
      }
    });
  }

  private static String describe(List<String> dropping) {
    return "others drop forwarded packets, those of pods included, that none of their rules accepts: "
        + String.join(", ", dropping);
  }

  private List<IpPrefix> podCidrs() {
    return nodes
        .snapshot()
        .flatMap(cluster -> cluster.self())
        .map(ClusterNode::podCidrs)
        .orElse(List.of());
  }
}
