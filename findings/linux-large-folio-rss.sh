#!/bin/sh
# How much memory a process is said to have (RSS) depends on how large the pieces were in which somebody else once wrote the files that it maps.
# The page cache keeps what was written, or read ahead, in large pieces as large folios (ext4 since Linux 6.16, XFS before), and who touches
# one byte of such a folio has all of it mapped; of small folios 64 KiB at most are mapped around it (fault_around_bytes). 128 reads of one byte, half a
# MiB apart, are 8 MiB of RSS in a file of 64 MiB that was written 10 KB at a time, as tar does, and 63 MiB where cp or a linker wrote it 1 MiB at a
# time. None of it is memory that the process takes from others, but RSS is what is measured and compared: two copies of one program with
# the same work differed by 10 MiB of 70.
# Seen with Linux 6.18 on ext4, through psutil 7.1.3. The folios are of the file system that TMPDIR is on.
# Needs: python3 with venv, and a TMPDIR on ext4 or XFS.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/python"
"$directory/python/bin/pip" --quiet --disable-pip-version-check install psutil==7.1.3

cat >"$directory/folios.py" <<'PROGRAM'
import mmap
import os
import sys

import psutil

SIZE = 64 << 20
STEP = 512 << 10


def resident(path):
    """KiB of the file that this process has after it has read a few bytes of it."""
    with open(path, "rb") as file:
        mapped = mmap.mmap(file.fileno(), SIZE, mmap.MAP_PRIVATE, mmap.PROT_READ)
    for at in range(STEP // 2, SIZE, STEP):
        mapped[at]
    return sum(region.rss for region in psutil.Process().memory_maps() if region.path == path) >> 10


for piece in (10 << 10, 1 << 20):
    path = os.path.join(sys.argv[1], str(piece))
    with open(path, "wb", buffering=0) as file:
        for _ in range(0, SIZE, piece):
            file.write(bytes(piece))
        file.truncate(SIZE)
    print(piece, resident(path))
PROGRAM
printed=$("$directory/python/bin/python" "$directory/folios.py" "$directory")
printf 'Linux %s, %s, bytes written at a time and KiB resident:\n%s\n' "$(uname -r)" "$(stat -f -c %T "$directory")" "$printed"
echo "$printed" | awk '{ resident[NR] = $2 } END { exit !(resident[2] > 3 * resident[1]) }' || {
  echo "this is no longer so" >&2
  exit 1
}
