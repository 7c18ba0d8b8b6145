package io.kindnet.netlink.unix;

import io.kindnet.netlink.libc.Fd;
import io.kindnet.netlink.libc.FileOpener;
import io.kindnet.netlink.libc.KernelException;
import io.kindnet.netlink.libc.LostFdsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** A process that may not have many descriptors; it prints what becomes of it. */
public final class FdShortage {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final UnixConnection client;
  private final UnixConnection server;
  private final Fd sent = FileOpener.openForReading("/dev/null");
  private final byte[] buffer = new byte[16];

  private FdShortage(UnixConnection client, UnixConnection server) {
    this.client = client;
    this.server = server;
  }

  /** Listens at the path that is the argument. */
  public static void main(String[] arguments) {
    Path path = Path.of(arguments[0]);
    try (UnixListener listener = UnixListener.bind(path, 16);
        UnixConnection client = UnixConnection.connect(path);
        UnixConnection server = Objects.requireNonNull(listener.accept());
        UnixConnection waiting = UnixConnection.connect(path)) {
      FdShortage shortage = new FdShortage(client, server);
      // once with room: later there is no descriptor to read classes from
      shortage.receive(9);
      List<Fd> all = openAll();
      accept(listener);
      all.removeLast().close();
      all.removeLast().close();
      shortage.receive(6);
      List<Fd> free = openAll();
      System.out.println("free afterwards: " + free.size());
      shortage.receive(1);
      free.removeLast().close();
      shortage.receive(1);
      accept(listener);
      int end = waiting.receive(shortage.buffer, 0, 1, all);
      System.out.println(end == 0 ? "closed by who accepted it" : "still open");
    }
  }

  private static void accept(UnixListener listener) {
    try (UnixConnection accepted = listener.accept()) {
      System.out.println(accepted == null ? "nobody" : "accepted");
    } catch (KernelException refused) {
      System.out.println(refused.errno());
    }
  }

  /** Receives one descriptor that is sent as often as {@code count} says, and answers. */
  private void receive(int count) {
    client.send(new byte[] {1}, Collections.nCopies(count, sent), SOON);
    List<Fd> received = new ArrayList<>();
    try {
      server.receive(buffer, 0, buffer.length, received);
      System.out.println("received " + received.size());
      received.forEach(Fd::close);
    } catch (LostFdsException lost) {
      System.out.println(lost.errno() + ", received " + received.size());
    }
    server.send(new byte[] {2}, SOON);
    if (client.receive(buffer, 0, buffer.length, received) != 1) {
      System.out.println("no answer");
    }
  }

  private static List<Fd> openAll() {
    List<Fd> opened = new ArrayList<>();
    try {
      while (true) {
        opened.add(FileOpener.openForReading("/dev/null"));
      }
    } catch (KernelException noMore) {
      return opened;
    }
  }
}
