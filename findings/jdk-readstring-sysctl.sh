#!/bin/sh
# Files.readString and Files.readAllBytes of Java give only the first digit of a number below /proc/sys, without an error: 6 of 65536, 3 of
# a range from 32768. Such a file says that it has 0 bytes, so the JDK asks for one byte first, to see whether it is at the end, and the
# kernel gives a number to the first read alone (proc_dointvec of kernel/sysctl.c: nothing from any offset but 0). Files.readAllLines,
# and a stream that is read into a larger buffer, have the whole number. Texts such as /proc/sys/kernel/hostname can be read in parts.
# Seen with OpenJDK 17.0.19 (Debian) and 25.0.3 (Temurin), on Linux 6.18. JAVA_HOME for one more JDK.
# Needs: Debian 12 or newer, with a mirror in the sources of its apt; the packages are unpacked, not installed.
set -eu
. "$(dirname "$(realpath "$0")")/debian-packages"
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

cat >Reads.java <<'PROGRAM'
import java.nio.file.Files;
import java.nio.file.Path;

public class Reads {
  public static void main(String[] arguments) throws Exception {
    Path file = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    System.out.println("readString " + Files.readString(file).strip().length());
    System.out.println("readAllBytes " + Files.readAllBytes(file).length);
    System.out.println("readAllLines " + (Files.readAllLines(file).get(0).length() > 1));
    try (var stream = Files.newInputStream(file)) {
      System.out.println("stream " + (stream.readAllBytes().length > 1));
    }
  }
}
PROGRAM

version=17.0.19+10-1~deb12u2
unpack_debian bookworm jdk "openjdk-17-jdk-headless=$version" "openjdk-17-jre-headless=$version"

for home in "$directory"/jdk/usr/lib/jvm/java-17-openjdk-* ${JAVA_HOME:+"$JAVA_HOME"}; do
  "$home/bin/java" -version 2>&1 | sed -n 2p
  printed=$("$home/bin/java" Reads.java)
  printf 'Linux %s, a sysctl of %s bytes:\n%s\n' "$(uname -r)" "$(wc -c </proc/sys/net/ipv4/ip_local_port_range)" "$printed"
  [ "$printed" = 'readString 1
readAllBytes 1
readAllLines true
stream true' ] || {
    echo "this is no longer so" >&2
    exit 1
  }
done
