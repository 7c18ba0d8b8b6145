package io.kindnet.kindnetd.dnscache;

import io.kindnet.kindnetd.dnscache.resolver.AnswerWatch;
import io.kindnet.kindnetd.dnscache.resolver.Resolver;
import io.kindnet.kindnetd.dnscache.wire.AnswerAddresses;
import io.kindnet.kindnetd.networkpolicy.domains.CachedAnswers;
import io.kindnet.kindnetd.networkpolicy.domains.DomainAddresses;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells policies about domain names what answers say, those that are cached included. */
final class PolicyNames implements AnswerWatch, CachedAnswers {
  private final DomainAddresses domains;
  private final Supplier<@Nullable Resolver> resolver;

  /**
   * @param resolver whose answers these are; null as long as there is none
   */
  PolicyNames(DomainAddresses domains, Supplier<@Nullable Resolver> resolver) {
    this.domains = domains;
    this.resolver = resolver;
    domains.cached(this);
  }

  @Override
  public int generation() {
    return domains.generation();
  }

  @Override
  public boolean concerns(String name) {
    return domains.concerns(name);
  }

  @Override
  public boolean answering(AnswerAddresses answer) {
    return domains.answering(answer.name(), answer.addresses(), answer.seconds());
  }

  @Override
  public void forEach(Predicate<String> names, Listener listener) {
    Resolver asked = resolver.get();
    if (asked != null) {
      asked.addresses(
          names, answer -> listener.answered(answer.name(), answer.addresses(), answer.seconds()));
    }
  }
}
