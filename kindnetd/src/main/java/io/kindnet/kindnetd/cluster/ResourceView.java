package io.kindnet.kindnetd.cluster;

import io.kindnet.kindnetd.kube.ApiClient;
import io.kindnet.kindnetd.kube.ApiRecord;
import io.kindnet.kindnetd.kube.ListedResource;
import io.kindnet.kindnetd.kube.Reflector;
import io.kindnet.kindnetd.status.AgentStatus;
import io.kindnet.kindnetd.status.Status;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * Keeps a view up to date with a resource of the API server, from when the first agent asks for it:
 * what no agent needs is not watched.
 *
 * @param <R> what is read of an object
 * @param <T> what agents see of it
 */
public final class ResourceView<R extends ApiRecord, T> implements AutoCloseable {
  private final ClusterView<T> view = new ClusterView<>();
  private final Reflector<R> reflector;
  private final AgentStatus status;
  private final String consequence;
  private boolean started;

  /**
   * Starts nothing yet.
   *
   * @param projection of what is read to what agents see; has to be quick
   * @param status shows the view under its plural in lower case
   * @param nodes how many machines do the same
   */
  public ResourceView(
      ApiClient client,
      ListedResource<R> resource,
      Function<R, T> projection,
      Status status,
      IntSupplier nodes) {
    this(client, resource, projection, "", status, nodes);
  }

  /**
   * As the other one.
   *
   * @param consequence what is not done as long as a resource that may be missing is refused, such
   *     as {@code policies of the tier Admin are not enforced}
   */
  public ResourceView(
      ApiClient client,
      ListedResource<R> resource,
      Function<R, T> projection,
      String consequence,
      Status status,
      IntSupplier nodes) {
    String name = resource.plural().toLowerCase(Locale.ROOT);
    this.status = resource.isOptional() ? status.optionalAgent(name) : status.agent(name);
    this.consequence = consequence;
    this.reflector = new Reflector<>(client, resource, new Listener(projection), nodes);
    this.status.detail(() ->
        reflector.isConnected()
            ? Optional.empty()
            : Optional.of("changes of " + resource.plural() + " are not seen"));
  }

  /** The view, which is kept up to date from the first call on. */
  public synchronized ClusterView<T> start() {
    if (!started) {
      started = true;
      status.begin();
      reflector.start();
      status.dependsOn(reflector.thread());
    }
    return view;
  }

  /** The view as it is, which says nothing before it was started. */
  public ClusterView<T> view() {
    return view;
  }

  @Override
  public void close() {
    reflector.close();
  }

  private final class Listener implements Reflector.Listener<R> {
    private final Function<R, T> projection;

    Listener(Function<R, T> projection) {
      this.projection = projection;
    }

    @Override
    public void put(R object) {
      view.put(object.key(), projection.apply(object));
    }

    @Override
    public void remove(String key) {
      view.remove(key);
    }

    @Override
    public void listed(Set<String> keys) {
      view.listed(keys);
      status.ready();
    }

    @Override
    public void waiting(String reason) {
      status.waiting(reason);
    }

    /** What is known of it stays; nothing is, at first, and nobody has to wait for more. */
    @Override
    public void refused(String reason) {
      if (view.snapshot().isEmpty()) {
        view.listed(Set.of());
      }
      status.waiting(consequence.isEmpty() ? reason : consequence + ": " + reason);
    }
  }
}
