package io.kindnet.cni.model;

/** The codes of error objects: those of the CNI specification, and from 100 on the plugin's own. */
final class ErrorCodes {
  static final int INVALID_ENVIRONMENT = 4;
  static final int NO_ADDRESS = 100;
  static final int HOST_PORT_HELD = 101;
  static final int KERNEL_REFUSED = 102;
  static final int CHECK_FAILED = 103;

  private ErrorCodes() {}
}
