package io.kindnet.bench;

import io.kindnet.measuring.Job;
import io.kindnet.measuring.Meter;
import io.kindnet.measuring.Sample;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * The least that a Java program costs: {@link HelloWorld} on the plugin's own runtime, with the
 * plugin's own options, and with a cache of its own classes.
 */
final class Floor {
  private static final String HOME = "/opt/cni/lib/cni-kindnet";

  private final Meter meter;
  private final Job job;

  private Floor(Meter meter, Job job) {
    this.meter = meter;
    this.job = job;
  }

  /**
   * Builds the program and trains its cache.
   *
   * @param directory where the jar and the cache go
   */
  static Floor build(Meter meter, Path directory) {
    Path jar = directory.resolve("hello.jar");
    Path cache = directory.resolve("hello.aot");
    try {
      Files.createDirectories(directory);
      Files.deleteIfExists(cache);
      pack(HelloWorld.class, jar);
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot write " + jar, failed);
    }
    meter.run(java("-XX:AOTCacheOutput=" + cache, jar)).orFail("training of the floor");
    if (!Files.exists(cache)) {
      throw new AssertionError("the training of the floor has made no cache");
    }
    return new Floor(meter, java("-XX:AOTCache=" + cache, jar));
  }

  Job job() {
    return job;
  }

  Sample sample() {
    return meter.run(job).orFail("hello world");
  }

  private static Job java(String cache, Path jar) {
    List<String> command = new ArrayList<>();
    command.add(HOME + "/runtime/bin/java");
    command.add(cache);
    command.add("@" + HOME + "/jvm.options");
    command.addAll(List.of("-cp", jar.toString(), HelloWorld.class.getName()));
    return new Job(command, Map.of(), "");
  }

  private static void pack(Class<?> program, Path jar) throws IOException {
    String name = program.getName().replace('.', '/') + ".class";
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        InputStream in = program.getResourceAsStream(program.getSimpleName() + ".class")) {
      if (in == null) {
        throw new IOException(program + " has no class file");
      }
      out.putNextEntry(new JarEntry(name));
      in.transferTo(out);
      out.closeEntry();
    }
  }
}
