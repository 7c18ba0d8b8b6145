/* A call handed over to the agent, from connecting to its answer. */
#ifndef DELEGATION_H
#define DELEGATION_H

#include "standard.h"
#include "text.h"

#include <stddef.h>

enum delegation_outcome {
    DELEGATION_NONE,     /* nothing was done, or nothing that matters: the call is still to be done */
    DELEGATION_ANSWERED, /* exit_code and document are the call's */
    DELEGATION_FAILED    /* code and message say why there is no answer */
};

struct delegation {
    enum delegation_outcome outcome;
    int exit_code;
    char *document;
    size_t length;
    unsigned code;
    struct text message;
};

/* Hands the call over if an agent takes it. Takes standard input only if an agent seems to be there. */
void delegation_run(struct delegation *delegation, struct input *input);

#endif
