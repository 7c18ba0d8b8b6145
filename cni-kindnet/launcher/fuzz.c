/*
 * Throws bytes at what reads what others wrote: greeting, answer, cniVersion, messages. Half of them are random, half are good ones
 * with a few changes. Built with sanitizers, which end it where it reads or writes what it may not; what can be said of every result is
 * checked here. Usage: fuzz SEED ROUNDS
 */
#include "cnierror.h"
#include "protocol.h"
#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 512 };

static uint64_t state;

/* xorshift64*, which needs a state that is not 0 */
static uint64_t next_random(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static size_t below(size_t limit)
{
    return (size_t)(next_random() >> 33) % limit;
}

#define CHECK(condition)                                                                                                               \
    do {                                                                                                                               \
        if (!(condition)) {                                                                                                            \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                                                  \
            abort();                                                                                                                   \
        }                                                                                                                              \
    } while (0)

/* Bytes of just this size, so that reading one too many is seen. */
static char *allocated(size_t length)
{
    char *bytes = malloc(length > 0 ? length : 1);
    CHECK(bytes != NULL);
    return bytes;
}

static const char *const documents[] = {
    "{\"cniVersion\":\"1.0.0\",\"name\":\"kindnet\",\"prevResult\":{\"cniVersion\":\"0.4.0\",\"ips\":[{\"address\":\"10.0.0.1/24\"}]}}",
    "{ \"prevResult\" : { \"cniVersion\" : \"0.3.1\" } , \"cniVersion\" :\r\n\t\"1.1.0\" }",
    "{\"name\":\"a \\\"cniVersion\\\":\\\"9\\\" \\\\\",\"cniVersion\":\"0.4.0\"}",
    "[{\"cniVersion\":\"1.0.0\"}]",
    "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 \xED\x9F\xBF \xEE\x80\x80 \xF4\x8F\xBF\xBF /run/kindnet/cni.sock \"\\\n",
    "KNET\0\0\0\1",
};

/* What parsers look at more often than at others. */
static const char telling[] = "\"\"\\{}[]:,.0189 \n\0\x7F\x80\xBF\xC0\xC2\xE0\xED\xF0\xF4\xF5\xFF";

static char *some_bytes(size_t *length)
{
    if (below(2) == 0) {
        *length = below(LONGEST);
        char *bytes = allocated(*length);
        for (size_t i = 0; i < *length; i++)
            bytes[i] = below(2) == 0 ? (char)next_random() : telling[below(sizeof telling - 1)];
        return bytes;
    }
    const char *good = documents[below(sizeof documents / sizeof *documents)];
    size_t whole = strlen(good);
    size_t begin = below(4) == 0 ? below(whole) : 0;
    *length = below(4) == 0 ? below(whole - begin) + 1 : whole - begin;
    char *bytes = allocated(*length);
    memcpy(bytes, good + begin, *length);
    for (size_t changes = below(4); changes > 0; changes--)
        bytes[below(*length)] = telling[below(sizeof telling - 1)];
    return bytes;
}

static void check_version(const char *bytes, size_t length)
{
    char version[VERSION_CAPACITY];
    memset(version, 'x', sizeof version);
    cnierror_version(bytes, length, version);
    const char *end = memchr(version, '\0', sizeof version);
    CHECK(end != NULL && end > version);
    CHECK(strspn(version, "0123456789.") == (size_t)(end - version));
}

/* The value of four hexadecimal digits. */
static unsigned hexadecimal(const char *digits)
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++) {
        const char *digit = strchr("0123456789ABCDEF", digits[i]);
        CHECK(digit != NULL && *digit != '\0');
        value = value << 4 | (unsigned)(digit - "0123456789ABCDEF");
    }
    return value;
}

