#!/bin/sh
# When DatagramSocket.close() of Java returns, the port may still be open, and take datagrams that nobody will read: their sender is not told
# that nobody listens. So it is while another thread is inside receive(). close() replaces the descriptor (dup2) and wakes that thread, but
# to the kernel the socket lives as long as the thread's system call, which holds it, and the thread has yet to run. Whoever restarts a server
# and asks again at once may wait for an answer until its own timeout. After that thread has ended (join), the port is closed.
# On two processors two or three of four datagrams that were sent next to close() were swallowed.
# Seen with OpenJDK 17.0.19 (Debian) and 25.0.3 (Temurin), on Linux 6.18. JAVA_HOME for one more JDK.
# Needs: Debian 12 or newer, with a mirror in the sources of its apt; the packages are unpacked, not installed.
set -eu
. "$(dirname "$(realpath "$0")")/debian-packages"
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

cat >Closes.java <<'PROGRAM'
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

public class Closes {
  private static final int ROUNDS = 2000;

  public static void main(String[] arguments) throws Exception {
    int swallowed = 0;
    int afterJoin = 0;
    for (int round = 0; round < ROUNDS; round++) {
      swallowed += swallowed(false) ? 1 : 0;
      afterJoin += swallowed(true) ? 1 : 0;
    }
    System.err.printf("of %d datagrams, swallowed after close(): %d, after join(): %d%n", ROUNDS, swallowed, afterJoin);
    System.out.printf("%s %s%n", swallowed > 0, afterJoin > 0);
  }

  private static boolean swallowed(boolean join) throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    DatagramSocket server = new DatagramSocket(0, loopback);
    Thread receiver = new Thread(() -> receive(server));
    receiver.start();
    while (receiver.getState() == Thread.State.NEW) {
      Thread.onSpinWait();
    }
    Thread.sleep(1); // it is in receive() most of the times
    try (DatagramChannel client = DatagramChannel.open()) {
      client.configureBlocking(false);
      client.connect(new InetSocketAddress(loopback, server.getLocalPort()));
      server.close();
      if (join) {
        receiver.join();
      }
      client.write(ByteBuffer.allocate(1));
      client.read(ByteBuffer.allocate(1));
      return true;
    } catch (PortUnreachableException nobodyListens) {
      return false;
    } finally {
      receiver.join();
    }
  }

  private static void receive(DatagramSocket server) {
    try {
      while (true) {
        server.receive(new DatagramPacket(new byte[1], 1));
      }
    } catch (IOException closed) {
      // as it should be
    }
  }
}
PROGRAM

version=17.0.19+10-1~deb12u2
unpack_debian bookworm jdk "openjdk-17-jdk-headless=$version" "openjdk-17-jre-headless=$version"

for home in "$directory"/jdk/usr/lib/jvm/java-17-openjdk-* ${JAVA_HOME:+"$JAVA_HOME"}; do
  "$home/bin/java" -version 2>&1 | sed -n 2p
  printed=$("$home/bin/java" Closes.java)
  [ "$printed" = 'true false' ] || {
    echo "this is no longer so: $printed" >&2
    exit 1
  }
done
