#include "cnierror.h"

#include <stdbool.h>
#include <string.h>

static const char latest[] = "1.1.0";

/* The index of the quote that ends the string which begins at index begin, or length. */
static size_t end_of_string(const char *json, size_t length, size_t begin)
{
    size_t i = begin;
    while (i < length && json[i] != '"')
        i += json[i] == '\\' ? 2 : 1;
    return i < length ? i : length;
}

static size_t skip_space(const char *json, size_t length, size_t i)
{
    while (i < length && (json[i] == ' ' || json[i] == '\t' || json[i] == '\n' || json[i] == '\r'))
        i++;
    return i;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits and dots, digits at both ends. */
static bool is_plausible(const char *text, size_t length)
{
    if (length == 0 || length >= VERSION_CAPACITY || !is_digit(text[0]) || !is_digit(text[length - 1]))
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_digit(text[i]) && text[i] != '.')
            return false;
    return true;
}

/* Copies the string that stands behind the key which ends at index i, if it is one and plausible. */
static bool copy_value(const char *json, size_t length, size_t i, char version[VERSION_CAPACITY])
{
    i = skip_space(json, length, i);
    if (i >= length || json[i] != ':')
        return false;
    i = skip_space(json, length, i + 1);
    if (i >= length || json[i] != '"')
        return false;
    size_t begin = i + 1;
    size_t end = end_of_string(json, length, begin);
    if (end == length || !is_plausible(json + begin, end - begin))
        return false;
    memcpy(version, json + begin, end - begin);
    version[end - begin] = '\0';
    return true;
}

void cnierror_version(const char *configuration, size_t length, char version[VERSION_CAPACITY])
{
    static const char key[] = "cniVersion";
    size_t depth = 0; /* a result within the configuration has a version of its own */
    for (size_t i = 0; i < length; i++) {
        char c = configuration[i];
        if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        } else if (c == '"') {
            size_t end = end_of_string(configuration, length, i + 1);
            bool found = depth == 1 && end - (i + 1) == sizeof key - 1 && memcmp(configuration + i + 1, key, sizeof key - 1) == 0;
            if (found && copy_value(configuration, length, end + 1, version))
                return;
            i = end;
        }
    }
    memcpy(version, latest, sizeof latest);
}

static char *append(char *end, const char *text)
{
    size_t length = strlen(text);
    memcpy(end, text, length);
    return end + length;
}

size_t cnierror_write(const char *version, unsigned code, const struct text *message, char json[JSON_CAPACITY])
{
    struct text number = {0};
    text_add_number(&number, code);
    char *end = append(json, "{\"cniVersion\":\"");
    end = append(end, version);
    end = append(end, "\",\"code\":");
    end = append(end, number.bytes);
    end = append(end, ",\"msg\":");
    end += text_to_json(message->bytes, message->length, end);
    *end++ = '}';
    return (size_t)(end - json);
}
