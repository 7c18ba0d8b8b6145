#include "standard.h"

#include "deadline.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    FIRST_READ = 64 << 10,
    /* one more than LONGEST_INPUT of CniKindnet, which so sees that it is too long */
    INPUT_TAKEN = (8 << 20) + 1,
    /* what a pipe takes without blocking once poll(2) says that it takes something (PIPE_BUF) */
    WRITE_AT_ONCE = 4096
};

bool standard_keep(void)
{
    /* output that was closed is opened for reading: what is written there fails */
    static const int modes[] = {O_RDONLY, O_RDONLY, O_WRONLY};
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) {
        if (fcntl(stream, F_GETFD) >= 0)
            continue;
        /* the lowest free number is this one; a node without /dev/null still has a root */
        int opened = open("/dev/null", modes[stream]);
        if (opened < 0)
            opened = open("/", O_PATH);
        if (opened != stream)
            return false;
    }
    return true;
}

/* read(2), whatever signals come, and even where the caller's pipe does not block. */
static ssize_t read_some(char *into, size_t room)
{
    for (;;) {
        ssize_t got = read(STDIN_FILENO, into, room);
        if (got >= 0)
            return got;
        if (errno == EAGAIN) {
            struct pollfd wanted = {.fd = STDIN_FILENO, .events = POLLIN};
            if (poll(&wanted, 1, -1) < 0 && errno != EINTR)
                return -1;
        } else if (errno != EINTR) {
            return -1;
        }
    }
}

bool standard_take_input(struct input *input)
{
    size_t room = 0;
    while (input->length < INPUT_TAKEN) {
        if (input->length == room) {
            room = room == 0 ? FIRST_READ : 2 * room;
            if (room > INPUT_TAKEN)
                room = INPUT_TAKEN;
            char *larger = realloc(input->bytes, room);
            if (larger == NULL)
                return false;
            input->bytes = larger;
        }
        ssize_t got = read_some(input->bytes + input->length, room - input->length);
        if (got < 0)
            return false;
        if (got == 0)
            break;
        input->length += (size_t)got;
    }
    input->taken = true;
    return true;
}

bool standard_give_back(const struct input *input)
{
    int memory = memfd_create("standard input", MFD_CLOEXEC);
    if (memory < 0)
        return false;
    for (size_t done = 0; done < input->length;) {
        ssize_t written = write(memory, input->bytes + done, input->length - done);
        if (written > 0)
            done += (size_t)written;
        else if (written == 0 || errno != EINTR)
            return false;
    }
    if (lseek(memory, 0, SEEK_SET) != 0 || dup2(memory, STDIN_FILENO) != STDIN_FILENO)
        return false;
    return close(memory) == 0;
}

bool standard_write(int stream, const char *bytes, size_t length)
{
    deadline until = deadline_in(OUTPUT_MILLIS);
    for (size_t done = 0; done < length;) {
        if (!deadline_poll(stream, POLLOUT, until))
            return false;
        size_t more = length - done < WRITE_AT_ONCE ? length - done : WRITE_AT_ONCE;
        ssize_t written = write(stream, bytes + done, more);
        if (written > 0)
            done += (size_t)written;
        else if (written == 0 || (errno != EINTR && errno != EAGAIN))
            return false;
    }
    return true;
}
