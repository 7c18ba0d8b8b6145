package io.kindnet.netlink.libc;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * The functions of the C library that this project calls, with the C library's own names and types.
 *
 * <p>Public because jnr-ffi implements it from another class loader; nothing outside this package
 * calls it.
 */
public interface Libc {
  /** The C library, by the name that the loader has it under already. */
  Libc INSTANCE = LibraryLoader.create(Libc.class).load("libc.so.6");

  /** The runtime that keeps errno of the last call on this thread. */
  Runtime RUNTIME = Runtime.getRuntime(INSTANCE);

  int socket(int domain, int type, int protocol);

  int bind(int fd, Pointer address, int length);

  int getsockname(int fd, Pointer address, Pointer length);

  int setsockopt(int fd, int level, int option, Pointer value, int length);

  long sendmsg(int fd, Pointer message, int flags);

  long recvmsg(int fd, Pointer message, int flags);

  int poll(Pointer descriptors, long count, int timeoutMillis);

  int open(String path, int flags, int mode);

  int close(int fd);

  int setns(int fd, int kind);

  int eventfd(int initial, int flags);

  long write(int fd, Pointer bytes, long length);
}
