# Run by Machine as the first process of fresh mount and process namespaces. The arguments are the paths that the machine has
# to itself.
set -eu

# The directory that holds $1 is covered by one without $1 in which everything else leads to the original. No overlay file
# system: it cannot be stacked on every root file system, and it hides what is mounted below the directory.
own() {
  directory=${1%/*}
  if [ ! -d "$directory/.original" ]; then
    mount -n -t tmpfs -o mode=0755 machine /mnt
    cd /mnt
    mkdir .original
    mount -n --rbind "$directory" .original
    find .original -mindepth 1 -maxdepth 1 ! -type l -exec ln -s -t . {} +
    find .original -mindepth 1 -maxdepth 1 -type l -exec cp -P -t . {} +
    cd /
    mount -n --move /mnt "$directory"
  fi
  rm -f "$1"
}

for path in "$@"; do
  own "$path"
done
echo ready
# Until the owner closes its end of the pipe, in whichever way it ends. The shell stays, for it waits for orphans.
cat
