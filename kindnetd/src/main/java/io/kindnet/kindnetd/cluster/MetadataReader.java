package io.kindnet.kindnetd.cluster;

import com.google.protobuf.CodedInputStream;
import io.kindnet.kindnetd.kube.Protobuf;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads what agents need of the metadata of an object; read again and again, one after the other.
 *
 * <p>Field numbers: generated.proto of k8s.io/apimachinery/meta/v1.
 */
public final class MetadataReader {
  // ObjectMeta
  private static final int NAME = Protobuf.bytes(1);
  private static final int NAMESPACE = Protobuf.bytes(3);
  private static final int UID = Protobuf.bytes(5);
  private static final int RESOURCE_VERSION = Protobuf.bytes(6);
  private static final int LABELS = Protobuf.bytes(11);
  private static final int ANNOTATIONS = Protobuf.bytes(12);
  // an entry of a map
  private static final int KEY = Protobuf.bytes(1);
  private static final int VALUE = Protobuf.bytes(2);

  /**
   * The annotation of a Pod that stands for one that a file of its node describes: the UID that the
   * kubelet gave that one ({@code ConfigMirrorAnnotationKey} of
   * k8s.io/kubernetes/pkg/kubelet/types).
   */
  private static final String MIRROR = "kubernetes.io/config.mirror";

  private final Interner<String> names = new Interner<>();
  private final Interner<Labels> sets = new Interner<>();
  private final Map<String, String> labels = new TreeMap<>();
  private final Protobuf.FieldReader metadata = this::readMetadata;
  private final Protobuf.FieldReader entry = this::readEntry;
  private final Protobuf.FieldReader annotation = this::readAnnotation;
  private String name = "";
  private String namespace = "";
  private String version = "";
  private String uid = "";
  private String mirrored = "";
  private String key = "";
  private String value = "";

  /** Forgets the object before. */
  public void clear() {
    name = "";
    namespace = "";
    version = "";
    uid = "";
    mirrored = "";
    labels.clear();
  }

  /**
   * Reads an ObjectMeta that begins with its length.
   *
   * @return always true, as a reader of a field says
   */
  public boolean read(CodedInputStream in) throws IOException {
    return Protobuf.eachField(in, metadata);
  }

  /** {@code metadata.name}. */
  public String name() {
    return name;
  }

  /** {@code metadata.namespace}, the same object for all that are equal. */
  public String namespace() {
    return namespace;
  }

  /** {@code metadata.resourceVersion}. */
  public String version() {
    return version;
  }

  /** {@code metadata.uid}. */
  public String uid() {
    return uid;
  }

  /** The UID of what a file of its node describes, where the object only stands for that. */
  public String mirrored() {
    return mirrored;
  }

  /** {@code metadata.labels}, the same object for all that are equal. */
  public Labels labels() {
    return labels.isEmpty() ? Labels.NONE : sets.intern(Labels.of(labels));
  }

  /** The text that stands for all that are equal to {@code text}. */
  public String intern(String text) {
    return names.intern(text);
  }

  private boolean readMetadata(int tag, CodedInputStream in) throws IOException {
    if (tag == NAME) {
      name = in.readString();
    } else if (tag == NAMESPACE) {
      namespace = intern(in.readString());
    } else if (tag == RESOURCE_VERSION) {
      version = in.readString();
    } else if (tag == UID) {
      uid = in.readString();
    } else if (tag == ANNOTATIONS) {
      key = "";
      return Protobuf.eachField(in, annotation);
    } else if (tag == LABELS) {
      key = "";
      value = "";
      Protobuf.eachField(in, entry);
      labels.put(intern(key), intern(value));
    } else {
      return false;
    }
    return true;
  }

  private boolean readAnnotation(int tag, CodedInputStream in) throws IOException {
    if (tag == KEY) {
      key = in.readString();
    } else if (tag == VALUE && key.equals(MIRROR)) {
      mirrored = in.readString();
    } else {
      return false;
    }
    return true;
  }

  private boolean readEntry(int tag, CodedInputStream in) throws IOException {
    if (tag == KEY) {
      key = in.readString();
    } else if (tag == VALUE) {
      value = in.readString();
    } else {
      return false;
    }
    return true;
  }
}
