#include "delegation.h"

#include "cnierror.h"
#include "connection.h"
#include "protocol.h"
#include "request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usual_socket[] = "/run/kindnet/cni.sock";

static const char *socket_path(void)
{
    const char *path = getenv("KINDNET_CNI_SOCKET");
    return path == NULL ? usual_socket : path;
}

static bool is_verb(const char *verb)
{
    const char *command = getenv("CNI_COMMAND");
    return command != NULL && strcmp(command, verb) == 0;
}

/* Whether the call can be done again, whatever the agent did of it. */
static bool changes_nothing(void)
{
    return is_verb("STATUS") || is_verb("CHECK") || is_verb("VERSION");
}

/* The point in time up to which the agent may have the call. */
static deadline end_of_call(void)
{
    return is_verb("STATUS") ? deadline_in(STATUS_MILLIS) : INT64_MAX;
}

/* For what happens after the request was sent: nobody knows how far the agent got. */
static void fail(struct delegation *delegation, const char *reason)
{
    if (changes_nothing())
        return;
    delegation->outcome = DELEGATION_FAILED;
    delegation->code = CNI_TRY_AGAIN_LATER;
    text_add(&delegation->message, "no answer from kindnetd at ");
    text_add(&delegation->message, socket_path());
    text_add(&delegation->message, ", which took the call: ");
    text_add(&delegation->message, reason);
}

static void fail_to_receive(struct delegation *delegation, enum received received, int reason)
{
    if (received == RECEIVED_LATE) {
        struct text late = {0};
        text_add(&late, "nothing within ");
        text_add_number(&late, ANSWER_MILLIS / 1000);
        text_add(&late, " s");
        fail(delegation, late.bytes);
    } else {
        fail(delegation, received == RECEIVED_END ? "it ended the connection" : strerror(reason));
    }
}

static bool is_greeted(int agent, deadline end)
{
    deadline until = deadline_first(deadline_in(GREETING_MILLIS), end);
    uint8_t greeting[GREETING_LENGTH];
    return connection_receive(agent, greeting, sizeof greeting, until) == RECEIVED &&
           protocol_is_greeting(greeting);
}

static bool send_request(int agent, const struct input *input, deadline end)
{
    deadline until = deadline_first(deadline_in(REQUEST_MILLIS), end);
    struct request request;
    if (!request_prepare(&request, input))
        return false;
    struct iovec parts[] = {
        {.iov_base = request.head, .iov_len = request.head_length},
        {.iov_base = input->bytes, .iov_len = input->length},
    };
    return connection_send(agent, parts, 2, request.descriptors, request.descriptor_count, until);
}

static void receive_answer(struct delegation *delegation, int agent, deadline end)
{
    deadline until = deadline_first(deadline_in(ANSWER_MILLIS), end);
    uint8_t header[ANSWER_HEADER_LENGTH];
    enum received received = connection_receive(agent, header, sizeof header, until);
    if (received != RECEIVED) {
        fail_to_receive(delegation, received, errno);
        return;
    }
    struct answer_header answer;
    if (!protocol_read_answer(header, &answer)) {
        fail(delegation, "what it sent is not an answer");
        return;
    }
    if (answer.outcome == OUTCOME_DECLINED)
        return;
    /* whole before any of it is printed: half of a document and then an error would be neither */
    delegation->document = malloc(answer.length > 0 ? answer.length : 1);
    if (delegation->document == NULL) {
        fail(delegation, "no memory for its answer");
        return;
    }
    received = connection_receive(agent, delegation->document, answer.length, until);
    if (received != RECEIVED) {
        fail_to_receive(delegation, received, errno);
        return;
    }
    delegation->outcome = DELEGATION_ANSWERED;
    delegation->length = answer.length;
    delegation->exit_code = (int)answer.exit_code;
}

void delegation_run(struct delegation *delegation, struct input *input)
{
    memset(delegation, 0, sizeof *delegation);
    delegation->outcome = DELEGATION_NONE;
    int agent = connection_open(socket_path());
    if (agent < 0)
        return;
    deadline end = end_of_call();
    if (!standard_take_input(input)) {
        delegation->outcome = DELEGATION_FAILED;
        delegation->code = CNI_IO_FAILURE;
        text_add(&delegation->message, "cannot read standard input: ");
        text_add(&delegation->message, strerror(errno));
    } else if (is_greeted(agent, end) && send_request(agent, input, end)) {
        receive_answer(delegation, agent, end);
    }
    (void)close(agent);
}
