# The first process of a machine, in fresh mount, process, host name and network namespaces:
#   machine.sh NAME DIRECTORY PAUSE PATH...
# The machine sees the file system of the host, with /etc as a copy, and with an empty /run and /opt and a /var of its own. What it
# writes to /etc/cni, /opt and /var is kept in DIRECTORY/root, as on a disk: it is there again after the machine was restarted. The
# PATHs are seen as they are outside. In the end DIRECTORY/ready is written, and PAUSE takes over.
set -eu
name=$1 directory=$2 pause=$3
shift 3
disk=$directory/root

mkdir -p "$disk/etc/cni/net.d" "$disk/opt/cni/bin" "$disk/var/lib" "$disk/var/log" "$disk/var/tmp" "$directory/mnt"
ln -sfn /run "$disk/var/run"
new=$directory/mnt
mount -n -t tmpfs -o mode=0755 root "$new"
for path in /*; do
  case $path in
    /etc | /opt | /proc | /run | /var | '/*') ;;
    *)
      if [ -L "$path" ]; then
        cp -P "$path" "$new$path"
      elif [ -d "$path" ]; then
        mkdir "$new$path"
        mount -n --rbind "$path" "$new$path"
      fi
      ;;
  esac
done
cp -a /etc "$new/etc"
rm -rf "$new/etc/cni"
mkdir -p "$new/etc/cni" "$new/opt" "$new/proc" "$new/run" "$new/var"
mount -n -t proc proc "$new/proc"
mount -n -t tmpfs -o mode=0755 run "$new/run"
mount -n --bind "$disk/etc/cni" "$new/etc/cni"
mount -n --bind "$disk/opt" "$new/opt"
mount -n --bind "$disk/var" "$new/var"
for path in "$@" "$directory"; do
  if [ -d "$path" ] && [ ! -d "$new$path" ]; then
    mkdir -p "$new$path"
    mount -n --bind "$path" "$new$path"
  fi
done
mkdir -p "$new/etc/kubernetes/manifests"
mkdir -p "$new/run/e2e" "$new/run/netns" "$new/run/lock"

# A kubelet sets these for the whole kernel, if they are not so yet; here it finds and changes copies.
mkdir "$new/run/e2e/sys"
for setting in vm/overcommit_memory=1 kernel/panic=10 kernel/panic_on_oops=1 \
  kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  file=$new/proc/sys/${setting%=*}
  if [ -e "$file" ]; then
    copy=$new/run/e2e/sys/$(basename "$file")
    echo "${setting#*=}" >"$copy"
    mount -n --bind "$copy" "$file"
  fi
done

mkdir "$new/.host"
cd "$new"
pivot_root . .host
cd /
umount -n -l /.host
rmdir /.host
# as systemd does: what a container runtime mounts is seen by containers that ask for it
mount -n --make-rshared /
hostname "$name"
ip link set lo up
: >"$directory/ready"
exec "$pause" </dev/null
