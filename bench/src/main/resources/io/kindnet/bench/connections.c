/*
 * Connections and datagrams that are measured, by programs that take little themselves.
 *   connections serve PORT                    serves for ever, at PORT and the four after it; says "ready" first
 *   connections connect ADDRESS PORT COUNT    so many connections, one after the other; the median of connect(2) in nanoseconds
 *   connections rate ADDRESS PORT COUNT       so many connections, one after the other; connections in a second
 *   connections requests ADDRESS PORT COUNT   the same to PORT + 4, with a byte each way, closed by the server
 *   connections stream ADDRESS PORT MILLIS    one connection to PORT + 1, for so long; bytes written in a second
 *   connections fetch ADDRESS PORT MILLIS     one connection to PORT + 2, for so long; bytes read in a second
 *   connections datagrams ADDRESS PORT MILLIS to PORT + 3, with 64 bytes each, as many as it can send; how many arrive in a second
 * IPv4 and IPv6. Ends with 1 and the reason where a connection is not made within two seconds.
 */
#define _GNU_SOURCE
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { STREAM = 1, SOURCE, DATAGRAMS, REQUESTS };
enum { BATCH = 32, DATAGRAM = 64 };

static char buffer[1 << 17];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* An address without one is any of this host. */
static struct addrinfo *address(const char *host, const char *port, int offset, int type) {
  struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_PASSIVE, .ai_socktype = type, .ai_family = host ? AF_UNSPEC : AF_INET6};
  struct addrinfo *found;
  char number[8];
  snprintf(number, sizeof number, "%d", (atoi(port) + offset) & 0xffff);
  if (getaddrinfo(host, number, &hints, &found)) {
    fprintf(stderr, "no address: %s\n", host ? host : "any");
    exit(2);
  }
  return found;
}

/* For both families. */
static int bound(const char *port, int offset, int type) {
  struct addrinfo *any = address(NULL, port, offset, type);
  int fd = socket(any->ai_family, type, 0), one = 1, zero = 0;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
  if (bind(fd, any->ai_addr, any->ai_addrlen) < 0 || (type == SOCK_STREAM && listen(fd, 4096) < 0)) fail("listen");
  freeaddrinfo(any);
  return fd;
}

/* What has arrived at PORT + DATAGRAMS, as who connects there is told. */
static volatile long long *received;

static void count(int fd) {
  static char data[BATCH][DATAGRAM];
  struct iovec parts[BATCH];
  struct mmsghdr messages[BATCH] = {0};
  for (int i = 0; i < BATCH; i++) {
    parts[i] = (struct iovec){data[i], DATAGRAM};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
  }
  for (;;) {
    int got = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
    if (got > 0) *received += got;
  }
}

static void serve(int fd, int service) {
  for (;;) {
    int connection = accept(fd, NULL, NULL);
    if (connection < 0) continue;
    while (service == STREAM && read(connection, buffer, sizeof buffer) > 0) {
    }
    while (service == SOURCE && write(connection, buffer, sizeof buffer) > 0) {
    }
    if (service == DATAGRAMS) {
      long long count = *received;
      if (write(connection, &count, sizeof count) < 0) perror("write");
    }
    if (service == REQUESTS && (read(connection, buffer, 1) != 1 || write(connection, buffer, 1) != 1)) perror("answer");
    close(connection);
  }
}

static void serve_all(const char *port) {
  int fds[] = {bound(port, 0, SOCK_STREAM), bound(port, STREAM, SOCK_STREAM), bound(port, SOURCE, SOCK_STREAM),
               bound(port, DATAGRAMS, SOCK_STREAM), bound(port, REQUESTS, SOCK_STREAM)};
  int datagrams = bound(port, DATAGRAMS, SOCK_DGRAM);
  received = mmap(NULL, sizeof *received, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (received == MAP_FAILED) fail("mmap");
  signal(SIGPIPE, SIG_IGN);
  puts("ready");
  fflush(stdout);
  for (int service = STREAM; service <= REQUESTS; service++)
    if (fork() == 0) serve(fds[service], service);
  if (fork() == 0) count(datagrams);
  serve(fds[0], 0);
}

/* A reset at the end leaves no port in TIME_WAIT. */
static int unconnected(const struct addrinfo *to) {
  struct timeval two = {.tv_sec = 2};
  struct linger reset = {.l_onoff = 1};
  int fd = socket(to->ai_family, to->ai_socktype, 0);
  if (fd < 0) fail("socket");
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &two, sizeof two);
  if (to->ai_socktype == SOCK_STREAM) setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  return fd;
}

