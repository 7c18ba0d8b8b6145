/*
 * Connections that are measured, by programs that take little themselves.
 *   connections serve PORT STREAM_PORT        accepts for ever; says "ready" first
 *   connections connect ADDRESS PORT COUNT    so many connections, one after the other; the median of connect(2) in nanoseconds
 *   connections stream ADDRESS PORT MILLIS    one connection, for so long; bytes in a second
 * IPv4. Ends with 1 and the reason where a connection is not made within two seconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

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

static struct sockaddr_in address(const char *text, const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  if (inet_pton(AF_INET, text, &address.sin_addr) != 1) {
    fprintf(stderr, "no IPv4 address: %s\n", text);
    exit(2);
  }
  return address;
}

static int listening(const char *port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  int one = 1;
  struct sockaddr_in any = address("0.0.0.0", port);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(fd, (struct sockaddr *)&any, sizeof any) < 0 || listen(fd, 4096) < 0) fail("listen");
  return fd;
}

static void serve(int fd, int reads) {
  for (;;) {
    int connection = accept(fd, NULL, NULL);
    if (connection < 0) continue;
    while (reads && read(connection, buffer, sizeof buffer) > 0) {
    }
    close(connection);
  }
}

/* A reset at the end leaves no port in TIME_WAIT. */
static int connected(struct sockaddr_in *to) {
  struct timeval two = {.tv_sec = 2};
  struct linger reset = {.l_onoff = 1};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) fail("socket");
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &two, sizeof two);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  return fd;
}

static int compare(const void *a, const void *b) {
  long long left = *(const long long *)a, right = *(const long long *)b;
  return (left > right) - (left < right);
}

static void connect_often(struct sockaddr_in to, int count) {
  long long *nanos = calloc(count, sizeof *nanos);
  for (int i = 0; i < count; i++) {
    int fd = connected(&to);
    long long begin = now();
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) fail("connect");
    nanos[i] = now() - begin;
    close(fd);
  }
  qsort(nanos, count, sizeof *nanos, compare);
  printf("%lld\n", nanos[count / 2]);
}

static void stream(struct sockaddr_in to, int millis) {
  int fd = connected(&to);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) fail("connect");
  long long begin = now(), end = begin + millis * 1000000LL, bytes = 0;
  while (now() < end) {
    ssize_t written = write(fd, buffer, sizeof buffer);
    if (written < 0) fail("write");
    bytes += written;
  }
  printf("%.0f\n", bytes / ((now() - begin) / 1e9));
}

int main(int count, char **arguments) {
  if (count == 4 && !strcmp(arguments[1], "serve")) {
    int connections = listening(arguments[2]), streams = listening(arguments[3]);
    puts("ready");
    fflush(stdout);
    if (fork() == 0) serve(streams, 1);
    serve(connections, 0);
  }
  if (count == 5 && !strcmp(arguments[1], "connect")) {
    connect_often(address(arguments[2], arguments[3]), atoi(arguments[4]));
    return 0;
  }
  if (count == 5 && !strcmp(arguments[1], "stream")) {
    stream(address(arguments[2], arguments[3]), atoi(arguments[4]));
    return 0;
  }
  fputs("serve PORT STREAM_PORT, connect ADDRESS PORT COUNT or stream ADDRESS PORT MILLIS\n", stderr);
  return 2;
}
