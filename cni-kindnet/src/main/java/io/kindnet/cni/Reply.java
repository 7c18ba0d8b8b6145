package io.kindnet.cni;

import io.kindnet.cni.protocol.CniErrorCode;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.CniVersion;
import io.kindnet.cni.protocol.Replies;
import java.io.IOException;

/**
 * What a call answers.
 *
 * @param exitCode 0, or 1 with an error object
 * @param document the JSON for standard output, empty for a verb that has none
 */
public record Reply(int exitCode, String document) {
  static Reply success(String document) {
    return new Reply(0, document);
  }

  static Reply failure(CniVersion version, CniException error) {
    return new Reply(1, Replies.error(version, error));
  }

  /** For a call whose standard input cannot be read. */
  static Reply unreadable(IOException reason) {
    return failure(
        CniVersion.LATEST,
        new CniException(
            CniErrorCode.IO_FAILURE, "cannot read standard input: " + reason.getMessage(), reason));
  }
}
