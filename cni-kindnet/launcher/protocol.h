/* The bytes of the delegation protocol, version 1. Knows nothing of sockets. All numbers are unsigned, 32 bits, highest byte first. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Agent to launcher, at once: "KNET" and the version. */
enum { GREETING_LENGTH = 8 };

bool protocol_is_greeting(const uint8_t bytes[GREETING_LENGTH]);

/*
 * Launcher to agent: kind, descriptors, length of the environment, length of the input; then environment and input. The
 * descriptors come with the first byte, in the order of their bits.
 */
enum { REQUEST_HEADER_LENGTH = 16 };

enum { REQUEST_CALL = 1 };

enum {
    DESCRIPTOR_OWN_NETWORK = 1, /* network namespace of the launcher: the agent compares it with its own */
    DESCRIPTOR_ROOT = 2,        /* its root directory, through which the agent looks up paths */
    DESCRIPTOR_POD_NETWORK = 4, /* what CNI_NETNS names */
    DESCRIPTOR_LOG = 8          /* what CNI_LOG_FILE names */
};

/* In bytes. What is longer is not handed over. */
enum { ENVIRONMENT_LIMIT = 256 << 10, INPUT_LIMIT = 1 << 20 };

struct request_header {
    uint32_t kind;
    uint32_t descriptors;
    uint32_t environment_length;
    uint32_t input_length;
};

void protocol_write_request(const struct request_header *header, uint8_t bytes[REQUEST_HEADER_LENGTH]);

/* Agent to launcher: outcome, exit code, length of the document; then the document, or the reason for declining. */
enum { ANSWER_HEADER_LENGTH = 12 };

enum { OUTCOME_ANSWERED = 0, OUTCOME_DECLINED = 1 };

enum { DOCUMENT_LIMIT = 8 << 20, EXIT_CODE_LIMIT = 255 };

struct answer_header {
    uint32_t outcome;
    uint32_t exit_code;
    uint32_t length;
};

/* False for what cannot be an answer. */
bool protocol_read_answer(const uint8_t bytes[ANSWER_HEADER_LENGTH], struct answer_header *answer);

#endif
