package io.kindnet.kindnetd.kube.credentials;

import java.time.Instant;
import java.util.Optional;

/**
 * What a credential plugin has printed.
 *
 * @param token for the header {@code Authorization}
 * @param certificate of the client, PEM
 * @param key of the certificate, PEM
 * @param expiration until when it can be used; {@link Instant#MAX} if it does not say
 */
record ExecCredential(
    Optional<String> token,
    Optional<CredentialSource> certificate,
    Optional<CredentialSource> key,
    Instant expiration) {}
