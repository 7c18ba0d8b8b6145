/* How long the launcher waits for others, and deadlines as points in time. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

/* An agent that does not greet by then is not well: a start of the JVM takes less. */
#ifndef GREETING_MILLIS
#define GREETING_MILLIS 500
#endif

/* For the agent to take a request that fills the socket. */
#ifndef REQUEST_MILLIS
#define REQUEST_MILLIS 10000
#endif

/* Longer than the agent itself waits for anything, such as a locked database. */
#ifndef ANSWER_MILLIS
#define ANSWER_MILLIS 110000
#endif

/* For all of STATUS, from connecting to the answer: a runtime asks every few seconds, and a node without an answer is a lost node. */
#ifndef STATUS_MILLIS
#define STATUS_MILLIS 300
#endif

/* For the caller to take the answer from standard output. */
#ifndef OUTPUT_MILLIS
#define OUTPUT_MILLIS 10000
#endif

/* A point in time, in milliseconds of the monotonic clock. */
typedef int64_t deadline;

deadline deadline_in(int millis);

/* The earlier of the two. */
deadline deadline_first(deadline one, deadline other);

/* Waits until poll(2) says that one of events has come, an error or a hang-up included; false at the deadline. */
bool deadline_poll(int descriptor, short events, deadline until);

#endif
