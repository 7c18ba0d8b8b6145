#!/bin/sh
# A Java runtime that jlink of JDK 26.0.2.1 (Debian) made with java.sql, and with no module of the application's class loader, does not
# start with an AOT cache: "Unexpected exception when loading aot-linked classes", an InternalError of the initializer of
# ClassLoaders$AppClassLoader, whatever -XX:AOTMode says, and though the cache was made without a complaint. With jdk.attach, which is of
# that loader, it starts; so it does with java.base alone, and with JDK 25 and 27.
# Needs: Debian 13 or newer, with a mirror in the sources of its apt; the packages are unpacked, not installed.
set -eu
. "$(dirname "$(realpath "$0")")/debian-packages"
version=26.0.2.1+1-1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

unpack_debian sid jdk "openjdk-26-jdk-headless=$version" "openjdk-26-jre-headless=$version"
JAVA_HOME=$(echo "$folder"/jdk/usr/lib/jvm/java-26-openjdk-*)
"$JAVA_HOME/bin/java" -version 2>&1 | sed -n 2p

cat >Hello.java <<'PROGRAM'
public class Hello {
  public static void main(String[] arguments) {
    System.out.println("hello");
  }
}
PROGRAM
"$JAVA_HOME/bin/javac" Hello.java
"$JAVA_HOME/bin/jar" --create --file hello.jar Hello.class

# $1 modules; prints what the program prints that is started with a cache
started() {
  rm -rf runtime cache configuration
  "$JAVA_HOME/bin/jlink" --add-modules "$1" --output runtime
  runtime/bin/java -XX:AOTMode=record -XX:AOTConfiguration=configuration -cp hello.jar Hello >/dev/null 2>&1
  runtime/bin/java -XX:AOTMode=create -XX:AOTConfiguration=configuration -XX:AOTCache=cache -cp hello.jar >/dev/null 2>&1
  runtime/bin/java -XX:AOTCache=cache -cp hello.jar Hello 2>&1 || true
}

for modules in java.base java.base,java.sql java.base,java.sql,jdk.attach; do
  printed=$(started "$modules")
  printf '%s:\n%s\n' "$modules" "$printed"
  case $modules in
    java.base,java.sql) expected='*aot-linked classes*' ;;
    *) expected=hello ;;
  esac
  # shellcheck disable=SC2254 # a pattern
  case $printed in
    $expected) ;;
    *)
      echo "this is no longer so" >&2
      exit 1
      ;;
  esac
done
