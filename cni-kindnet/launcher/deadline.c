#include "deadline.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

static int64_t now(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_MONOTONIC, &time) != 0)
        return INT64_MAX / 2; /* every deadline is over: better than to wait for ever */
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

deadline deadline_in(int millis)
{
    return now() + millis;
}

deadline deadline_first(deadline one, deadline other)
{
    return one < other ? one : other;
}

bool deadline_poll(int descriptor, short events, deadline until)
{
    for (;;) {
        int64_t left = until - now();
        struct pollfd wanted = {.fd = descriptor, .events = events};
        /* what is there already counts, even at the deadline */
        int ready = poll(&wanted, 1, left > 0 ? (int)left : 0);
        if (ready > 0)
            return true;
        if (ready == 0 || errno != EINTR)
            return false;
    }
}
