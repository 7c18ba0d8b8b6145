package io.kindnet.cni.protocol;

import static io.kindnet.cni.protocol.CniErrorCode.DECODING_FAILURE;
import static io.kindnet.cni.protocol.CniErrors.assertError;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepliesTest {

  @Test
  void errorsAreObjectsWithTheSpecificationsCode() {
    CniException error =
        new CniException(CniErrorCode.INVALID_NETWORK_CONFIG, "name \"a\nb\" is bad");

    assertThat(Replies.error(CniVersion.V0_4_0, error))
        .isEqualTo("{\"cniVersion\":\"0.4.0\",\"code\":7,\"msg\":\"name \\\"a\\nb\\\" is bad\"}");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "``,1.1.0",
        "{},1.1.0",
        "{\"cniVersion\": \"0.4.0\"},0.4.0",
        "{\"cniVersion\": \"9.9.9\"},9.9.9"
      })
  void versionsRepeatTheOneAskedWith(String input, String version) throws CniException {
    assertThat(Replies.versions(input.getBytes(UTF_8)))
        .isEqualTo(
            "{\"cniVersion\":\""
                + version
                + "\",\"supportedVersions\":[\"0.1.0\",\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\","
                + "\"1.0.0\",\"1.1.0\"]}");
  }

  @Test
  void versionRefusesNonsense() {
    assertError(DECODING_FAILURE, () -> Replies.versions("hello".getBytes(UTF_8)))
        .startsWith("standard input is not JSON");
  }
}
