package io.kindnet.kindnetd.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a listener up to date with a resource of the API server, on a thread of its own: a list,
 * then a watch. A watch that ends, for whatever reason, goes on at the version that it has reached;
 * it begins with a list again only where the API server does not know any more what has happened
 * since, or has sent what cannot be decoded. Goes on trying until it is closed. A resource that may
 * be missing has no objects where the API server does not know it, or lets nobody with these rights
 * list it, and is asked for again.
 */
public final class Reflector<T extends ApiRecord> implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Reflector.class);

  /** A watch that ends sooner has failed, whatever the server says. */
  private static final long BRIEF_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** For the server's memory, which may be a little older than its database. */
  private static final String ANY_VERSION = "0";

  /** How long a request that succeeded counts as a connection: the next takes a moment. */
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(4);

  /** The same failure is logged again after so long. */
  private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(30);

  /**
   * What is gone, or refused, is asked for once more after so long, before it is believed: an API
   * server that starts knows neither all definitions nor all roles yet.
   */
  private static final Duration DOUBT = Duration.ofSeconds(1);

  private final ResourceStream<T> stream;
  private final boolean optional;
  private final String plural;
  private final String server;
  private final Listener<T> listener;
  private final RequestBackOff backOff;
  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean watching;
  private volatile boolean absent;
  private volatile long contact = System.nanoTime() - GRACE_NANOS;

  // of the thread alone
  private boolean listNeeded = true;
  private boolean everListed;
  private boolean doubted;
  private String oldest = ANY_VERSION;
  private String version = "";
  private String logged = "";
  private long loggedAt;

  /** Told on the thread of the reflector. */
  public interface Listener<T> {
    /** An object is in a list, is new, or has another version. */
    void put(T object);

    /** An object was deleted. */
    void remove(String key);

    /** All objects that there are have been put; {@code keys} are theirs. */
    void listed(Set<String> keys);

    /** There has not been a list yet, for this reason. */
    void waiting(String reason);

    /** The resource is one that may be missing, and may not be listed now, for this reason. */
    default void refused(String reason) {
      waiting(reason);
    }
  }

  /**
   * Starts nothing yet.
   *
   * @param nodes how many machines do the same
   */
  public Reflector(
      ApiClient client, ListedResource<T> resource, Listener<T> listener, IntSupplier nodes) {
    this.stream = ResourceStream.of(new ApiRequests(client), resource);
    this.optional = resource.isOptional();
    this.plural = resource.plural();
    this.server = client.server().toString();
    this.listener = listener;
    this.backOff = new RequestBackOff(nodes);
    this.thread = Thread.ofPlatform().daemon().name("reflector " + plural).unstarted(this::reflect);
  }

  /** Begins; returns at once, whether the API server answers or not. */
  public void start() {
    listener.waiting("no list of " + plural + " from " + server + " yet");
    thread.start();
  }

  /** The thread that has to be alive. */
  public Thread thread() {
    return thread;
  }

  /** Whether changes arrive. */
  public boolean isConnected() {
    return watching || absent || System.nanoTime() - contact < GRACE_NANOS;
  }

  /** The listener is told nothing any more; does not wait for the thread. */
  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  private void reflect() {
    while (!isClosed()) {
      Duration wait = Duration.ZERO;
      try {
        if (listNeeded) {
          list();
        }
        wait = watch();
      } catch (SocketTimeoutException silence) {
        // quiet or dead: the next watch, from the same version, will tell
        contact = System.nanoTime();
        log.debug("watch of {} from {}: nothing for a while", plural, server);
      } catch (IOException | RuntimeException failure) {
        wait = failed(failure);
      } finally {
        watching = false;
      }
      if (!await(wait)) {
        return;
      }
    }
  }

  private void list() throws IOException {
    Set<String> keys = new HashSet<>();
    try {
      String reached =
          stream.list(
              oldest,
              object -> {
                if (!isClosed()) {
                  keys.add(object.key());
                  listener.put(object);
                }
              });
      if (isClosed()) {
        return;
      }
      log.info("{} {} listed from {} at version {}", keys.size(), plural, server, reached);
      contact = System.nanoTime();
      version = reached;
      oldest = reached;
      listNeeded = false;
      everListed = true;
      doubted = false;
      absent = false;
      listener.listed(keys);
    } catch (SocketTimeoutException silence) {
      throw new IOException("the list does not go on: " + silence.getMessage(), silence);
    }
  }

  /** Watches until the server ends it; returns how long to wait before the next watch. */
  private Duration watch() throws IOException {
    long begin = System.nanoTime();
    stream.watch(version, new Events());
    contact = System.nanoTime();
    // a server that ends what has just begun is not well
    if (contact - begin < BRIEF_NANOS) {
      return backOff.failed(Duration.ZERO);
    }
    backOff.reset();
    return Duration.ZERO;
  }

  private Duration failed(Exception failure) {
    if (optional && failure instanceof ApiException answer && answer.isNotFound()) {
      return notFound();
    }
    absent = false;
    contact = System.nanoTime() - GRACE_NANOS;
    Duration retryAfter = Duration.ZERO;
    String reason = reason(failure);
    if (optional && listNeeded && failure instanceof ApiException answer && answer.isForbidden()) {
      return forbidden(reason);
    }
    if (failure instanceof ApiException answer) {
      retryAfter = answer.retryAfter();
      if (answer.isExpired() || answer.isVersionTooLarge()) {
        relist(""); // the newest, since the server may have forgotten all others
      }
    } else if (failure instanceof InvalidProtocolBufferException
        || failure instanceof JsonProcessingException
        || failure instanceof RuntimeException) {
      relist(version.isEmpty() ? ANY_VERSION : version);
    }
    if (!isClosed()) {
      tell(failure, reason);
    }
    return backOff.failed(retryAfter);
  }

  /** The API server does not know the resource; returns how long to wait before asking again. */
  private Duration notFound() {
    contact = System.nanoTime();
    relist("");
    if (everListed && !absent && !doubted) {
      // one of several servers may not have heard of it yet
      doubted = true;
      return DOUBT;
    }
    if (!absent && !isClosed()) {
      log.info("{}: the API server {} does not have any such resource (yet)", plural, server);
      absent = true;
      everListed = true;
      listener.listed(Set.of());
    }
    return backOff.absent();
  }

  /** What may be missing may not be listed; returns how long to wait before asking again. */
  private Duration forbidden(String reason) {
    if (!everListed && !doubted) {
      doubted = true;
      return DOUBT;
    }
    if (!reason.equals(logged) && !isClosed()) {
      log.warn("{} cannot be listed from {}, tried again: {}", plural, server, reason);
      logged = reason;
      listener.refused("no list of " + plural + " from " + server + ": " + reason);
    }
    return backOff.absent();
  }

  private void relist(String notOlderThan) {
    listNeeded = true;
    oldest = notOlderThan;
  }

  private void tell(Exception failure, String reason) {
    long now = System.nanoTime();
    if (!reason.equals(logged) || now - loggedAt > LOG_NANOS) {
      if (listNeeded && everListed) {
        log.info("{} are listed again, from {}: {}", plural, server, reason);
      } else {
        log.warn("waiting for the API server {}: {}", server, reason);
      }
      logged = reason;
      loggedAt = now;
    }
    log.debug("{} of the API server", plural, failure);
    if (!everListed) {
      listener.waiting("no list of " + plural + " from " + server + ": " + reason);
    }
  }

  /** The message of the innermost cause: the ones around it say less. */
  private static String reason(Throwable failure) {
    Throwable innermost = failure;
    while (innermost.getCause() != null && !(innermost instanceof ConnectException)) {
      innermost = innermost.getCause();
    }
    String message = innermost.getMessage();
    String name = innermost.getClass().getSimpleName();
    return message == null ? name : name + ": " + message;
  }

  /** Returns false when closed. */
  private boolean await(Duration wait) {
    try {
      return !closed.await(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException ended) {
      return !isClosed();
    }
  }

  private final class Events implements ResourceStream.Events<T> {
    @Override
    public void accepted() {
      watching = true;
    }

    @Override
    public void changed(T object) {
      if (!isClosed()) {
        listener.put(object);
      }
    }

    @Override
    public void deleted(T object) {
      if (!isClosed()) {
        listener.remove(object.key());
      }
    }

    @Override
    public void reached(String reached) {
      version = reached;
      logged = "";
      backOff.reset();
    }
  }
}
