package io.kindnet.cni.protocol;

import org.jspecify.annotations.Nullable;

/** What a client writes to the plugin: bytes, whose JSON is taken apart once. For one thread. */
public final class StandardInput {
  private final byte[] bytes;
  private @Nullable NetworkConfigReader config;

  /**
   * Not read yet.
   *
   * @param bytes not to be changed
   */
  public StandardInput(byte[] bytes) {
    this.bytes = bytes;
  }

  /** As it came; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /**
   * The network configuration.
   *
   * @throws CniException {@link CniErrorCode#DECODING_FAILURE} if it is no JSON object
   */
  public NetworkConfigReader config() throws CniException {
    NetworkConfigReader read = config;
    if (read == null) {
      read = NetworkConfigReader.of(bytes);
      config = read;
    }
    return read;
  }
}
