# Executes the rest of its arguments as on a kernel that lacks a protocol of netlink: socket(AF_NETLINK, ..., PROTOCOL) fails with
# EPROTONOSUPPORT. The kernel itself refuses it, by a filter (seccomp(2)).
import ctypes
import errno
import os
import platform
import struct
import sys

# linux/audit.h, and the number of socket(2)
ARCH, SOCKET = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}[platform.machine()]
AF_NETLINK = 16
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
SECCOMP_RET_ERRNO, SECCOMP_RET_ALLOW = 0x00050000, 0x7FFF0000
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # linux/bpf_common.h, words at absolute offsets

protocol, command = int(sys.argv[1]), sys.argv[2:]
# offsets in struct seccomp_data: number 0, arch 4, arguments from 16 on; the least significant half of an argument is the first
conditions = [(4, ARCH), (0, SOCKET), (16, AF_NETLINK), (32, protocol)]
program = b""
for place, (offset, value) in enumerate(conditions):
    to_allow = 2 * (len(conditions) - place) - 1
    program += struct.pack("=HBBI", LOAD, 0, 0, offset)
    program += struct.pack("=HBBI", JUMP_IF_EQUAL, 0, to_allow, value)
program += struct.pack("=HBBI", RETURN, 0, 0, SECCOMP_RET_ERRNO | errno.EPROTONOSUPPORT)
program += struct.pack("=HBBI", RETURN, 0, 0, SECCOMP_RET_ALLOW)


class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


libc = ctypes.CDLL(None, use_errno=True)
for arguments in (
    (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
    (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(Filter(len(program) // 8, program)), 0, 0),
):
    if libc.prctl(*arguments) != 0:
        sys.exit("prctl: " + os.strerror(ctypes.get_errno()))
os.execvp(command[0], command)
