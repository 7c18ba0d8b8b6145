// Traffic for the benches of this module:
//   traffic serve PORT                        takes TCP streams and UDP datagrams until it is killed; says "ready"
//   traffic tcp ADDRESS PORT MILLIS SIZE      a stream, written SIZE bytes at a time; says how many bytes arrived
//   traffic udp ADDRESS PORT MILLIS SIZE      datagrams of SIZE bytes; says how many bytes arrived in them
//   traffic connect ADDRESS PORT COUNT 0      so many TCP connections, reset at once; says the median of connect(2) in nanoseconds
#include <arpa/inet.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { HELLO = 1, END = 2, DATA = 3, HELLOS = 60 };

static char buffer[1 << 16];

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void serve_tcp(int port) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
  int on = 1, server = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(server, (struct sockaddr *)&at, sizeof at) || listen(server, 4096)) die("listen");
  signal(SIGPIPE, SIG_IGN);
  puts("ready");
  fflush(stdout);
  for (;;) {
    int client = accept(server, NULL, NULL);
    uint64_t bytes = 0;
    ssize_t length;
    if (client < 0) continue;
    while ((length = read(client, buffer, sizeof buffer)) > 0) bytes += length;
    // who has reset the connection does not want to know
    (void)!write(client, &bytes, sizeof bytes);
    close(client);
  }
}

static void serve_udp(int port) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)}, from;
  int room = 8 << 20, server = socket(AF_INET, SOCK_DGRAM, 0);
  uint64_t bytes = 0;
  setsockopt(server, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  if (bind(server, (struct sockaddr *)&at, sizeof at)) die("bind");
  for (;;) {
    socklen_t size = sizeof from;
    ssize_t length = recvfrom(server, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &size);
    if (length <= 0) continue;
    if (buffer[0] == DATA) {
      bytes += length;
      continue;
    }
    if (buffer[0] == HELLO) bytes = 0;
    memcpy(buffer + 8, &bytes, sizeof bytes);
    sendto(server, buffer, 16, 0, (struct sockaddr *)&from, size);
  }
}

static int compare(const void *one, const void *other) {
  int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;
  return a < b ? -1 : a > b;
}

static int64_t nanos(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void connect_often(const struct sockaddr_in *to, int count) {
  int64_t *times = calloc(count, sizeof *times);
  struct linger reset = {.l_onoff = 1};
  for (int i = 0; i < count; i++) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int64_t before = nanos();
    if (connect(fd, (const struct sockaddr *)to, sizeof *to)) die("connect");
    times[i] = nanos() - before;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
  }
  qsort(times, count, sizeof *times, compare);
  printf("%lld\n", (long long)times[count / 2]);
  free(times);
}

static int ask(int fd, int what) {
  memset(buffer, what, 64);
  if (send(fd, buffer, 64, 0) < 0) return 0;
  ssize_t length;
  while ((length = recv(fd, buffer, sizeof buffer, 0)) > 0)
    if (length == 16 && buffer[0] == what) return 1;
  return 0;
}

int main(int count, char **arguments) {
  if (count == 3) {
    if (fork() == 0) serve_udp(atoi(arguments[2]));
    serve_tcp(atoi(arguments[2]));
  }
  if (count != 6) return 2;
  int tcp = !strcmp(arguments[1], "tcp"), size = atoi(arguments[5]);
  int fd = socket(AF_INET, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[3]))};
  struct timeval limit = {.tv_sec = 2};
  uint64_t bytes = 0;
  inet_pton(AF_INET, arguments[2], &to.sin_addr);
  if (!strcmp(arguments[1], "connect")) {
    connect_often(&to, atoi(arguments[4]));
    return 0;
  }
  if (connect(fd, (struct sockaddr *)&to, sizeof to)) die("connect");
  if (!tcp) {
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    for (int i = 0, answers = 0; answers < HELLOS; i++) {
      answers += ask(fd, HELLO);
      if (i > 2 * HELLOS) return 3;
    }
  }
  int64_t end = now() + atoi(arguments[4]);
  memset(buffer, DATA, sizeof buffer);
  while (now() < end)
    for (int i = 0; i < 16; i++)
      if (write(fd, buffer, size) < 0 && tcp) die("write");
  if (tcp) {
    shutdown(fd, SHUT_WR);
    if (recv(fd, &bytes, sizeof bytes, MSG_WAITALL) != sizeof bytes) die("read");
  } else {
    for (int i = 0; !ask(fd, END); i++)
      if (i > 10) return 4;
    memcpy(&bytes, buffer + 8, sizeof bytes);
  }
  printf("%llu\n", (unsigned long long)bytes);
  return 0;
}
