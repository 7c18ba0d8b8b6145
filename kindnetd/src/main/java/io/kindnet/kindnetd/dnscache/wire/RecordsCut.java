package io.kindnet.kindnetd.dnscache.wire;

/**
 * As many whole records from the first on as fit into a message. What a client without TCP makes of
 * them is more than nothing.
 *
 * @param length of all of them in octets
 * @param truncated whether more than additional records are missing (RFC 2181 section 9)
 */
record RecordsCut(int length, int answers, int authorities, int additionals, boolean truncated) {

  /**
   * Counts records.
   *
   * @param bytes that have been read before
   * @param from where the first begins
   * @param space for how many octets there is space
   * @param answer how many records there are of each section
   */
  static RecordsCut of(byte[] bytes, int from, int space, Answer answer) {
    int[] sections = {answer.answers(), answer.authorities(), answer.additionals()};
    int[] fitting = new int[sections.length];
    int at = from;
    for (int section = 0; section < sections.length; section++) {
      while (fitting[section] < sections[section]) {
        int next = behind(bytes, at);
        if (next - from > space) {
          return new RecordsCut(at - from, fitting[0], fitting[1], fitting[2], section < 2);
        }
        fitting[section]++;
        at = next;
      }
    }
    return new RecordsCut(at - from, fitting[0], fitting[1], fitting[2], false);
  }

  /** The octet behind the record that begins there. */
  private static int behind(byte[] bytes, int record) {
    int at = record;
    while (bytes[at] > 0) {
      at += bytes[at] + 1;
    }
    at += bytes[at] == 0 ? 1 : 2; // the root's label, or a pointer
    return at + 10 + Octets.unsignedShort(bytes, at + 8);
  }
}
