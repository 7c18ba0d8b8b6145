package io.kindnet.cni.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What tests say about errors: the code, then the message. */
public final class CniErrors {
  private CniErrors() {}

  /** The message of the error that {@code call} must end with; its code must be {@code code}. */
  public static AbstractStringAssert<?> assertError(CniErrorCode code, ThrowingCallable call) {
    CniException error = catchThrowableOfType(CniException.class, call);
    assertThat(error).isNotNull();
    assertThat(error.code()).as(error.getMessage()).isEqualTo(code);
    return assertThat(error.getMessage());
  }
}
