/* Prints the addresses of each host that is named, as c-ares finds them: a line for each, or one that says "none". */
#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/select.h>

static void print(void *host, int status, int timeouts, struct ares_addrinfo *result) {
  (void)timeouts;
  if (status != ARES_SUCCESS) {
    printf("%s %s\n", (char *)host, status == ARES_ENOTFOUND || status == ARES_ENODATA ? "none" : ares_strerror(status));
    return;
  }
  for (struct ares_addrinfo_node *next = result->nodes; next != NULL; next = next->ai_next) {
    char text[INET6_ADDRSTRLEN];
    const void *address = next->ai_family == AF_INET ? (void *)&((struct sockaddr_in *)next->ai_addr)->sin_addr
                                                     : (void *)&((struct sockaddr_in6 *)next->ai_addr)->sin6_addr;
    printf("%s %s\n", (char *)host, inet_ntop(next->ai_family, address, text, sizeof text));
  }
  ares_freeaddrinfo(result);
}

static void await(ares_channel channel) {
  for (;;) {
    fd_set readable;
    fd_set writable;
    struct timeval time;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    int fds = ares_fds(channel, &readable, &writable);
    if (fds == 0) {
      return;
    }
    select(fds, &readable, &writable, NULL, ares_timeout(channel, NULL, &time));
    ares_process(channel, &readable, &writable);
  }
}

int main(int argc, char **argv) {
  ares_channel channel;
  struct ares_addrinfo_hints hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS || ares_init(&channel) != ARES_SUCCESS) {
    return 1;
  }
  for (int i = 1; i < argc; i++) {
    ares_getaddrinfo(channel, argv[i], NULL, &hints, print, argv[i]);
    await(channel);
  }
  ares_destroy(channel);
  return 0;
}
