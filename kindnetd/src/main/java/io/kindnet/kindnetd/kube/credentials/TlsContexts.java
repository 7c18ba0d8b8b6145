package io.kindnet.kindnetd.kube.credentials;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The TLS context for the next connection. Files are read for each connection, and a context is
 * made when what they have is not what they had: certificates, keys and authorities are replaced
 * while the agent runs.
 */
final class TlsContexts {
  private static final char[] PASSWORD = "in memory".toCharArray();

  private @Nullable Material current;
  private @Nullable SSLContext context;

  private record Material(
      TlsSettings settings, String authorities, String certificate, String key) {
    static Material read(TlsSettings settings) throws IOException {
      return new Material(
          settings,
          read(settings.authorities()),
          read(settings.certificate()),
          read(settings.key()));
    }

    private static String read(Optional<CredentialSource> source) throws IOException {
      return source.isPresent() ? source.get().read() : "";
    }
  }

  /**
   * The context for {@code settings} as their files are now.
   *
   * @throws IOException naming the file that cannot be read or used, and why
   */
  synchronized SSLContext get(TlsSettings settings) throws IOException {
    Material material = Material.read(settings);
    SSLContext present = context;
    if (present == null || current == null || !material.equals(current)) {
      present = make(material);
      current = material;
      context = present;
    }
    return present;
  }

  /** Whether the newest context was made of what the files of {@code settings} have now. */
  synchronized boolean isCurrent(TlsSettings settings) throws IOException {
    return current == null || Material.read(settings).equals(current);
  }

  private static SSLContext make(Material material) throws IOException {
    try {
      SSLContext made = SSLContext.getInstance("TLS");
      made.init(keyManagers(material), trustManagers(material), null);
      return made;
    } catch (GeneralSecurityException reason) {
      throw new IOException("TLS cannot be set up: " + reason.getMessage(), reason);
    }
  }

  private static KeyManager @Nullable [] keyManagers(Material material)
      throws IOException, GeneralSecurityException {
    TlsSettings settings = material.settings();
    if (settings.certificate().isEmpty() && settings.key().isEmpty()) {
      return null;
    }
    if (settings.certificate().isEmpty() || settings.key().isEmpty()) {
      boolean lacksKey = settings.key().isEmpty();
      String present = settings.certificate().or(settings::key).orElseThrow().toString();
      throw new IOException(
          present
              + ": there is no client "
              + (lacksKey ? "key" : "certificate")
              + " to go with it");
    }
    List<X509Certificate> chain =
        certificates(settings.certificate().get(), material.certificate());
    PrivateKey key;
    try {
      key = new Pem(material.key()).privateKey();
    } catch (GeneralSecurityException | IllegalArgumentException reason) {
      throw new IOException(settings.key().get() + ": " + reason.getMessage(), reason);
    }
    if (!fits(key, chain.getFirst())) {
      throw new IOException(
          settings.key().get() + ": this is not the key of " + settings.certificate().get());
    }
    KeyStore store = emptyStore();
    store.setKeyEntry("client", key, PASSWORD, chain.toArray(X509Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, PASSWORD);
    return factory.getKeyManagers();
  }

  private static TrustManager @Nullable [] trustManagers(Material material)
      throws IOException, GeneralSecurityException {
    TlsSettings settings = material.settings();
    if (settings.insecure()) {
      return new TrustManager[] {new TrustEveryone()};
    }
    if (settings.authorities().isEmpty()) {
      return null; // those of the Java runtime
    }
    KeyStore store = emptyStore();
    int number = 0;
    for (X509Certificate authority :
        certificates(settings.authorities().get(), material.authorities())) {
      store.setCertificateEntry("authority" + number++, authority);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static List<X509Certificate> certificates(CredentialSource source, String text)
      throws IOException {
    try {
      return new Pem(text).certificates();
    } catch (GeneralSecurityException | IllegalArgumentException reason) {
      throw new IOException(source + ": " + reason.getMessage(), reason);
    }
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /** Whether what {@code key} signs is what {@code certificate} is for. */
  private static boolean fits(PrivateKey key, X509Certificate certificate) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case "EdDSA", "Ed25519" -> "EdDSA";
          default -> "";
        };
    if (algorithm.isEmpty()) {
      return true; // the handshake will tell
    }
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(certificate.getSignature());
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(certificate.getSignature());
      return signature.verify(signed);
    } catch (GeneralSecurityException different) {
      return false;
    }
  }

  /** For {@code insecure-skip-tls-verify}. */
  private static final class TrustEveryone extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
