/* The connection to the agent: it never blocks beyond a deadline. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "deadline.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

/* How many descriptors one request has at most. */
enum { DESCRIPTORS_AT_MOST = 4 };

/* A socket, or -1 if nobody takes calls at path now. */
int connection_open(const char *path);

/* Sends all parts, which it uses up, and the descriptors with the first byte. False if not all of it was taken. */
bool connection_send(int socket, struct iovec *parts, size_t count, const int *descriptors, size_t descriptor_count, deadline until);

enum received { RECEIVED, RECEIVED_END, RECEIVED_LATE, RECEIVED_ERROR };

/* Receives exactly length bytes. RECEIVED_END if the agent closed before, RECEIVED_ERROR with errno. */
enum received connection_receive(int socket, void *bytes, size_t length, deadline until);

#endif
