#include "protocol.h"

#include <string.h>

static const uint8_t greeting[GREETING_LENGTH] = {'K', 'N', 'E', 'T', 0, 0, 0, 1};

bool protocol_is_greeting(const uint8_t bytes[GREETING_LENGTH])
{
    return memcmp(bytes, greeting, GREETING_LENGTH) == 0;
}

static void write_number(uint32_t number, uint8_t *bytes)
{
    for (int i = 3; i >= 0; i--) {
        bytes[i] = (uint8_t)(number & 0xFF);
        number >>= 8;
    }
}

static uint32_t read_number(const uint8_t *bytes)
{
    uint32_t number = 0;
    for (int i = 0; i < 4; i++)
        number = number << 8 | bytes[i];
    return number;
}

void protocol_write_request(const struct request_header *header, uint8_t bytes[REQUEST_HEADER_LENGTH])
{
    write_number(header->kind, bytes);
    write_number(header->descriptors, bytes + 4);
    write_number(header->environment_length, bytes + 8);
    write_number(header->input_length, bytes + 12);
}

bool protocol_read_answer(const uint8_t bytes[ANSWER_HEADER_LENGTH], struct answer_header *answer)
{
    answer->outcome = read_number(bytes);
    answer->exit_code = read_number(bytes + 4);
    answer->length = read_number(bytes + 8);
    return answer->outcome <= OUTCOME_DECLINED && answer->exit_code <= EXIT_CODE_LIMIT && answer->length <= DOCUMENT_LIMIT;
}
