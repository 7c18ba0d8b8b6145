#include "text.h"

#include <stdbool.h>
#include <string.h>

void text_add(struct text *text, const char *more)
{
    size_t room = TEXT_CAPACITY - 1 - text->length;
    size_t length = strnlen(more, room);
    memcpy(text->bytes + text->length, more, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_add_number(struct text *text, unsigned number)
{
    char digits[3 * sizeof number + 1];
    char *first = digits + sizeof digits - 1;
    *first = '\0';
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    text_add(text, first);
}

static bool continues(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* How many bytes the character at s has, 0 if it is not UTF-8 (RFC 3629, section 4). */
static size_t utf8_character(const unsigned char *s, size_t left)
{
    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xC2 || s[0] > 0xF4)
        return 0;
    size_t length = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    if (left < length)
        return 0;
    /* neither longer than need be, nor half of a pair, nor behind the last character */
    unsigned char least = s[0] == 0xE0 ? 0xA0 : s[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char most = s[0] == 0xED ? 0x9F : s[0] == 0xF4 ? 0x8F : 0xBF;
    if (s[1] < least || s[1] > most)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (!continues(s[i]))
            return 0;
    return length;
}

static size_t escape(unsigned char byte, char *json)
{
    static const char hex[] = "0123456789ABCDEF";
    if (byte == '"' || byte == '\\') {
        json[0] = '\\';
        json[1] = (char)byte;
        return 2;
    }
    memcpy(json, "\\u00", 4);
    json[4] = hex[byte >> 4];
    json[5] = hex[byte & 0xF];
    return 6;
}

size_t text_to_json(const char *text, size_t length, char *json)
{
    const unsigned char *bytes = (const unsigned char *)text;
    char *next = json;
    *next++ = '"';
    for (size_t i = 0; i < length;) {
        size_t character = utf8_character(bytes + i, length - i);
        if (character == 0) {
            memcpy(next, "\\uFFFD", 6);
            next += 6;
            i++;
        } else if (character == 1 && (bytes[i] < 0x20 || bytes[i] == '"' || bytes[i] == '\\')) {
            next += escape(bytes[i++], next);
        } else {
            memcpy(next, bytes + i, character);
            next += character;
            i += character;
        }
    }
    *next++ = '"';
    return (size_t)(next - json);
}
