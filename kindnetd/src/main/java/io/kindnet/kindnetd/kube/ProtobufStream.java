package io.kindnet.kindnetd.kube;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kindnet.kindnetd.kube.Resource.RecordReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/** Lists and events in protobuf. */
final class ProtobufStream<T extends ApiRecord> extends ResourceStream<T> {
  /** Bytes of a list that are read at once. */
  private static final int BUFFER = 1 << 14;

  private final String plural;

  /** One for all lists and watches, since it knows which values it has read before. */
  private final RecordReader<T> reader;

  ProtobufStream(ApiRequests requests, Resource<T> resource) {
    super(requests, resource);
    this.plural = resource.plural();
    this.reader = resource.readers().get();
  }

  @Override
  String listFormat() {
    return ApiRequests.PROTOBUF;
  }

  @Override
  String watchFormat() {
    return ApiRequests.PROTOBUF_WATCH;
  }

  @Override
  Page readPage(InputStream body, Consumer<T> each) throws IOException {
    return new ListReader<>(reader, each).read(CodedInputStream.newInstance(body, BUFFER));
  }

  /** Reads a list object, such as a NodeList. */
  private static final class ListReader<T> {
    private static final int METADATA = Protobuf.bytes(1);
    private static final int ITEMS = Protobuf.bytes(2);
    // ListMeta
    private static final int RESOURCE_VERSION = Protobuf.bytes(2);
    private static final int CONTINUE = Protobuf.bytes(3);

    private final Consumer<T> each;
    private final RecordReader<T> reader;
    private final ApiObjects lists = new ApiObjects(in -> Protobuf.eachField(in, this::readField));
    private String version = "";
    private String next = "";

    ListReader(RecordReader<T> reader, Consumer<T> each) {
      this.reader = reader;
      this.each = each;
    }

    Page read(CodedInputStream in) throws IOException {
      lists.read(in);
      return new Page(version, next);
    }

    private boolean readField(int tag, CodedInputStream in) throws IOException {
      if (tag == METADATA) {
        return Protobuf.eachField(in, this::readMetadata);
      }
      if (tag != ITEMS) {
        return false;
      }
      each.accept(reader.read(in));
      return true;
    }

    private boolean readMetadata(int tag, CodedInputStream in) throws IOException {
      if (tag == RESOURCE_VERSION) {
        version = in.readString();
      } else if (tag == CONTINUE) {
        next = in.readString();
      } else {
        return false;
      }
      return true;
    }
  }

  @Override
  void readEvents(InputStream body, Events<T> events) throws IOException {
    WatchEvent<T> event = new WatchEvent<>(plural, reader);
    while (event.read(body)) {
      tell(event, events);
    }
  }

  private void tell(WatchEvent<T> event, Events<T> events) throws IOException {
    T object = event.object();
    switch (event.type()) {
      case "ADDED", "MODIFIED" -> events.changed(object);
      case "DELETED" -> events.deleted(object);
      case "BOOKMARK" -> {}
      default ->
          throw new InvalidProtocolBufferException(
              "watch of " + plural + ": an event of type '" + event.type() + "'");
    }
    events.reached(object.version());
  }
}
