# Runs udev for the links of a machine, as an ordinary host has it: with the default policy for MAC addresses. The kernel sends the
# events of a link to the network namespace that it is in (since Linux 4.18), but /sys shows the links of the namespace that it was
# mounted in. Only the rules for links are there, since events of disks and the like come to all namespaces.
set -eu
mount -n -t sysfs sysfs /sys
mkdir -p /run/udev /run/e2e/udev-rules
for rules in 75-net-description 80-net-setup-link; do
  cp "/usr/lib/udev/rules.d/$rules.rules" /run/e2e/udev-rules/
done
mount -n --bind /run/e2e/udev-rules /usr/lib/udev/rules.d
mount -n -t tmpfs dev /dev
mknod -m 666 /dev/null c 1 3
# from which, and from a link's name, its persistent address is made
[ -s /etc/machine-id ] || echo 0123456789abcdef0123456789abcdef >/etc/machine-id
exec /usr/lib/systemd/systemd-udevd
