/* A name server for measurements, which takes as little time as there is: it answers for A and AAAA of every name, over UDP and TCP, at the
 * address and port that are its arguments. What is asked about names with a label `far` is answered a millisecond later, to the microsecond,
 * as if the server were on another machine; answers about names with a label `unkept` may not be kept. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 12, LONGEST = 512, PREFIX = 2, CONNECTIONS = 1024, PENDING = 8192, FAR_NANOS = 1000000 };

struct answer {
  long long due;
  int fd;
  struct sockaddr_in peer; /* of a datagram */
  int length;
  unsigned char message[PREFIX + LONGEST + 64]; /* behind its length, for TCP */
};

static struct answer pending[PENDING]; /* a ring, by the time when they are due */
static unsigned first, last;
static int fds[2 + CONNECTIONS]; /* UDP, the listener, connections */
static int epoll;
static unsigned char received[CONNECTIONS][PREFIX + LONGEST];
static int counts[CONNECTIONS];

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void transmit(const struct answer *answer) {
  if (answer->fd == fds[0]) {
    sendto(answer->fd, answer->message + PREFIX, answer->length, 0, (const struct sockaddr *)&answer->peer, sizeof answer->peer);
  } else if (answer->fd >= 0) {
    send(answer->fd, answer->message, PREFIX + answer->length, MSG_NOSIGNAL);
  }
}

/* Answers what is in pending[last % PENDING]. */
static void answer(void) {
  static const unsigned char v4[] = {0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0x0e, 0x10, 0, 4, 192, 0, 2, 1};
  static const unsigned char v6[] = {0xc0, HEADER, 0, 28, 0, 1, 0, 0, 0x0e, 0x10, 0, 16, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  static const unsigned char opt[] = {0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0};
  struct answer *next = &pending[last % PENDING];
  unsigned char *message = next->message + PREFIX;
  int far = 0, kept = 1, at = HEADER;
  while (at < next->length && message[at] != 0) {
    far |= message[at] == 3 && memcmp(message + at + 1, "far", 3) == 0;
    kept &= message[at] != 6 || memcmp(message + at + 1, "unkept", 6) != 0;
    at += 1 + message[at];
  }
  at += 5;
  if (at > next->length) {
    return; /* no query */
  }
  int type = message[at - 3], extended = message[11];
  message[2] |= 0x80; /* an answer */
  message[3] = 0x80;  /* recursion is available, no error */
  message[7] = type == 1 || type == 28;
  message[11] = extended ? 1 : 0;
  if (message[7]) {
    const unsigned char *record = type == 1 ? v4 : v6;
    int length = type == 1 ? sizeof v4 : sizeof v6;
    memcpy(message + at, record, length);
    if (!kept) {
      memset(message + at + 6, 0, 4);
    }
    at += length;
  }
  if (extended) {
    memcpy(message + at, opt, sizeof opt);
    at += sizeof opt;
  }
  next->length = at;
  next->message[0] = at >> 8;
  next->message[1] = at;
  if (far) {
    next->due = now() + FAR_NANOS;
    last++;
  } else {
    transmit(next);
  }
}

/* Waits for a descriptor, too. */
static void await(int index, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};
  fds[index] = fd;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
    perror("epoll_ctl");
    exit(1);
  }
}

static void receive_datagram(void) {
  struct answer *next = &pending[last % PENDING];
  socklen_t size = sizeof next->peer;
  next->fd = fds[0];
  next->length = recvfrom(next->fd, next->message + PREFIX, LONGEST, 0, (struct sockaddr *)&next->peer, &size);
  if (next->length > HEADER) {
    answer();
  }
}

static void receive_stream(int number) {
  int connection = fds[2 + number];
  unsigned char *bytes = received[number];
  int more = recv(connection, bytes + counts[number], sizeof received[number] - counts[number], 0);
  if (more <= 0) {
    for (unsigned i = first; i != last; i++) {
      if (pending[i % PENDING].fd == connection) {
        pending[i % PENDING].fd = -1;
      }
    }
    close(connection);
    fds[2 + number] = -1;
    return;
  }
  counts[number] += more;
  int length;
  while (counts[number] >= PREFIX && counts[number] >= PREFIX + (length = bytes[0] << 8 | bytes[1])) {
    struct answer *next = &pending[last % PENDING];
    next->fd = connection;
    next->length = length;
    memcpy(next->message, bytes, PREFIX + length);
    counts[number] -= PREFIX + length;
    memmove(bytes, bytes + PREFIX + length, counts[number]);
    answer();
  }
}

static void accept_connection(void) {
  int one = 1;
  int fd = accept(fds[1], NULL, NULL);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  for (int i = 0; i < CONNECTIONS && fd >= 0; i++) {
    if (fds[2 + i] < 0) {
      counts[i] = 0;
      await(2 + i, fd);
      return;
    }
  }
  close(fd);
}

static int bound(int kind, const struct sockaddr_in *address) {
  int one = 1;
  int fd = socket(AF_INET, kind, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (fd < 0 || bind(fd, (const struct sockaddr *)address, sizeof *address) < 0 || (kind == SOCK_STREAM && listen(fd, CONNECTIONS) < 0)) {
    perror("listen");
    exit(1);
  }
  return fd;
}

int main(int count, char **arguments) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  if (count != 3 || inet_pton(AF_INET, arguments[1], &address.sin_addr) != 1) {
    fprintf(stderr, "usage: nameserver ADDRESS PORT\n");
    return 2;
  }
  address.sin_port = htons(atoi(arguments[2]));
  prctl(PR_SET_TIMERSLACK, 1UL);
  memset(fds, -1, sizeof fds);
  epoll = epoll_create1(0);
  await(0, bound(SOCK_DGRAM, &address));
  await(1, bound(SOCK_STREAM, &address));
  for (;;) {
    struct timespec timeout = {0, 0};
    struct epoll_event ready[64];
    for (; first != last && pending[first % PENDING].due <= now(); first++) {
      transmit(&pending[first % PENDING]);
    }
    if (first != last) {
      long long left = pending[first % PENDING].due - now();
      timeout.tv_nsec = left > 0 ? left : 0;
    }
    int number = epoll_pwait2(epoll, ready, 64, first == last ? NULL : &timeout, NULL);
    if (number < 0 && errno != EINTR) {
      perror("epoll_pwait2");
      return 1;
    }
    for (int i = 0; i < number; i++) {
      int index = ready[i].data.u32;
      if (index == 0) {
        receive_datagram();
      } else if (index == 1) {
        accept_connection();
      } else if (fds[index] >= 0) {
        receive_stream(index - 2);
      }
    }
  }
}
