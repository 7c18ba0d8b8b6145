package io.kindnet.cni.protocol;

/**
 * Who a pod is to Kubernetes, as the runtime tells it in {@code CNI_ARGS}. A part that was not told
 * is the empty string.
 *
 * @param namespace {@code K8S_POD_NAMESPACE}
 * @param name {@code K8S_POD_NAME}
 * @param uid {@code K8S_POD_UID}
 */
public record PodIdentity(String namespace, String name, String uid) {

  /**
   * Reads {@code KEY=VALUE;KEY=VALUE}. Keys that are not known are passed over.
   *
   * @throws CniException {@link CniErrorCode#INVALID_ENVIRONMENT} if a part is not a pair
   */
  public static PodIdentity fromArgs(String args) throws CniException {
    String namespace = "";
    String name = "";
    String uid = "";
    int start = 0;
    while (start < args.length()) {
      int semicolon = args.indexOf(';', start);
      int end = semicolon < 0 ? args.length() : semicolon;
      int equals = args.indexOf('=', start);
      if (end > start) {
        if (equals <= start || equals >= end) {
          throw new CniException(
              CniErrorCode.INVALID_ENVIRONMENT,
              "CNI_ARGS: '" + args.substring(start, end) + "' is not KEY=VALUE");
        }
        String value = args.substring(equals + 1, end);
        switch (args.substring(start, equals)) {
          case "K8S_POD_NAMESPACE" -> namespace = value;
          case "K8S_POD_NAME" -> name = value;
          case "K8S_POD_UID" -> uid = value;
          default -> {}
        }
      }
      start = end + 1;
    }
    return new PodIdentity(namespace, name, uid);
  }
}
