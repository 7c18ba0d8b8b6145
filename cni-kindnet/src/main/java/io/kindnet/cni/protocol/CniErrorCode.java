package io.kindnet.cni.protocol;

/**
 * The codes of CNI error objects: those of the specification (section "Error", 1.1.0), and from 100
 * on the plugin's own.
 */
public enum CniErrorCode {
  /** The configuration asks for a specification version that is not spoken here. */
  INCOMPATIBLE_VERSION(1),
  /** A key of the configuration asks for something that this plugin or this node cannot do. */
  UNSUPPORTED_FIELD(2),
  /** The container is not known; the runtime has nothing to clean up. */
  UNKNOWN_CONTAINER(3),
  /** An environment variable is missing or bad. */
  INVALID_ENVIRONMENT(4),
  /** Reading or writing failed: standard input, the database, the log file. */
  IO_FAILURE(5),
  /** The configuration is not JSON, or a value is of the wrong type. */
  DECODING_FAILURE(6),
  /** The configuration can be read but cannot be meant. */
  INVALID_NETWORK_CONFIG(7),
  /** Something else is in the way for now. */
  TRY_AGAIN_LATER(11),
  /** STATUS: the plugin cannot work, whatever is asked of it. */
  NOT_AVAILABLE(50),
  /** STATUS: an ADD would fail, and pods that exist may be cut off. */
  LIMITED_CONNECTIVITY(51),
  /** No address is left in any range. */
  NO_ADDRESS(100),
  /** A host port is held by another pod. */
  HOST_PORT_HELD(101),
  /** The kernel refused an interface, an address, a route or a rule. */
  KERNEL_REFUSED(102),
  /** CHECK: something is not as ADD left it. */
  CHECK_FAILED(103),
  /** A bug of this plugin. */
  INTERNAL(999);

  private final int number;

  CniErrorCode(int number) {
    this.number = number;
  }

  /** The number in the error object. */
  public int number() {
    return number;
  }
}
