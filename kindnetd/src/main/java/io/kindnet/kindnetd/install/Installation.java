package io.kindnet.kindnetd.install;

/**
 * What an installation came to.
 *
 * @param id the version that the link leads to now
 * @param size of all its files, in bytes
 * @param replacedFiles how many files had to be written, 0 where all was there
 * @param linked whether the link had to be made or changed
 */
public record Installation(String id, long size, int replacedFiles, boolean linked) {
  /** Whether anything had to be done. */
  public boolean changedSomething() {
    return replacedFiles > 0 || linked;
  }

  /** For people. */
  @Override
  public String toString() {
    String plugin = "cni-kindnet " + id;
    if (!changedSomething()) {
      return plugin + " is installed already";
    }
    if (replacedFiles == 0) {
      return plugin + " was there and is in use again";
    }
    return plugin + " installed, " + replacedFiles + " files, " + (size >> 20) + " MiB in all";
  }
}
