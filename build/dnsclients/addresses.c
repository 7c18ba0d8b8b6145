/* Prints the addresses of each host that is named, as the C library finds them: a line for each, or one that says "none". */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

static void print(const char *host) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
  struct addrinfo *found;
  int error = getaddrinfo(host, NULL, &hints, &found);
  if (error != 0) {
    printf("%s %s\n", host, error == EAI_NONAME || error == EAI_NODATA ? "none" : gai_strerror(error));
    return;
  }
  for (struct addrinfo *next = found; next != NULL; next = next->ai_next) {
    char text[INET6_ADDRSTRLEN];
    const void *address = next->ai_family == AF_INET ? (void *)&((struct sockaddr_in *)next->ai_addr)->sin_addr
                                                     : (void *)&((struct sockaddr_in6 *)next->ai_addr)->sin6_addr;
    printf("%s %s\n", host, inet_ntop(next->ai_family, address, text, sizeof text));
  }
  freeaddrinfo(found);
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    print(argv[i]);
  }
  return 0;
}