static int connected(const struct addrinfo *to) {
  int fd = unconnected(to);
  if (connect(fd, to->ai_addr, to->ai_addrlen) < 0) fail("connect");
  return fd;
}

static int compare(const void *a, const void *b) {
  long long left = *(const long long *)a, right = *(const long long *)b;
  return (left > right) - (left < right);
}

static void connect_often(const struct addrinfo *to, int count) {
  long long *nanos = calloc(count, sizeof *nanos);
  for (int i = 0; i < count; i++) {
    int fd = unconnected(to);
    long long begin = now();
    if (connect(fd, to->ai_addr, to->ai_addrlen) < 0) fail("connect");
    nanos[i] = now() - begin;
    close(fd);
  }
  qsort(nanos, count, sizeof *nanos, compare);
  printf("%lld\n", nanos[count / 2]);
}

static void connect_steadily(const struct addrinfo *to, int count, int ask) {
  long long begin = now();
  for (int i = 0; i < count; i++) {
    int fd = connected(to);
    if (ask && (write(fd, buffer, 1) != 1 || read(fd, buffer, 1) != 1 || read(fd, buffer, 1) != 0)) fail("request");
    close(fd);
  }
  printf("%.0f\n", count / ((now() - begin) / 1e9));
}

static void transfer(const struct addrinfo *to, int millis, ssize_t (*some)(int fd)) {
  int fd = connected(to);
  long long begin = now(), end = begin + millis * 1000000LL, bytes = 0;
  while (now() < end) {
    ssize_t done = some(fd);
    if (done <= 0) fail("transfer");
    bytes += done;
  }
  printf("%.0f\n", bytes / ((now() - begin) / 1e9));
}

static ssize_t write_some(int fd) { return write(fd, buffer, sizeof buffer); }

static ssize_t read_some(int fd) { return read(fd, buffer, sizeof buffer); }

static long long arrived(const struct addrinfo *server) {
  long long count;
  int fd = connected(server);
  if (read(fd, &count, sizeof count) != sizeof count) fail("count");
  close(fd);
  return count;
}

static void send_datagrams(const struct addrinfo *to, const struct addrinfo *server, int millis) {
  struct timespec pause = {.tv_nsec = 10000000};
  int fd = connected(to);
  long long before = arrived(server), begin = now(), end = begin + millis * 1000000LL, after, last;
  while (now() < end)
    for (int i = 0; i < BATCH; i++) send(fd, buffer, DATAGRAM, 0);
  long long nanos = now() - begin;
  for (last = -1; (after = arrived(server)) != last; last = after) nanosleep(&pause, NULL);
  printf("%.0f\n", (after - before) / (nanos / 1e9));
}

int main(int count, char **arguments) {
  const char *what = count > 2 ? arguments[1] : "";
  if (count == 3 && !strcmp(what, "serve")) serve_all(arguments[2]);
  if (count == 5) {
    const char *host = arguments[2], *port = arguments[3];
    int number = atoi(arguments[4]);
    if (!strcmp(what, "connect"))
      connect_often(address(host, port, 0, SOCK_STREAM), number);
    else if (!strcmp(what, "rate"))
      connect_steadily(address(host, port, 0, SOCK_STREAM), number, 0);
    else if (!strcmp(what, "requests"))
      connect_steadily(address(host, port, REQUESTS, SOCK_STREAM), number, 1);
    else if (!strcmp(what, "stream"))
      transfer(address(host, port, STREAM, SOCK_STREAM), number, write_some);
    else if (!strcmp(what, "fetch"))
      transfer(address(host, port, SOURCE, SOCK_STREAM), number, read_some);
    else if (!strcmp(what, "datagrams"))
      send_datagrams(address(host, port, DATAGRAMS, SOCK_DGRAM), address(host, port, DATAGRAMS, SOCK_STREAM), number);
    else
      return 2;
    return 0;
  }
  fputs("serve PORT, or connect, rate, requests, stream, fetch or datagrams ADDRESS PORT NUMBER\n", stderr);
  return 2;
}
