package io.kindnet.kindnetd.kube;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * A kind of objects that is read as protobuf, field by field.
 *
 * @param path of all objects, such as {@code api/v1/nodes}
 * @param plural for logs, such as {@code Nodes}
 * @param readers makes readers, each for one thread
 */
public record Resource<T extends ApiRecord>(
    String path, String plural, Supplier<RecordReader<T>> readers) implements ListedResource<T> {
  /** Takes from an object what is kept of it. */
  @FunctionalInterface
  public interface RecordReader<T> {
    /** Reads an object that begins with its length. */
    T read(CodedInputStream in) throws IOException;
  }

  @Override
  public boolean isOptional() {
    return false;
  }
}
