package io.kindnet.netlink.wire;

import static io.kindnet.netlink.wire.NetlinkConstants.NLMSG_DONE;
import static io.kindnet.netlink.wire.NetlinkConstants.NLMSG_ERROR;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_ACK;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_DUMP;
import static io.kindnet.netlink.wire.NetlinkConstants.NLM_F_DUMP_INTR;

import io.kindnet.netlink.libc.Errno;
import io.kindnet.netlink.libc.KernelException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the kernel and their answers. The socket belongs to the network namespace of the
 * thread that opened it and may be used from any thread.
 */
public final class NetlinkSocket implements AutoCloseable {
  /**
   * How often a dump is asked for again that changed while it was read, before it counts as an
   * error.
   */
  private static final int DUMP_ATTEMPTS = 20;

  /**
   * So many requests go into one datagram: the errors of all of them fit the default receive
   * buffer.
   */
  public static final int BATCH_REQUESTS = 200;

  private static final int BATCH_BYTES = 64 * 1024;

  private final Channel channel;
  private final RequestCount count = new RequestCount();
  private int sequence = 1;

  private NetlinkSocket(Channel channel) {
    this.channel = channel;
  }

  /**
   * Opens a socket in the network namespace of the calling thread.
   *
   * @param protocol {@code NETLINK_ROUTE} or {@code NETLINK_NETFILTER}
   */
  public static NetlinkSocket open(int protocol) {
    return new NetlinkSocket(Channel.open(protocol));
  }

  /** Lets {@code listener} see every datagram from now on. */
  public synchronized void listener(MessageListener listener) {
    channel.listener(listener);
  }

  /** What this socket has sent. */
  public RequestCount count() {
    return count;
  }

  /** The number that notifications carry which this socket caused. */
  public int portId() {
    return channel.portId();
  }

  /**
   * Sends a request to change something and waits for its acknowledgement.
   *
   * @return the messages that came before it: a reply, or an echo
   * @throws NetlinkException if the kernel refused
   */
  public synchronized List<NetlinkMessage> request(MessageWriter request) {
    count.addWrites(1);
    int number = send(request, NLM_F_ACK);
    List<NetlinkMessage> replies = new ArrayList<>();
    while (true) {
      for (NetlinkMessage message : receive(request)) {
        if (message.sequence() == number) {
          if (message.type() == NLMSG_ERROR) {
            Acknowledgement.parse(message).throwIfError(request);
            return replies;
          }
          replies.add(message);
        }
      }
    }
  }

  /**
   * Sends a request that the kernel answers with exactly one message.
   *
   * @throws NetlinkException if the kernel refused
   */
  public synchronized NetlinkMessage get(MessageWriter request) {
    NetlinkMessage answer = answerTo(request);
    if (answer.type() == NLMSG_ERROR) {
      Acknowledgement.parse(answer).throwIfError(request);
    }
    return answer;
  }

  /**
   * As {@link #get}, for what may be missing.
   *
   * @param absent the error that says so
   * @return null where it is missing; that is no exception, which would take as long as the request
   */
  public @Nullable NetlinkMessage find(MessageWriter request, Errno absent) {
    return find(request, (error, explained) -> error == absent.number());
  }

  /**
   * As {@link #find(MessageWriter, Errno)}, where several errors say so.
   *
   * @param absence tells them from others
   */
  public synchronized @Nullable NetlinkMessage find(MessageWriter request, Absence absence) {
    NetlinkMessage answer = answerTo(request);
    if (answer.type() == NLMSG_ERROR) {
      Acknowledgement acknowledgement = Acknowledgement.parse(answer);
      if (absence.isMeantBy(acknowledgement.error(), acknowledgement.isExplained())) {
        return null;
      }
      acknowledgement.throwIfError(request);
    }
    return answer;
  }

  /** Tells errors that say that something is not there from others. */
  @FunctionalInterface
  public interface Absence {
    /**
     * Whether the error says so.
     *
     * @param error its number
     * @param explained whether the kernel says more about it than its number
     */
    boolean isMeantBy(int error, boolean explained);
  }

  private NetlinkMessage answerTo(MessageWriter request) {
    int number = ask(request, 0);
    while (true) {
      try {
        for (NetlinkMessage message : receive(request)) {
          if (message.sequence() == number) {
            return message;
          }
        }
      } catch (TruncatedDatagramException askAgain) {
        number = ask(request, 0);
      }
    }
  }

