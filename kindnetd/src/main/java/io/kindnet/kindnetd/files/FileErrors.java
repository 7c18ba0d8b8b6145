package io.kindnet.kindnetd.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Says in one line why a file could not be read or written. */
public final class FileErrors {
  private FileErrors() {}

  /** The file and the reason; the library leaves out the reasons that have a class of their own. */
  public static String of(IOException failure) {
    if (!(failure instanceof FileSystemException named)) {
      return String.valueOf(failure.getMessage());
    }
    String target = named.getOtherFile();
    String file = target == null ? named.getFile() : target;
    return file + ": " + reason(named);
  }

  private static String reason(FileSystemException failure) {
    String said = failure.getReason();
    if (said != null) {
      return said;
    }
    return switch (failure) {
      case NoSuchFileException missing -> "No such file or directory";
      case AccessDeniedException denied -> "Permission denied";
      default -> failure.getClass().getSimpleName();
    };
  }
}
