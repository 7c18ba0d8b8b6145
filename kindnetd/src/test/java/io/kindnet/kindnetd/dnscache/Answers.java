package io.kindnet.kindnetd.dnscache;

import java.io.IOException;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Queries, and answers to them, in few words. */
public final class Answers {
  private Answers() {}

  public static Message query(String name, int type) {
    try {
      return Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN));
    } catch (IOException e) {
      throw new AssertionError(name, e);
    }
  }

  public static Message extended(String name, int type, int udpSize, int flags) {
    Message query = query(name, type);
    query.addRecord(new OPTRecord(udpSize, 0, 0, flags), Section.ADDITIONAL);
    return query;
  }

  /** An answer without records, with EDNS as the query has it. */
  public static Message empty(Message query, int code) {
    Message answer = new Message(query.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.getHeader().setFlag(Flags.RA);
    for (int flag : new int[] {Flags.RD, Flags.CD}) {
      if (query.getHeader().getFlag(flag)) {
        answer.getHeader().setFlag(flag);
      }
    }
    answer.getHeader().setRcode(code);
    answer.addRecord(query.getQuestion(), Section.QUESTION);
    if (query.getOPT() != null) {
      int flags = query.getOPT().getFlags();
      answer.addRecord(new OPTRecord(1232, 0, 0, flags), Section.ADDITIONAL);
    }
    return answer;
  }

  /** An answer with records of the type that is asked for, in the form of a zone file. */
  public static Message records(Message query, int ttl, String... data) {
    Message answer = empty(query, 0);
    for (String each : data) {
      add(answer, Section.ANSWER, query.getQuestion().getName(), type(query), ttl, each);
    }
    return answer;
  }

  /** An answer that says that there is nothing of the type, or no name, by its code. */
  public static Message negative(Message query, int code, int ttl) {
    Message answer = empty(query, code);
    Name zone = Name.fromConstantString("example.");
    add(answer, Section.AUTHORITY, zone, Type.SOA, ttl, "ns h 1 2 3 4 " + ttl);
    return answer;
  }

  public static void add(Message answer, int section, Name owner, int type, int ttl, String data) {
    try {
      Name origin = Name.fromConstantString("example.");
      answer.addRecord(Record.fromString(owner, type, DClass.IN, ttl, data, origin), section);
    } catch (IOException e) {
      throw new AssertionError(data, e);
    }
  }

  private static int type(Message query) {
    return query.getQuestion().getType();
  }
}
