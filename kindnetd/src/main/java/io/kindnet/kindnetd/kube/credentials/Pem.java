package io.kindnet.kindnetd.kube.credentials;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and private keys in PEM (RFC 7468). What is neither is skipped, as kubectl does, so
 * that certificate and key may be in one file.
 */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  /** Those of PKCS#8 keys; the first that reads a key is the right one. */
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

  private final List<Block> blocks = new ArrayList<>();

  private record Block(String label, String body) {
    byte[] decode() {
      return Base64.getMimeDecoder().decode(body);
    }
  }

  Pem(String text) {
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
  }

  /**
   * All certificates, in order.
   *
   * @throws CertificateException if there is none, or one cannot be read
   */
  List<X509Certificate> certificates() throws CertificateException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks) {
      if (block.label().equals("CERTIFICATE")) {
        ByteArrayInputStream in = new ByteArrayInputStream(block.decode());
        certificates.add((X509Certificate) factory.generateCertificate(in));
      }
    }
    if (certificates.isEmpty()) {
      throw new CertificateException("there is no certificate in PEM format" + insteadOf());
    }
    return certificates;
  }

  /**
   * The first private key: PKCS#8, PKCS#1 or SEC 1, not encrypted.
   *
   * @throws GeneralSecurityException if there is none, or it cannot be read
   */
  PrivateKey privateKey() throws GeneralSecurityException {
    byte[] curve = {};
    for (Block block : blocks) {
      switch (block.label()) {
        case "EC PARAMETERS" -> curve = block.decode();
        case "PRIVATE KEY" -> {
          return fromPkcs8(block.decode());
        }
        case "RSA PRIVATE KEY" -> {
          requireUnencrypted(block);
          return fromPkcs8(Der.pkcs8OfRsa(block.decode()));
        }
        case "EC PRIVATE KEY" -> {
          requireUnencrypted(block);
          return fromPkcs8(Der.pkcs8OfEc(block.decode(), curve));
        }
        case "ENCRYPTED PRIVATE KEY" -> throw encrypted();
        default -> {}
      }
    }
    throw new InvalidKeySpecException("there is no private key in PEM format" + insteadOf());
  }

  private static void requireUnencrypted(Block block) throws InvalidKeySpecException {
    if (block.body().contains("ENCRYPTED")) {
      throw encrypted();
    }
  }

  private static InvalidKeySpecException encrypted() {
    return new InvalidKeySpecException("the private key is encrypted with a password");
  }

  private static PrivateKey fromPkcs8(byte[] key) throws GeneralSecurityException {
    InvalidKeySpecException last = new InvalidKeySpecException();
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(key));
      } catch (InvalidKeySpecException reason) {
        last = reason;
      }
    }
    throw new InvalidKeySpecException(
        "the private key is neither of RSA nor EC nor Ed25519: " + last.getMessage(), last);
  }

  private String insteadOf() {
    List<String> labels = blocks.stream().map(Block::label).toList();
    return labels.isEmpty() ? "" : ", only " + String.join(", ", labels);
  }
}
