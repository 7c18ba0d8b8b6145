/* The JVM that does what was not handed over: where it lies, and how it is started. */
#ifndef JVM_H
#define JVM_H

#include "text.h"

/* Executes the plugin with the arguments that this program got. Comes back only if that fails, and says why. */
void jvm_execute(int argument_count, char **arguments, struct text *failure);

#endif
