package io.kindnet.kindnetd.dnscache;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Hashtable;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/**
 * Prints the addresses of each host that is named, as Java finds them: a line for each, or one that
 * says {@code none}.
 */
final class JavaAddresses {
  private JavaAddresses() {}

  /**
   * @param arguments {@code jndi} for Java's own resolver, or {@code library} for that of the C
   *     library, and the hosts
   */
  public static void main(String[] arguments) throws NamingException {
    for (int i = 1; i < arguments.length; i++) {
      if (arguments[0].equals("jndi")) {
        askForRecords(arguments[i]);
      } else {
        askTheLibrary(arguments[i]);
      }
    }
  }

  private static void askTheLibrary(String host) {
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        print(host, address.getHostAddress());
      }
    } catch (UnknownHostException none) {
      print(host, "none");
    }
  }

  // as programs do: what JNDI's provider for DNS makes of answers are texts
  @SuppressWarnings({"BanJNDI", "JdkObsolete"})
  private static void askForRecords(String host) throws NamingException {
    Hashtable<String, String> environment = new Hashtable<>();
    environment.put("java.naming.factory.initial", "com.sun.jndi.dns.DnsContextFactory");
    InitialDirContext context = new InitialDirContext(environment);
    boolean any = false;
    for (String type : new String[] {"A", "AAAA"}) {
      try {
        Attribute records = context.getAttributes(host, new String[] {type}).get(type);
        if (records != null) {
          for (NamingEnumeration<?> all = records.getAll(); all.hasMore(); any = true) {
            print(host, String.valueOf(all.next()));
          }
        }
      } catch (NameNotFoundException none) {
        // of neither type
      }
    }
    if (!any) {
      print(host, "none");
    }
  }

  private static void print(String host, String address) {
    System.out.println(host + " " + address);
  }
}
