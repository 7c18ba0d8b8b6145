package io.kindnet.kube.testing;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** Of the cipher suites takes what the client has first, as an API server does. */
public final class ClientsChoice extends HttpsConfigurator {
  /**
   * @param keys has key and certificate
   */
  public ClientsChoice(SSLContext keys) {
    super(keys);
  }

  @Override
  public void configure(HttpsParameters connection) {
    SSLParameters parameters = getSSLContext().getDefaultSSLParameters();
    parameters.setUseCipherSuitesOrder(false);
    connection.setSSLParameters(parameters);
  }
}
