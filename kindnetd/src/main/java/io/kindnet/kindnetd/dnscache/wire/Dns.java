package io.kindnet.kindnetd.dnscache.wire;

/** Numbers of the protocol, with the names and the sources that they have in IANA's registry. */
public final class Dns {
  public static final int PORT = 53;

  /** Length of a message's header (RFC 1035 section 4.1.1). */
  public static final int HEADER = 12;

  /** The largest message, since its length over TCP has two octets (RFC 1035 section 4.2.2). */
  public static final int LARGEST_MESSAGE = 0xffff;

  /** The largest message over UDP for a client that says nothing (RFC 1035 section 4.2.1). */
  public static final int PLAIN_UDP_SIZE = 512;

  /** The largest one that makes sense for whom to ask (RFC 6891 section 6.2.5). */
  public static final int LARGEST_UDP_SIZE = 4096;

  // the flags of the header (RFC 1035 section 4.1.1, RFC 4035 section 3)
  public static final int QR = 0x8000;
  public static final int OPCODE = 0x7800;
  public static final int AA = 0x0400;
  public static final int TC = 0x0200;
  public static final int RD = 0x0100;
  public static final int RA = 0x0080;
  public static final int AD = 0x0020;
  public static final int CD = 0x0010;
  public static final int RCODE = 0x000f;

  public static final int FORMERR = 1;
  public static final int SERVFAIL = 2;
  public static final int NXDOMAIN = 3;
  public static final int NOTIMP = 4;
  public static final int REFUSED = 5;

  public static final int CLASS_IN = 1;

  public static final int TYPE_A = 1;
  public static final int TYPE_NS = 2;
  public static final int TYPE_CNAME = 5;
  public static final int TYPE_SOA = 6;
  public static final int TYPE_AAAA = 28;

  /** RFC 6891 section 6.1.1. */
  public static final int TYPE_OPT = 41;

  public static final int TYPE_IXFR = 251;
  public static final int TYPE_AXFR = 252;

  /** Of the flags in an OPT record's TTL: DNSSEC OK (RFC 3225). */
  public static final int DO = 0x8000;

  public static final int OPTION_COOKIE = 10; // RFC 7873
  public static final int OPTION_TCP_KEEPALIVE = 11; // RFC 7828
  public static final int OPTION_PADDING = 12; // RFC 7830
  public static final int OPTION_EXTENDED_ERROR = 15; // RFC 8914

  /** Of the extended errors: the answer has expired (RFC 8914 section 4.4). */
  public static final int STALE_ANSWER = 3;

  /** Likewise, and it says that there is no such name (RFC 8914 section 4.20). */
  public static final int STALE_NXDOMAIN = 19;

  /** Length of an OPT record without options. */
  static final int OPT = 11;

  // where the counts of the header are
  static final int QDCOUNT = 4;
  static final int ANCOUNT = 6;
  static final int NSCOUNT = 8;
  static final int ARCOUNT = 10;

  private static final int FIRST_META_TYPE = 249;
  private static final int LAST_META_TYPE = 255;

  private Dns() {}

  /** Whether only queries have a type, or it is about the message (RFC 6895 section 3.1). */
  static boolean isMetaType(int type) {
    return type >= FIRST_META_TYPE && type <= LAST_META_TYPE;
  }
}