/* Reads the JSON string back: each byte must be there, as it is or as the character that stands for what is none. */
static void check_json(const char *bytes, size_t length)
{
    char *json = allocated(6 * length + 2);
    size_t written = text_to_json(bytes, length, json);
    CHECK(written >= 2 && written <= 6 * length + 2);
    CHECK(json[0] == '"' && json[written - 1] == '"');
    size_t seen = 0;
    for (size_t i = 1; i < written - 1; seen++) {
        CHECK(seen < length);
        CHECK((unsigned char)json[i] >= 0x20 && json[i] != '"');
        if (json[i] != '\\') {
            CHECK(json[i++] == bytes[seen]);
            continue;
        }
        CHECK(i + 1 < written - 1);
        if (json[i + 1] != 'u') {
            CHECK((json[i + 1] == '"' || json[i + 1] == '\\') && json[i + 1] == bytes[seen]);
            i += 2;
        } else {
            CHECK(i + 6 <= written - 1);
            unsigned value = hexadecimal(json + i + 2);
            CHECK(value == 0xFFFD ? (unsigned char)bytes[seen] >= 0x80 : value == (unsigned char)bytes[seen]);
            i += 6;
        }
    }
    CHECK(seen == length);
    free(json);
}

static void check_error_object(const char *bytes, size_t length)
{
    struct text message = {0};
    char *text = allocated(length + 1);
    memcpy(text, bytes, length);
    text[length] = '\0';
    for (size_t times = below(8) + 1; times > 0; times--)
        text_add(&message, text);
    CHECK(message.length < TEXT_CAPACITY && message.bytes[message.length] == '\0');
    char *json = allocated(JSON_CAPACITY);
    size_t written = cnierror_write("1.1.0", CNI_TRY_AGAIN_LATER, &message, json);
    static const char begin[] = "{\"cniVersion\":\"1.1.0\",\"code\":11,\"msg\":\"";
    CHECK(written <= JSON_CAPACITY && memcmp(json, begin, sizeof begin - 1) == 0);
    CHECK(json[written - 2] == '"' && json[written - 1] == '}');
    free(json);
    free(text);
}

static void check_answer(const char *bytes, size_t length)
{
    uint8_t header[ANSWER_HEADER_LENGTH] = {0};
    if (below(4) > 0) /* else only small numbers, of which some are good */
        memcpy(header, bytes, length < sizeof header ? length : sizeof header);
    for (size_t i = 0; i < 3; i++)
        header[4 * i + 3] = (uint8_t)next_random();
    struct answer_header answer;
    bool accepted = protocol_read_answer(header, &answer);
    CHECK(accepted == (answer.outcome <= 1 && answer.exit_code <= 255 && answer.length <= 8388608));
    for (size_t i = 0; i < 4; i++) {
        CHECK((uint8_t)(answer.outcome >> (24 - 8 * i)) == header[i]);
        CHECK((uint8_t)(answer.exit_code >> (24 - 8 * i)) == header[4 + i]);
        CHECK((uint8_t)(answer.length >> (24 - 8 * i)) == header[8 + i]);
    }
}

static void check_greeting(const char *bytes, size_t length)
{
    uint8_t greeting[GREETING_LENGTH] = {'K', 'N', 'E', 'T', 0, 0, 0, 1};
    CHECK(protocol_is_greeting(greeting));
    greeting[below(GREETING_LENGTH)] ^= (uint8_t)(1U << below(8));
    CHECK(!protocol_is_greeting(greeting));
    if (length >= GREETING_LENGTH) {
        memcpy(greeting, bytes, GREETING_LENGTH);
        CHECK(protocol_is_greeting(greeting) == (memcmp(bytes, "KNET\0\0\0\1", GREETING_LENGTH) == 0));
    }
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 3) {
        fprintf(stderr, "usage: %s SEED ROUNDS\n", arguments[0]);
        return 2;
    }
    uint64_t seed = strtoull(arguments[1], NULL, 10);
    unsigned long rounds = strtoul(arguments[2], NULL, 10);
    printf("seed %llu\n", (unsigned long long)seed);
    fflush(stdout);
    state = seed * 2 + 1;
    for (unsigned long round = 0; round < rounds; round++) {
        size_t length;
        char *bytes = some_bytes(&length);
        check_version(bytes, length);
        check_json(bytes, length);
        check_error_object(bytes, length);
        check_answer(bytes, length);
        check_greeting(bytes, length);
        free(bytes);
    }
    printf("%lu rounds\n", rounds);
    return 0;
}
