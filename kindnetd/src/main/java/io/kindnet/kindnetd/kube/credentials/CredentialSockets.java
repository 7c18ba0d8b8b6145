package io.kindnet.kindnetd.kube.credentials;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Secures connections with the credentials as they are when a connection is made, and checks the
 * name of the server in the handshake. Only for clients that connect first and secure then.
 */
final class CredentialSockets extends SSLSocketFactory {
  private final Credentials credentials;
  private final TlsContexts contexts = new TlsContexts();
  private final Set<SSLSocket> open = ConcurrentHashMap.newKeySet();

  CredentialSockets(Credentials credentials) {
    this.credentials = credentials;
  }

  /**
   * Reads all files.
   *
   * @throws IOException naming the file that cannot be read or used, and why
   */
  void check() throws IOException {
    contexts.get(credentials.tls());
  }

  /**
   * Closes all connections, if they were made with other certificates than there are now: each has
   * the rights of the certificate that it was made with.
   *
   * @return whether it did
   */
  boolean closeOutdated() throws IOException {
    if (contexts.isCurrent(credentials.tls())) {
      return false;
    }
    for (SSLSocket socket : List.copyOf(open)) {
      socket.close();
    }
    open.removeIf(Socket::isClosed);
    return true;
  }

  @Override
  public Socket createSocket(Socket connected, String host, int port, boolean autoClose)
      throws IOException {
    TlsSettings settings = credentials.tls();
    SSLSocketFactory factory = contexts.get(settings).getSocketFactory();
    String name = settings.serverName().orElse(host);
    SSLSocket socket = (SSLSocket) factory.createSocket(connected, name, port, autoClose);
    if (!settings.insecure()) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
    }
    open.removeIf(Socket::isClosed);
    open.add(socket);
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw unconnected();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
    throw unconnected();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw unconnected();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
    throw unconnected();
  }

  private static UnsupportedOperationException unconnected() {
    return new UnsupportedOperationException("only connected sockets are secured");
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return ((SSLSocketFactory) SSLSocketFactory.getDefault()).getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return ((SSLSocketFactory) SSLSocketFactory.getDefault()).getSupportedCipherSuites();
  }
}
