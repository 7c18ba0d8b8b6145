/* A name server for tests: answers every query for an IPv4 address, over UDP, with 192.0.2.53. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { HEADER = 12, LONGEST = 512 };

/* A pointer to the name in the question, type A, class IN, 60 s, four bytes of address. */
static const unsigned char ADDRESS[] = {0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 53};

int main(void) {
  unsigned char message[LONGEST + sizeof ADDRESS];
  struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(53)};
  int fd = socket(AF_INET6, SOCK_DGRAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof any) < 0) {
    perror("bind to port 53");
    return 1;
  }
  for (;;) {
    struct sockaddr_in6 peer;
    socklen_t size = sizeof peer;
    ssize_t length = recvfrom(fd, message, LONGEST, 0, (struct sockaddr *)&peer, &size);
    if (length <= HEADER) {
      continue;
    }
    message[2] |= 0x80; /* an answer */
    message[3] = 0x80;  /* recursion is available, no error */
    int asks_for_ipv4 = length > HEADER + 4 && message[length - 3] == 1;
    message[7] = asks_for_ipv4;
    if (asks_for_ipv4) {
      memcpy(message + length, ADDRESS, sizeof ADDRESS);
      length += sizeof ADDRESS;
    }
    sendto(fd, message, length, 0, (struct sockaddr *)&peer, size);
  }
}
