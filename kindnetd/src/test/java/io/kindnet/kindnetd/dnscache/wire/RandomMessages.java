package io.kindnet.kindnetd.dnscache.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;
import org.xbill.DNS.UNKRecord;

/** Queries and answers of all kinds, made by dnsjava. */
final class RandomMessages {
  private static final int[] TYPES = {
    Type.A, Type.AAAA, Type.MX, Type.NS, Type.PTR, Type.SRV, Type.TXT, Type.CNAME, 64, 65280
  };

  private final Random random;

  RandomMessages(Random random) {
    this.random = random;
  }

  /** A query for a random name. */
  Message query() throws IOException {
    Message query = Message.newQuery(Record.newRecord(name(), type(), DClass.IN));
    for (int flag : new int[] {Flags.RD, Flags.AD, Flags.CD}) {
      query.getHeader().unsetFlag(flag);
      if (random.nextBoolean()) {
        query.getHeader().setFlag(flag);
      }
    }
    if (random.nextBoolean()) {
      int flags = random.nextBoolean() ? org.xbill.DNS.ExtendedFlags.DO : 0;
      query.addRecord(new OPTRecord(random.nextInt(8192), 0, 0, flags), Section.ADDITIONAL);
    }
    return query;
  }

  /** Who asks the same in another way: another ID, letters of another case, EDNS or not. */
  Message asker(Message query) throws IOException {
    Record question = query.getQuestion();
    StringBuilder name = new StringBuilder();
    String lower = question.getName().toString();
    for (int i = 0; i < lower.length(); i++) {
      char letter = lower.charAt(i);
      name.append(random.nextBoolean() ? Character.toUpperCase(letter) : letter);
    }
    Message asker =
        Message.newQuery(
            Record.newRecord(
                Name.fromString(name.toString()), question.getType(), question.getDClass()));
    for (int flag : new int[] {Flags.RD, Flags.AD, Flags.CD}) {
      asker.getHeader().unsetFlag(flag);
      if (query.getHeader().getFlag(flag)) {
        asker.getHeader().setFlag(flag);
      }
    }
    boolean dnssecOk = query.getOPT() != null && query.getOPT().getFlags() != 0;
    if (dnssecOk || random.nextBoolean()) {
      int flags = dnssecOk ? org.xbill.DNS.ExtendedFlags.DO : 0;
      asker.addRecord(new OPTRecord(random.nextInt(8192), 0, 0, flags), Section.ADDITIONAL);
    }
    return asker;
  }

  /** What a server may answer. */
  Message answer(Message query) throws IOException {
    Message answer = new Message(query.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    for (int flag : new int[] {Flags.RD, Flags.CD}) {
      if (query.getHeader().getFlag(flag)) {
        answer.getHeader().setFlag(flag);
      }
    }
    for (int flag : new int[] {Flags.AA, Flags.RA, Flags.AD}) {
      if (random.nextBoolean()) {
        answer.getHeader().setFlag(flag);
      }
    }
    Record question = query.getQuestion();
    answer.addRecord(question, Section.QUESTION);
    Name owner = question.getName();
    for (int aliases = random.nextInt(4); aliases > 0; aliases--) {
      Name target = name();
      answer.addRecord(new CNAMERecord(owner, DClass.IN, ttl(), target), Section.ANSWER);
      owner = target;
    }
    int kind = random.nextInt(4);
    if (kind == 0) {
      answer.getHeader().setRcode(random.nextBoolean() ? Rcode.NXDOMAIN : Rcode.NOERROR);
      answer.addRecord(
          new SOARecord(name(), DClass.IN, ttl(), name(), name(), 1, 2, 3, 4, ttl()),
          Section.AUTHORITY);
    } else {
      for (int records = random.nextInt(1, random.nextInt(1, 60) + 1); records > 0; records--) {
        answer.addRecord(record(owner, question.getType()), Section.ANSWER);
      }
      for (int servers = random.nextInt(3); servers > 0; servers--) {
        answer.addRecord(new NSRecord(name(), DClass.IN, ttl(), name()), Section.AUTHORITY);
      }
      for (int more = random.nextInt(3); more > 0; more--) {
        answer.addRecord(record(name(), Type.A), Section.ADDITIONAL);
      }
    }
    if (query.getOPT() != null) {
      OPTRecord opt =
          random.nextInt(4) == 0
              ? new OPTRecord(
                  1232, 0, 0, query.getOPT().getFlags(), new ExtendedErrorCodeOption(22, "no"))
              : new OPTRecord(1232, 0, 0, query.getOPT().getFlags());
      answer.addRecord(opt, Section.ADDITIONAL);
    }
    return answer;
  }

  /** Records whose names have much in common, of types that others point from. */
  List<Record> additional() throws IOException {
    int[] types = {Type.A, Type.AAAA, Type.SRV, Type.MX, Type.NS, Type.CNAME, Type.PTR, 65280};
    List<Record> records = new ArrayList<>();
    for (int more = random.nextInt(6); more > 0; more--) {
      records.add(record(name(), types[random.nextInt(types.length)]));
      if (random.nextInt(3) == 0) {
        Name zone = name();
        records.add(new SOARecord(zone, DClass.IN, ttl(), name(), zone, 1, 2, 3, 4, 5));
      }
    }
    return records;
  }

  private Record record(Name owner, int type) throws IOException {
    return switch (type) {
      case Type.A -> new ARecord(owner, DClass.IN, ttl(), InetAddress.getByAddress(bytes(4)));
      case Type.AAAA -> {
        byte[] address = bytes(16);
        address[0] = 0x20;
        yield new AAAARecord(owner, DClass.IN, ttl(), InetAddress.getByAddress(address));
      }
      case Type.MX -> new MXRecord(owner, DClass.IN, ttl(), random.nextInt(100), name());
      case Type.NS -> new NSRecord(owner, DClass.IN, ttl(), name());
      case Type.PTR -> new PTRRecord(owner, DClass.IN, ttl(), name());
      case Type.CNAME -> new CNAMERecord(owner, DClass.IN, ttl(), name());
      case Type.SRV -> new SRVRecord(owner, DClass.IN, ttl(), 1, 2, 3, name());
      case Type.TXT -> {
        List<String> texts = new ArrayList<>();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
          texts.add("x".repeat(random.nextInt(256)));
        }
        yield new TXTRecord(owner, DClass.IN, ttl(), texts);
      }
      default -> {
        byte[] data = bytes(random.nextInt(300));
        yield Record.newRecord(owner, type, DClass.IN, ttl(), data) instanceof UNKRecord unknown
            ? unknown
            : new TXTRecord(owner, DClass.IN, ttl(), "instead");
      }
    };
  }

  private int type() {
    return TYPES[random.nextInt(TYPES.length)];
  }

  private long ttl() {
    return random.nextInt(5) == 0 ? random.nextInt(1 << 30) : random.nextInt(400);
  }

  /** Few different labels, so that there is much to compress. */
  private Name name() throws IOException {
    StringBuilder name = new StringBuilder();
    for (int labels = random.nextInt(6); labels > 0; labels--) {
      String letters = "aB0-_xyZ";
      for (int length = random.nextInt(1, random.nextInt(10) == 0 ? 63 : 5); length > 0; length--) {
        name.append(letters.charAt(random.nextInt(letters.length())));
      }
      name.append('.');
    }
    String text = name.append(random.nextBoolean() ? "svc.cluster.local." : "Example.").toString();
    return Name.fromString(text.length() > 250 ? "short.example." : text);
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
