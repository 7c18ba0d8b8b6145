package com.kenai.jffi.internal;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * Loads jffi's native library, in the place of jffi's own class of this name, which it asks for by
 * reflection: that one sets the logging of the Java runtime up first, for longer than a call of the
 * plugin may take.
 */
public final class StubLoader {
  private static final String LIBRARY = "libjffi-1.2.so";

  @SuppressWarnings("StaticAssignmentOfThrowable") // jffi asks for it later
  private static final @Nullable Throwable FAILURE = load();

  private StubLoader() {}

  /** Whether the library is loaded. Called by jffi. */
  public static boolean isLoaded() {
    return FAILURE == null;
  }

  /** Why it is not. Called by jffi. */
  public static @Nullable Throwable getFailureCause() {
    return FAILURE;
  }

  @SuppressWarnings("restricted")
  private static @Nullable Throwable load() {
    String directory = System.getProperty("jffi.boot.library.path");
    try {
      if (directory != null) {
        System.load(new File(directory, LIBRARY).getAbsolutePath());
      } else {
        loadUnpacked();
      }
      return null;
    } catch (IOException | LinkageError refused) {
      return refused;
    }
  }

  /** The library of jffi's jar; the kernel keeps it while it is in use, so that the file can go. */
  @SuppressWarnings("restricted")
  private static void loadUnpacked() throws IOException {
    String machine = System.getProperty("os.arch", "").equals("amd64") ? "x86_64" : "aarch64";
    String resource = "/jni/" + machine + "-Linux/" + LIBRARY;
    Path unpacked = Files.createTempFile("libjffi", ".so");
    try (InputStream library = StubLoader.class.getResourceAsStream(resource)) {
      if (library == null) {
        throw new UnsatisfiedLinkError(resource + " is in no jar");
      }
      Files.copy(library, unpacked, StandardCopyOption.REPLACE_EXISTING);
      System.load(unpacked.toString());
    } finally {
      Files.delete(unpacked);
    }
  }
}
