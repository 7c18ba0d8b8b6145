/* Text of bounded length for messages, and the way it stands in JSON. What does not fit is left out. */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

enum { TEXT_CAPACITY = 1024, JSON_CAPACITY = 6 * TEXT_CAPACITY + 256 };

/* Ended by a NUL byte, which length does not count. Begins as {0}. */
struct text {
    size_t length;
    char bytes[TEXT_CAPACITY];
};

void text_add(struct text *text, const char *more);
void text_add_number(struct text *text, unsigned number);

/*
 * Writes text as a JSON string with its quotes, and returns how many bytes that are: at most 6 for each byte of text, and 2.
 * Bytes that are not UTF-8 become U+FFFD, so that the document can be read whatever a path is named.
 */
size_t text_to_json(const char *text, size_t length, char *json);

#endif
