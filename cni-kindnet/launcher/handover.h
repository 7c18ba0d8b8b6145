/* A call handed over to the agent, from connecting to its answer. */
#ifndef HANDOVER_H
#define HANDOVER_H

#include "standard.h"
#include "text.h"

#include <stddef.h>

enum handover_outcome {
    HANDOVER_NONE,     /* nothing was done, or nothing that matters: the call is still to be done */
    HANDOVER_ANSWERED, /* exit_code and document are the call's */
    HANDOVER_FAILED    /* code and message say why there is no answer */
};

struct handover {
    enum handover_outcome outcome;
    int exit_code;
    char *document;
    size_t length;
    unsigned code;
    struct text message;
};

/* Hands the call over if an agent takes it. Takes standard input only if an agent seems to be there. */
void handover_run(struct handover *handover, struct input *input);

#endif
