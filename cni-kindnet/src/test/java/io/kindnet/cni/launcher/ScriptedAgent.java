package io.kindnet.cni.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindnet.netlink.testing.Eventually;
import io.kindnet.netlink.unix.Poller;
import io.kindnet.netlink.unix.UnixConnection;
import io.kindnet.netlink.unix.UnixListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An agent that treats each launcher as a test says, one after the other. */
final class ScriptedAgent implements AutoCloseable {
  /** What an agent does with a launcher that has connected; it is closed afterwards. */
  @FunctionalInterface
  interface Manners {
    void serve(ConnectedLauncher launcher) throws IOException;
  }

  private static final Duration TURN = Duration.ofSeconds(60);

  private final UnixListener listener;
  private final Manners manners;
  private final Poller<UnixListener> poller = new Poller<>();
  private final AtomicInteger served = new AtomicInteger();
  private final Thread thread;
  private volatile boolean ending;
  private volatile @Nullable Throwable failure;

  private ScriptedAgent(UnixListener listener, Manners manners) {
    this.listener = listener;
    this.manners = manners;
    this.thread = Thread.ofPlatform().daemon().name("agent").unstarted(this::serveAll);
  }

  /** Listens at {@code socket} from now on. */
  static ScriptedAgent at(Path socket, Manners manners) {
    ScriptedAgent agent = new ScriptedAgent(UnixListener.bind(socket, 5), manners);
    agent.thread.start();
    return agent;
  }

  /** Waits until so many launchers have connected: they may end before this agent sees them. */
  void awaitServed(int launchers) {
    Eventually.within(TURN, () -> assertThat(served).hasValue(launchers));
  }

  /** How many launchers have connected. */
  int served() {
    return served.get();
  }

  private void serveAll() {
    poller.add(listener.fd(), listener);
    while (!ending) {
      poller.await(TURN);
      UnixConnection connection = listener.accept();
      if (connection != null) {
        serve(connection);
      }
    }
  }

  private void serve(UnixConnection connection) {
    served.incrementAndGet();
    try (connection) {
      manners.serve(new ConnectedLauncher(connection));
    } catch (IOException | RuntimeException | AssertionError failed) {
      failure = failed;
    }
  }

  /** Ends, and fails if the launcher was not as the manners of this agent expect. */
  @Override
  public void close() {
    ending = true;
    poller.wakeUp();
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    poller.close();
    listener.close();
    if (failure != null) {
      throw new AssertionError("the agent in this test failed", failure);
    }
  }
}
