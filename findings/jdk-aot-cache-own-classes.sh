#!/bin/sh
# An AOT cache has classes that the trained program never loads, and each start with it loads them: those that the JVM itself took to make
# the cache. It asks whether all modules are of the JDK by a stream with lambdas (jdk.internal.module.ModuleBootstrap.allJrtOrModularJar), and
# makes these with its library for class files. A program that prints one line loads none of all that without a cache; with one it loads 121
# such classes in OpenJDK 25.0.5 and 26.0.2.1, and 29 in 27.0.1 (Debian).
# Needs: Debian 13 or newer, with a mirror in the sources of its apt; the packages are unpacked, not installed.
set -eu
. "$(dirname "$(realpath "$0")")/debian-packages"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >Hello.java <<'PROGRAM'
public class Hello {
  public static void main(String[] arguments) {
    System.out.println("hello");
  }
}
PROGRAM

# the classes of the library for class files, and the lambdas of ModuleBootstrap, that are in $1
of_the_maker() {
  grep -c 'java[.]lang[.]classfile\|jdk[.]internal[.]classfile\|ModuleBootstrap[$][$]Lambda' "$1" || true
}

for version in 25.0.5.0.3+1-1 26.0.2.1+1-1 27.0.1.0.3+1-1; do
  number=${version%%.*}
  unpack_debian sid "jdk-$number" "openjdk-$number-jdk-headless=$version" "openjdk-$number-jre-headless=$version"
  JAVA_HOME=$(echo "$folder/jdk-$number"/usr/lib/jvm/java-"$number"-openjdk-*)
  "$JAVA_HOME/bin/java" -version 2>&1 | sed -n 2p
  rm -rf classes cache configuration
  mkdir classes
  "$JAVA_HOME/bin/javac" -d classes Hello.java
  "$JAVA_HOME/bin/jar" --create --file hello.jar -C classes .
  "$JAVA_HOME/bin/java" -Xshare:off -Xlog:class+load -cp hello.jar Hello >without
  "$JAVA_HOME/bin/java" -XX:AOTMode=record -XX:AOTConfiguration=configuration -cp hello.jar Hello >/dev/null 2>&1
  "$JAVA_HOME/bin/java" -XX:AOTMode=create -XX:AOTConfiguration=configuration -XX:AOTCache=cache -cp hello.jar >/dev/null 2>&1
  "$JAVA_HOME/bin/java" -XX:AOTCache=cache -Xlog:class+load -cp hello.jar Hello >with
  echo "classes without a cache: $(wc -l <without), of the maker: $(of_the_maker without)"
  echo "classes with a cache: $(wc -l <with), of the maker: $(of_the_maker with)"
  [ "$(of_the_maker without)" -eq 0 ]
  [ "$(of_the_maker with)" -gt 20 ]
  rm -rf "jdk-$number"
done
