#include "connection.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int connection_open(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address.sun_path)
        return -1;
    memcpy(address.sun_path, path, length);
    int agent = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (agent < 0)
        return -1;
    /* done at once, or refused at once: EAGAIN means that too many wait already */
    if (connect(agent, (const struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(agent);
        return -1;
    }
    return agent;
}

/* Space for the one control message of a request, aligned as the kernel wants it. */
union control {
    char bytes[CMSG_SPACE(DESCRIPTORS_AT_MOST * sizeof(int))];
    struct cmsghdr alignment;
};

static void attach(struct msghdr *message, union control *control, const int *descriptors, size_t count)
{
    size_t bytes = count * sizeof *descriptors;
    memset(control, 0, sizeof *control);
    control->alignment.cmsg_level = SOL_SOCKET;
    control->alignment.cmsg_type = SCM_RIGHTS;
    /* socklen_t or size_t, as the C library likes it */
    control->alignment.cmsg_len = (__typeof__(control->alignment.cmsg_len))CMSG_LEN(bytes);
    memcpy(CMSG_DATA(&control->alignment), descriptors, bytes);
    message->msg_control = control;
    message->msg_controllen = (__typeof__(message->msg_controllen))CMSG_SPACE(bytes);
}

/* Takes what was sent from the beginning of the parts. */
static void advance(struct iovec **parts, size_t *count, size_t sent)
{
    while (*count > 0 && sent >= (*parts)->iov_len) {
        sent -= (*parts)->iov_len;
        (*parts)++;
        (*count)--;
    }
    if (*count > 0) {
        (*parts)->iov_base = (char *)(*parts)->iov_base + sent;
        (*parts)->iov_len -= sent;
    }
}

bool connection_send(int socket, struct iovec *parts, size_t count, const int *descriptors, size_t descriptor_count, deadline until)
{
    union control control;
    bool attached = descriptor_count > 0;
    while (count > 0) {
        struct msghdr message = {.msg_iov = parts};
        message.msg_iovlen = (__typeof__(message.msg_iovlen))count;
        if (attached)
            attach(&message, &control, descriptors, descriptor_count);
        ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
        if (sent > 0) {
            attached = false;
            advance(&parts, &count, (size_t)sent);
        } else if (sent == 0 || (errno != EINTR && errno != EAGAIN)) {
            return false;
        } else if (errno == EAGAIN && !deadline_poll(socket, POLLOUT, until)) {
            return false;
        }
    }
    return true;
}

enum received connection_receive(int socket, void *bytes, size_t length, deadline until)
{
    char *next = bytes;
    while (length > 0) {
        ssize_t got = recv(socket, next, length, 0);
        if (got > 0) {
            next += got;
            length -= (size_t)got;
        } else if (got == 0) {
            return RECEIVED_END;
        } else if (errno != EINTR && errno != EAGAIN) {
            return RECEIVED_ERROR;
        } else if (errno == EAGAIN && !deadline_poll(socket, POLLIN, until)) {
            return RECEIVED_LATE;
        }
    }
    return RECEIVED;
}
