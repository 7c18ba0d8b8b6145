/* The error objects of CNI: a document on standard output that names the specification's version, a code and a reason. */
#ifndef CNIERROR_H
#define CNIERROR_H

#include "text.h"

#include <stddef.h>

/* Codes of the specification 1.1.0, section "Error". */
enum { CNI_IO_FAILURE = 5, CNI_TRY_AGAIN_LATER = 11 };

enum { VERSION_CAPACITY = 16 };

/*
 * Copies what the network configuration says of its cniVersion; the newest one if it says none, or nothing that could be one.
 * It is for errors only, so it looks for the key and leaves it to others to judge the document.
 */
void cnierror_version(const char *configuration, size_t length, char version[VERSION_CAPACITY]);

/* Writes the object and returns how many bytes it has. */
size_t cnierror_write(const char *version, unsigned code, const struct text *message, char json[JSON_CAPACITY]);

#endif
