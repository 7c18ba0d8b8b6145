/* Standard input, output and error: that they are there, read to the end, written, and given back. */
#ifndef STANDARD_H
#define STANDARD_H

#include <stdbool.h>
#include <stddef.h>

/* What was read of standard input. Begins as {0}. */
struct input {
    bool taken; /* from standard input, which is at its end then, or too long for anybody */
    char *bytes;
    size_t length;
};

/*
 * Opens what of the three is closed. It would be the next file that somebody opens, and others would read from it and write
 * into it. Not so that output seems to arrive: it fails as it did.
 */
bool standard_keep(void);

/* Reads standard input to its end, or to where the plugin itself would refuse it as too long. False with errno. */
bool standard_take_input(struct input *input);

/* Makes what was taken the standard input of the program that is executed next. False with errno. */
bool standard_give_back(const struct input *input);

/* Writes all of it to a standard stream. False if the stream does not take it, or not in time. */
bool standard_write(int stream, const char *bytes, size_t length);

#endif
