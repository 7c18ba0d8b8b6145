#include "heir.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    MESSAGE_LIMIT = 4096, /* a hundred times the request to delete a link */
    KEEP = 1              /* the length of a message that only brings a descriptor */
};

union control {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr alignment;
};

/* The one descriptor that came, or -1. */
static int descriptor_of(const struct msghdr *message, const union control *control)
{
    const struct cmsghdr *header = &control->alignment;
    int descriptor = -1;
    if (message->msg_controllen >= CMSG_LEN(sizeof descriptor) && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
        memcpy(&descriptor, control->bytes + CMSG_LEN(0), sizeof descriptor);
    return descriptor;
}

/* Does what the next message says; 0 if there is none any more, or it cannot be done. */
static int serve(int call)
{
    char bytes[MESSAGE_LIMIT];
    union control control;
    struct iovec part = {.iov_base = bytes, .iov_len = sizeof bytes};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t length = recvmsg(call, &message, 0);
    int descriptor = length > 0 ? descriptor_of(&message, &control) : -1;
    if (descriptor < 0 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        return 0;
    return length == KEEP || send(descriptor, bytes, (size_t)length, MSG_NOSIGNAL) == length;
}

static _Noreturn void live(int call)
{
    enum { ONLY = STDIN_FILENO };
    /* the caller waits for the end of its pipes, and a folder may be unmounted */
    if (dup2(call, ONLY) == ONLY && syscall(SYS_close_range, ONLY + 1U, ~0U, 0U) == 0 && chdir("/") == 0)
        while (serve(ONLY))
            continue;
    _exit(0);
}

int heir_start(void)
{
    int sides[2]; /* of the call, of the heir */
    /* open across execve: NOLINTNEXTLINE(android-cloexec-socket) */
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sides) != 0)
        return -1;
    pid_t heir = fork();
    if (heir == 0)
        live(sides[1]);
    (void)close(sides[1]);
    if (heir > 0)
        return sides[0];
    (void)close(sides[0]);
    return -1;
}
