/*
 * The program cni-kindnet: delegates a call to the agent where one is there, and else executes the plugin on the Java runtime
 * beside it, which is complete without an agent.
 */
#include "cnierror.h"
#include "delegation.h"
#include "jvm.h"
#include "standard.h"
#include "text.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As CniKindnet decides: a client that has forgotten the verb is told so in its own language. */
static bool is_cni_call(int argument_count)
{
    static const char *const variables[] = {"CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"};
    if (getenv("CNI_COMMAND") != NULL)
        return true;
    for (size_t i = 0; argument_count <= 1 && i < sizeof variables / sizeof *variables; i++)
        if (getenv(variables[i]) != NULL)
            return true;
    return false;
}

static int answer_error(const struct input *input, unsigned code, const struct text *message)
{
    char version[VERSION_CAPACITY];
    char json[JSON_CAPACITY];
    cnierror_version(input->bytes, input->length, version);
    (void)standard_write(STDOUT_FILENO, json, cnierror_write(version, code, message, json));
    return 1;
}

/* An answer that reaches nobody is no success: the runtime is to take back what it cannot know. */
static int print_answer(const struct delegation *delegation)
{
    return standard_write(STDOUT_FILENO, delegation->document, delegation->length) ? delegation->exit_code : 1;
}

static int tell_operator(struct text *failure)
{
    struct text line = {0};
    text_add(&line, "cni-kindnet: ");
    text_add(&line, failure->bytes);
    text_add(&line, "\n");
    (void)standard_write(STDERR_FILENO, line.bytes, line.length);
    return 1;
}

int main(int argument_count, char **arguments)
{
    if (!standard_keep())
        return 1;
    struct sigaction ignored = {.sa_handler = SIG_IGN};
    struct sigaction usual;
    if (sigaction(SIGPIPE, &ignored, &usual) != 0)
        return 1;

    struct input input = {0};
    struct text failure = {0};
    bool called = is_cni_call(argument_count);
    if (called) {
        struct delegation delegation;
        delegation_run(&delegation, &input);
        if (delegation.outcome == DELEGATION_ANSWERED)
            return print_answer(&delegation);
        if (delegation.outcome == DELEGATION_FAILED)
            return answer_error(&input, delegation.code, &delegation.message);
        if (input.taken && !standard_give_back(&input)) {
            text_add(&failure, "cannot give back standard input: ");
            text_add(&failure, strerror(errno));
            return answer_error(&input, CNI_IO_FAILURE, &failure);
        }
    }

    (void)sigaction(SIGPIPE, &usual, NULL); /* the JVM inherits it */
    jvm_execute(argument_count, arguments, &failure);
    (void)sigaction(SIGPIPE, &ignored, NULL);
    if (!called)
        return tell_operator(&failure);
    if (!input.taken)
        (void)standard_take_input(&input); /* for the version in the answer */
    return answer_error(&input, CNI_IO_FAILURE, &failure);
}
