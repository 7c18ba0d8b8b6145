#include "request.h"

#include "protocol.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool belongs_to_cni(const char *variable)
{
    return strncmp(variable, "CNI_", 4) == 0 && strchr(variable, '=') != NULL;
}

static size_t environment_length(void)
{
    size_t length = 0;
    for (char **variable = environ; *variable != NULL; variable++)
        if (belongs_to_cni(*variable))
            length += strlen(*variable) + 1;
    return length;
}

static void copy_environment(char *into)
{
    for (char **variable = environ; *variable != NULL; variable++)
        if (belongs_to_cni(*variable)) {
            size_t length = strlen(*variable) + 1;
            memcpy(into, *variable, length);
            into += length;
        }
}

/* Adds a descriptor to the request, if it could be opened; returns its bit or 0. */
static uint32_t add(struct request *request, int descriptor, uint32_t bit)
{
    if (descriptor < 0)
        return 0;
    request->descriptors[request->descriptor_count++] = descriptor;
    return bit;
}

/* What a variable names. Whatever it is, opening it does not wait: a FIFO would, and a terminal has effects. */
static int open_named(const char *variable, int flags)
{
    const char *path = getenv(variable);
    if (path == NULL || *path == '\0')
        return -1;
    return open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0644);
}

static uint32_t open_descriptors(struct request *request)
{
    uint32_t opened = 0;
    opened |= add(request, open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), DESCRIPTOR_OWN_NETWORK);
    opened |= add(request, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), DESCRIPTOR_ROOT);
    opened |= add(request, open_named("CNI_NETNS", O_RDONLY), DESCRIPTOR_POD_NETWORK);
    /* a log must not keep a pod from its network: without it, the call goes on in silence */
    opened |= add(request, open_named("CNI_LOG_FILE", O_WRONLY | O_APPEND | O_CREAT), DESCRIPTOR_LOG);
    return opened;
}

bool request_prepare(struct request *request, const struct input *input)
{
    static const uint32_t needed = DESCRIPTOR_OWN_NETWORK | DESCRIPTOR_ROOT;
    size_t length = environment_length();
    if (length > ENVIRONMENT_LIMIT || input->length > INPUT_LIMIT)
        return false;
    request->head_length = REQUEST_HEADER_LENGTH + length;
    request->head = malloc(request->head_length);
    if (request->head == NULL)
        return false;
    request->descriptor_count = 0;
    struct request_header header = {
        .kind = REQUEST_CALL,
        .descriptors = open_descriptors(request),
        .environment_length = (uint32_t)length,
        .input_length = (uint32_t)input->length,
    };
    protocol_write_request(&header, (uint8_t *)request->head);
    copy_environment(request->head + REQUEST_HEADER_LENGTH);
    return (header.descriptors & needed) == needed;
}
