/* What is handed over: the CNI_* variables, standard input, and descriptors, so that nothing depends on what the agent can see. */
#ifndef REQUEST_H
#define REQUEST_H

#include "connection.h"
#include "standard.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request {
    char *head; /* header and environment */
    size_t head_length;
    int descriptors[DESCRIPTORS_AT_MOST];
    size_t descriptor_count;
};

/* False if the call cannot be handed over. Descriptors stay open until the process ends or executes another program. */
bool request_prepare(struct request *request, const struct input *input);

#endif
