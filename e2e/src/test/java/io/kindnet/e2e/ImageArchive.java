package io.kindnet.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kindnet.e2e.cluster.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Archives of images as {@code docker save} writes them. */
final class ImageArchive {
  private ImageArchive() {}

  /**
   * Makes an image of another one that differs in a file of the plugin, as a later version would.
   *
   * @param archive of the image
   * @param name of the new one
   * @return its archive, beside the other
   */
  static Path withAnotherPlugin(Path archive, String name) {
    Path directory = archive.resolveSibling("other");
    Path other = directory.resolve("kindnetd.tar");
    run("rm", "-rf", directory.toString());
    try {
      Path plugin = directory.resolve("root/opt/kindnet/cni/lib/cni-kindnet");
      Files.createDirectories(plugin);
      Files.writeString(plugin.resolve("version"), "another one");
      Path content = Files.createDirectory(directory.resolve("content"));
      run("tar", "-C", content.toString(), "-xf", archive.toString());
      Path layer = content.resolve("other.tar");
      run("tar", "-C", directory.resolve("root").toString(), "-cf", layer.toString(), ".");
      addLayer(content, layer, name);
      run("tar", "-C", content.toString(), "-cf", other.toString(), ".");
    } catch (IOException failed) {
      throw new UncheckedIOException("cannot make " + other, failed);
    }
    return other;
  }

  private static void addLayer(Path content, Path layer, String name) throws IOException {
    String digest = run("sha256sum", layer.toString()).split(" ", 2)[0];
    Path manifestFile = content.resolve("manifest.json");
    ArrayNode manifest = (ArrayNode) Json.read(Files.readString(manifestFile));
    ObjectNode image = (ObjectNode) manifest.get(0);

    ObjectNode config =
        (ObjectNode) Json.read(Files.readString(content.resolve(image.get("Config").asText())));
    ((ArrayNode) config.at("/rootfs/diff_ids")).add("sha256:" + digest);
    config.remove("history"); // which would have to tell of the new layer, too
    Files.write(content.resolve("other.json"), config.toString().getBytes(UTF_8));

    image.put("Config", "other.json");
    image.putArray("RepoTags").add(name);
    ((ArrayNode) image.get("Layers")).add(content.relativize(layer).toString());
    Files.writeString(manifestFile, manifest.toString());
  }

  private static String run(String... command) {
    return Command.run(List.of(command));
  }
}
