package io.kindnet.kindnetd.kube.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a certificate, a key or a token is: in a file, which is read each time, or inline. */
final class CredentialSource {
  private final String name;
  private final Optional<Path> file;
  private final String data;

  private CredentialSource(String name, Optional<Path> file, String data) {
    this.name = name;
    this.file = file;
    this.data = data;
  }

  /**
   * A file.
   *
   * @param what it has, for errors, such as {@code client key}
   */
  static CredentialSource file(String what, Path file) {
    return new CredentialSource(what + " " + file, Optional.of(file), "");
  }

  /**
   * Text that is there already.
   *
   * @param name of where it is, for errors
   */
  static CredentialSource inline(String name, String data) {
    return new CredentialSource(name, Optional.empty(), data);
  }

  /**
   * Data in Base64 of a kubeconfig, else the file that it names; empty if there is neither.
   *
   * @param key of the kubeconfig, such as {@code client-key}
   * @throws IOException if the data is not Base64
   */
  static Optional<CredentialSource> of(
      Path kubeconfig, String key, @Nullable String data, @Nullable String file)
      throws IOException {
    if (data != null && !data.isEmpty()) {
      String name = key + "-data in kubeconfig " + kubeconfig;
      try {
        byte[] decoded = Base64.getDecoder().decode(data.replaceAll("\\s", ""));
        return Optional.of(inline(name, new String(decoded, UTF_8)));
      } catch (IllegalArgumentException reason) {
        throw new IOException(name + ": " + reason.getMessage(), reason);
      }
    }
    if (file == null || file.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(file(key, kubeconfig.toAbsolutePath().resolveSibling(file)));
  }

  /** The text that is there now. */
  String read() throws IOException {
    if (file.isEmpty()) {
      return data;
    }
    try {
      return new String(Files.readAllBytes(file.get()), UTF_8);
    } catch (NoSuchFileException missing) {
      throw new IOException(name + " does not exist", missing);
    } catch (IOException reason) {
      throw new IOException(name + " cannot be read: " + reason.getMessage(), reason);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CredentialSource source
        && name.equals(source.name)
        && file.equals(source.file)
        && data.equals(source.data);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  /** For errors: what it is, and the file that has it. */
  @Override
  public String toString() {
    return name;
  }
}
