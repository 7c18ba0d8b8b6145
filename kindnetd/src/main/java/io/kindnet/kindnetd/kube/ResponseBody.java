package io.kindnet.kindnetd.kube;

import io.fabric8.kubernetes.client.http.AsyncBody;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response as a stream, for one thread. The next bytes are asked for when the last
 * ones have been taken, so that no more than one portion of some KiB waits in memory.
 */
final class ResponseBody extends InputStream implements AsyncBody.Consumer<List<ByteBuffer>> {
  /** What comes from the client: bytes, or the end. */
  private record Portion(List<ByteBuffer> buffers, boolean last, @Nullable Throwable failure) {}

  private final BlockingQueue<Portion> portions = new LinkedBlockingQueue<>();
  private final Queue<ByteBuffer> buffers = new ArrayDeque<>();
  private @Nullable AsyncBody source;
  private @Nullable Portion end;

  /** Called with the response, whose header has arrived. */
  void begin(AsyncBody body) {
    source = body;
    var _ =
        body.done()
            .whenComplete((nothing, failure) ->
                portions.add(new Portion(List.of(), /* last= */ true, failure)));
    body.consume();
  }

  /** Called on a thread of the client. */
  @Override
  public void consume(List<ByteBuffer> value, AsyncBody body) {
    portions.add(new Portion(value, /* last= */ false, null));
  }

  @Override
  public int read() throws IOException {
    ByteBuffer buffer = next();
    return buffer == null ? -1 : buffer.get() & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    ByteBuffer buffer = next();
    if (buffer == null) {
      return -1;
    }
    int count = Math.min(length, buffer.remaining());
    buffer.get(target, offset, count);
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    ByteBuffer buffer = count <= 0 ? null : next();
    if (buffer == null) {
      return 0;
    }
    int skipped = (int) Math.min(count, buffer.remaining());
    buffer.position(buffer.position() + skipped);
    return skipped;
  }

  /** The first buffer that has bytes left; null at the end. Waits for it. */
  private @Nullable ByteBuffer next() throws IOException {
    while (true) {
      ByteBuffer first = buffers.peek();
      if (first == null) {
        if (!take()) {
          return null;
        }
      } else if (first.hasRemaining()) {
        return first;
      } else {
        buffers.remove();
        if (buffers.isEmpty() && end == null) {
          Objects.requireNonNull(source).consume();
        }
      }
    }
  }

  /** Waits for the next portion; false at the end. */
  private boolean take() throws IOException {
    try {
      Portion portion = end == null ? portions.take() : end;
      if (!portion.last()) {
        buffers.addAll(portion.buffers());
        if (buffers.isEmpty()) {
          Objects.requireNonNull(source).consume();
        }
        return true;
      }
      end = portion;
      if (portion.failure() != null) {
        throw failure(portion.failure());
      }
      return false;
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(ended);
    }
  }

  private static IOException failure(Throwable reason) {
    return reason instanceof IOException known ? known : new IOException(reason);
  }

  /** Gives the connection back, whatever has been read. */
  @Override
  public void close() {
    if (source != null && end == null) {
      source.cancel();
    }
  }
}
