package io.kindnet.kindnetd.kube;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Connections that can be read in strides: what comes within {@link #STRIDE} of the last reading is
 * read together. To be woken for each event of a watch costs more than all that is done with a
 * heartbeat, of which a large cluster sends hundreds a second; what comes after a silence is read
 * at once.
 */
final class PacedSockets extends SSLSocketFactory {
  private static final long STRIDE = TimeUnit.MILLISECONDS.toNanos(40);

  /** Bytes that are read at once; some events, and more than a record of TLS. */
  private static final int BUFFER = 1 << 16;

  private final SSLSocketFactory secure;
  private final List<String> ciphers;
  private final Consumer<InetAddress> connections;
  private volatile boolean strides;

  /**
   * @param secure knows keys and certificates
   * @param preferred the beginning of the names of the cipher suites that are to come first
   * @param connections is told with whom each connection is
   */
  PacedSockets(SSLSocketFactory secure, String preferred, Consumer<InetAddress> connections) {
    this.secure = secure;
    this.connections = connections;
    List<String> first = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (String cipher : secure.getDefaultCipherSuites()) {
      (cipher.startsWith(preferred) ? first : others).add(cipher);
    }
    first.addAll(others);
    this.ciphers = List.copyOf(first);
  }

  /** Whether connections are read in strides from now on. */
  void pace(boolean on) {
    strides = on;
  }

  /** Not connected yet; {@link #createSocket(Socket, String, int, boolean)} secures it. */
  @Override
  public Socket createSocket() {
    return new PacedSocket();
  }

  @Override
  public Socket createSocket(Socket connected, String host, int port, boolean autoClose)
      throws IOException {
    connections.accept(connected.getInetAddress());
    SSLSocket socket = (SSLSocket) secure.createSocket(connected, host, port, autoClose);
    socket.setEnabledCipherSuites(ciphers.toArray(String[]::new));
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return secure.createSocket(host, port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return secure.createSocket(host, port, localHost, localPort);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return secure.createSocket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localAddress, int localPort)
      throws IOException {
    return secure.createSocket(host, port, localAddress, localPort);
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return secure.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return secure.getSupportedCipherSuites();
  }

  private final class PacedSocket extends Socket {
    private @Nullable InputStream input;

    @Override
    public InputStream getInputStream() throws IOException {
      InputStream present = input;
      if (present == null) {
        present = new PacedInput(super.getInputStream());
        input = present;
      }
      return present;
    }
  }

  /** For one thread. */
  private final class PacedInput extends FilterInputStream {
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int end;
    private long last = System.nanoTime() - STRIDE;

    PacedInput(InputStream socket) {
      super(socket);
    }

    @Override
    public int read() throws IOException {
      return isFilled() ? buffer[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (!isFilled()) {
        return -1;
      }
      int count = Math.min(length, end - position);
      System.arraycopy(buffer, position, target, offset, count);
      position += count;
      return count;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = Math.min(count, isFilled() ? end - position : 0);
      position += (int) skipped;
      return skipped;
    }

    @Override
    public int available() throws IOException {
      return end - position + super.available();
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    private boolean isFilled() throws IOException {
      if (position < end) {
        return true;
      }
      if (strides) {
        LockSupport.parkNanos(last + STRIDE - System.nanoTime());
      }
      int count = super.read(buffer, 0, buffer.length);
      last = System.nanoTime();
      position = 0;
      end = Math.max(count, 0);
      return count > 0;
    }
  }
}