  /**
   * Asks for all objects that match and reads them to the end; again, if they changed meanwhile.
   *
   * @throws NetlinkException if the kernel refused, {@code EINTR} if they never stayed the same
   *     long enough
   */
  public synchronized List<NetlinkMessage> dump(MessageWriter request) {
    for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
      List<NetlinkMessage> replies = dumpOnce(request);
      if (replies != null) {
        return replies;
      }
      channel.drain();
    }
    throw new NetlinkException(
        request.what(), Errno.EINTR, "changed during each of " + DUMP_ATTEMPTS + " dumps");
  }

  /** All the replies, or null if they do not make one consistent picture. */
  private @Nullable List<NetlinkMessage> dumpOnce(MessageWriter request) {
    int number = ask(request, NLM_F_DUMP);
    List<NetlinkMessage> replies = new ArrayList<>();
    boolean interrupted = false;
    try {
      while (true) {
        for (NetlinkMessage message : receive(request)) {
          if (message.sequence() != number) {
            continue;
          }
          interrupted |= message.has(NLM_F_DUMP_INTR);
          if (message.type() == NLMSG_ERROR) {
            Acknowledgement.parse(message).throwIfError(request);
            return replies;
          }
          if (message.type() == NLMSG_DONE) {
            throwIfDumpFailed(message, request);
            return interrupted ? null : replies;
          }
          replies.add(message);
        }
      }
    } catch (TruncatedDatagramException askAgain) {
      return null;
    } catch (KernelException e) {
      if (e.errno() == Errno.ENOBUFS) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Sends many independent requests to change something with one round of acknowledgements for each
   * few hundred of them. One that fails does not keep the others from being done.
   *
   * @return those that failed, by their index; empty if all succeeded
   */
  public synchronized List<BatchFailure> batch(List<MessageWriter> requests) {
    List<BatchFailure> failures = new ArrayList<>();
    int from = 0;
    while (from < requests.size()) {
      int to = from;
      int bytes = 0;
      while (to < requests.size()
          && to - from < BATCH_REQUESTS
          && (to == from || bytes + requests.get(to).length() <= BATCH_BYTES)) {
        bytes += NetlinkConstants.align(requests.get(to).length());
        to++;
      }
      batchChunk(requests, from, to, bytes, failures);
      from = to;
    }
    return failures;
  }

  /**
   * Sends messages in one datagram, which the kernel takes as a whole or refuses as a whole: a
   * batch of nfnetlink, its begin and end included.
   *
   * @return the errors by index, several where the kernel found several; empty if it was carried
   *     out
   * @throws KernelException if the datagram could not be sent, or no answer came
   */
  public synchronized List<BatchFailure> transaction(List<MessageWriter> messages) {
    int bytes = 0;
    for (MessageWriter message : messages) {
      bytes += NetlinkConstants.align(message.length());
    }
    List<BatchFailure> failures = new ArrayList<>();
    count.addWrites(Math.max(0, messages.size() - 2));
    // the last but one is the last request: older kernels do not acknowledge the end of a batch
    exchange(messages, 0, messages.size(), Math.max(0, messages.size() - 2), bytes, failures);
    return failures;
  }

  private void batchChunk(
      List<MessageWriter> requests, int from, int to, int bytes, List<BatchFailure> failures) {
    count.addWrites(to - from);
    exchange(requests, from, to, to - 1, bytes, failures);
  }

  private void exchange(
      List<MessageWriter> messages,
      int from,
      int to,
      int acknowledged,
      int bytes,
      List<BatchFailure> failures) {
    int first = sequence;
    ByteBuffer datagram = ByteBuffer.allocate(bytes);
    for (int i = from; i < to; i++) {
      datagram.put(messages.get(i).finish(nextSequence(), i == acknowledged ? NLM_F_ACK : 0));
    }
    channel.send(datagram.flip());
    int failuresBefore = failures.size();
    boolean answered = false;
    List<NetlinkMessage> received = channel.receiveIfAny();
    while (received != null) {
      for (NetlinkMessage message : received) {
        int index = message.sequence() - first + from;
        if (message.type() != NLMSG_ERROR || index < from || index >= to) {
          continue;
        }
        answered |= index == acknowledged;
        Acknowledgement acknowledgement = Acknowledgement.parse(message);
        if (acknowledgement.error() != 0) {
          failures.add(new BatchFailure(index, acknowledgement.toException(messages.get(index))));
        }
      }
      received = channel.receiveIfAny();
    }
    if (!answered && failures.size() == failuresBefore) {
      throw new KernelException(
          messages.get(acknowledged).what(), Errno.ENOBUFS, "the acknowledgement was lost");
    }
  }

  private int ask(MessageWriter request, int flags) {
    count.addRead();
    return send(request, flags);
  }

  private int send(MessageWriter request, int flags) {
    int number = nextSequence();
    channel.send(request.finish(number, flags));
    return number;
  }

  private List<NetlinkMessage> receive(MessageWriter request) {
    try {
      return channel.receive();
    } catch (KernelException e) {
      throw new KernelException("answer to " + request.what(), e.errno());
    }
  }

  private int nextSequence() {
    if (sequence == Integer.MAX_VALUE) {
      sequence = 1;
    }
    return sequence++;
  }

  /** The end of a dump carries an error number where the dump ended early. */
  private static void throwIfDumpFailed(NetlinkMessage message, MessageWriter request) {
    if (message.payload().limit() >= Integer.BYTES) {
      int error = -message.payload().getInt(0);
      if (error > 0) {
        throw new NetlinkException(request.what(), Errno.of(error), "");
      }
    }
  }

  @Override
  public synchronized void close() {
    channel.close();
  }
}
