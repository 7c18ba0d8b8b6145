package io.kindnet.kindnetd.kube.credentials;

import java.io.ByteArrayOutputStream;
import java.security.spec.InvalidKeySpecException;
import java.util.HexFormat;

/**
 * The part of ASN.1 DER that turns the older formats of private keys into PKCS#8, the only one that
 * Java reads.
 */
final class Der {
  private static final int INTEGER = 0x02;
  private static final int OCTET_STRING = 0x04;
  private static final int OBJECT_IDENTIFIER = 0x06;
  private static final int SEQUENCE = 0x30;

  /** The parameters of an ECPrivateKey: context-specific, constructed, 0. */
  private static final int EC_PARAMETERS = 0xa0;

  private static final byte[] VERSION_0 = {INTEGER, 1, 0};

  /** 1.2.840.113549.1.1.1 rsaEncryption, with NULL as its parameters: RFC 8017, A.1. */
  private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d010101" + "0500");

  /** 1.2.840.10045.2.1 id-ecPublicKey: RFC 5480, 2.1.1. */
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private final byte[] bytes;
  private int position;

  private Der(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * PrivateKeyInfo (RFC 5208) of an RSAPrivateKey.
   *
   * @param key DER, RFC 8017, A.1.2
   */
  static byte[] pkcs8OfRsa(byte[] key) {
    return pkcs8(RSA, key);
  }

  /**
   * PrivateKeyInfo (RFC 5208) of an ECPrivateKey.
   *
   * @param key DER, RFC 5915
   * @param curve the object identifier of the curve in DER, if {@code key} does not name it; else
   *     empty
   * @throws InvalidKeySpecException if the curve is not named, or {@code key} is not an
   *     ECPrivateKey
   */
  static byte[] pkcs8OfEc(byte[] key, byte[] curve) throws InvalidKeySpecException {
    Der sequence = new Der(new Der(key).next(SEQUENCE));
    sequence.next(INTEGER);
    sequence.next(OCTET_STRING);
    byte[] named = curve;
    if (sequence.hasNext() && sequence.peek() == EC_PARAMETERS) {
      named = sequence.next(EC_PARAMETERS);
    }
    if (named.length == 0 || named[0] != OBJECT_IDENTIFIER) {
      throw new InvalidKeySpecException("the EC key does not name its curve");
    }
    return pkcs8(concatenate(EC, named), key);
  }

  private static byte[] pkcs8(byte[] algorithm, byte[] key) {
    return encode(
        SEQUENCE, concatenate(VERSION_0, encode(SEQUENCE, algorithm), encode(OCTET_STRING, key)));
  }

  private static byte[] encode(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      out.write(0x82); // two bytes of length follow; a key is shorter than 64 KiB
      out.write(content.length >> 8);
      out.write(content.length);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] concatenate(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private boolean hasNext() {
    return position < bytes.length;
  }

  private int peek() {
    return bytes[position] & 0xff;
  }

  /** The content of the next value, which has to be of type {@code expected}. */
  private byte[] next(int expected) throws InvalidKeySpecException {
    int tag = read();
    int length = read();
    if (length > 0x80) {
      int count = length & 0x7f;
      length = 0;
      for (int i = 0; i < count; i++) {
        length = length << 8 | read();
      }
    }
    if (tag != expected || length < 0 || length > bytes.length - position) {
      throw new InvalidKeySpecException("the key is not in the format that its PEM label names");
    }
    byte[] content = new byte[length];
    System.arraycopy(bytes, position, content, 0, length);
    position += length;
    return content;
  }

  private int read() throws InvalidKeySpecException {
    if (position >= bytes.length) {
      throw new InvalidKeySpecException("the key is incomplete");
    }
    return bytes[position++] & 0xff;
  }
}
