package io.kindnet.e2e.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A cluster. It goes on when the program ends that brought it up, and whoever has its settings
 * finds it again.
 */
public final class Cluster {
  private final Settings settings;
  private final ControlPlane controlPlane;

  /** The cluster with these settings, whether it runs or not. */
  public Cluster(Settings settings) {
    this.settings = settings;
    controlPlane = new ControlPlane(settings);
  }

  /**
   * Starts what does not run yet: of a cluster that is not there everything, of one that was broken
   * what is missing.
   *
   * @param nodes how many nodes it has afterwards, at least
   */
  public void up(int nodes) {
    locked(() -> {
      controlPlane.up();
      Machine outside = outside();
      outside.boot();
      Network.elsewhere(controlPlane.machine(), outside);
      IntStream.rangeClosed(1, nodes).mapToObj(this::node).parallel().forEach(Node::up);
    });
  }

  /**
   * Starts only the API server and what it keeps its objects in, and the first node's machine:
   * there is nobody who judges Nodes, so that any number of them may be made up.
   */
  public void serve() {
    locked(() -> {
      controlPlane.serve();
      node(1).boot();
    });
  }

  /** Removes all of it, however much there is. */
  public void down() {
    locked(() -> {
      new Cgroup("/" + settings.name()).remove();
      delete(settings.state().resolve("machines"));
      delete(settings.state().resolve("authority"));
    });
  }

  /** Removes a node's machine, but not what Kubernetes knows of it. */
  public void remove(Node node) {
    node.machine().stop();
    delete(settings.state().resolve("machines").resolve(node.name()));
  }

  /** The node with a number from 1. */
  public Node node(int number) {
    return new Node(number, controlPlane);
  }

  /** The machines of nodes that run. */
  public List<Node> nodes() {
    try (Stream<Path> directories = Files.list(settings.state().resolve("machines"))) {
      return directories
          .map(directory -> directory.getFileName().toString())
          .filter(name -> name.startsWith("node"))
          .map(name -> node(Integer.parseInt(name.substring("node".length()))))
          .filter(node -> node.machine().isRunning())
          .sorted(Comparator.comparingInt(Node::number))
          .toList();
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("cannot list the machines", unreadable);
    }
  }

  /** A host that no cluster knows of, on a network of its own. */
  public Machine outside() {
    return new Machine("outside", settings);
  }

  /** The API server. */
  public Service apiServer() {
    return controlPlane.apiServer();
  }

  /** Where the API server writes down what kindnet's controller asks for, an event a line. */
  public Path auditLog() {
    return controlPlane.auditLog();
  }

  /** A client for what would keep the command line client busy. */
  public RestClient rest() {
    return RestClient.administrator(controlPlane.authority());
  }

  /** A client for the store of the API server. */
  public EtcdClient etcd() {
    return new EtcdClient();
  }

  /** How a program of the host is run in the network of the nodes, where the API server is. */
  public List<String> inNetwork() {
    return List.of("nsenter", "--target=" + controlPlane.machine().requireInit(), "--net", "--");
  }

  /** The certificate by which the API server is known. */
  public Path authorityCertificate() {
    return controlPlane.authority().certificate("ca");
  }

  /** The command line client. */
  public Kubectl kubectl() {
    return new Kubectl(controlPlane);
  }

  /** Nobody else brings it up or down meanwhile. */
  private void locked(Runnable change) {
    try {
      Files.createDirectories(settings.state());
      Path file = settings.state().resolve("lock");
      try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        change.run();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot lock " + settings.state(), failed);
    }
  }

  private static void delete(Path directory) {
    Command.run(List.of("rm", "-rf", "--one-file-system", directory.toString()));
  }
}
