package io.kindnet.kindnetd.kube;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * AES-GCM with the processor's own instructions for it, from a native library. The JVM's first
 * compiler knows of none, and takes twenty times as long; the second does, and takes more memory
 * and time for itself than the agent has for everything. Nothing but this cipher is taken from the
 * library.
 */
final class ProcessorAes {
  private static final Logger log = LoggerFactory.getLogger(ProcessorAes.class);
  private static final String TYPE = "Cipher";
  private static final String ALGORITHM = "AES/GCM/NoPadding";
  private static final boolean INSTALLED = install();

  private ProcessorAes() {}

  /** Whether it is there now; the first to ask waits for it. */
  static boolean isInstalled() {
    return INSTALLED;
  }

  private static boolean install() {
    try {
      Provider library = AmazonCorrettoCryptoProvider.INSTANCE;
      @Nullable Throwable reason = AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError();
      Provider.@Nullable Service cipher = library.getService(TYPE, ALGORITHM);
      if (reason != null || cipher == null) {
        log.info("TLS goes on without the processor's AES: {}", String.valueOf(reason));
        return false;
      }
      return Security.insertProviderAt(new CipherAlone(cipher), 1) > 0;
    } catch (LinkageError | RuntimeException reason) {
      log.info("TLS goes on without the processor's AES: {}", reason.toString());
      return false;
    }
  }

  private static final class CipherAlone extends Provider {
    private static final long serialVersionUID = 1;

    CipherAlone(Provider.Service cipher) {
      super("ProcessorAes", "1", ALGORITHM + " of " + cipher.getProvider().getInfo());
      putService(
          new Service(this, TYPE, ALGORITHM, cipher.getClassName(), null, null) {
            @Override
            public Object newInstance(@Nullable Object parameter) throws NoSuchAlgorithmException {
              return cipher.newInstance(parameter);
            }

            @Override
            public boolean supportsParameter(@Nullable Object parameter) {
              return cipher.supportsParameter(parameter);
            }
          });
    }
  }
}
