#include "jvm.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* What an operator set for other programs must not reach this one; LC_ALL is set again: names of files in any language, reasons in one. */
static const char *const dropped[] = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH", "LC_ALL"};
static char locale[] = "LC_ALL=C.UTF-8";

/* The path of this program without symbolic links. */
static bool find_self(char self[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", self, PATH_MAX - 1);
    if (length > 0) {
        self[length] = '\0';
        return true;
    }
    /* without /proc: what the kernel was told to execute, which argv[0] need not be */
    const char *executed = (const char *)getauxval(AT_EXECFN); /* NOLINT(performance-no-int-to-ptr) */
    return executed != NULL && realpath(executed, self) != NULL;
}

static void cut_last_name(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
}

/* first and second as one, or NULL. */
static char *joined(const char *first, const char *second)
{
    size_t length = strlen(first);
    size_t more = strlen(second) + 1;
    char *both = malloc(length + more);
    if (both != NULL) {
        memcpy(both, first, length);
        memcpy(both + length, second, more);
    }
    return both;
}

/* As joined, with home between the two. */
static char *option(const char *name, const char *home, const char *file)
{
    char *path = joined(home, file);
    char *whole = path == NULL ? NULL : joined(name, path);
    free(path);
    return whole;
}

/*
 * Newer JVMs (25.0.5, for one) refuse a cache of classes whose jar was modified at another time than the one that it was made with, and a
 * copy may have been made without times. Where the time cannot be set, the JVM decides, and says nothing.
 */
static void restore_jar_time(const char *home)
{
    static const time_t made = 1767225600; /* 2026-01-01T00:00:00Z, as packaging/dist has it */
    char *jar = joined(home, "/cni-kindnet.jar");
    struct stat found;
    if (jar != NULL && stat(jar, &found) == 0 && found.st_mtime != made) {
        const struct timespec times[] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, {.tv_sec = made, .tv_nsec = 0}};
        (void)utimensat(AT_FDCWD, jar, times, 0);
    }
    free(jar);
}

/* A cache of loaded classes that is not there is not asked for. */
static char *cache_option(const char *home)
{
    char *cache = joined(home, "/cni-kindnet.aot");
    if (cache == NULL)
        return NULL;
    bool there = access(cache, R_OK) == 0;
    if (there)
        restore_jar_time(home);
    char *chosen = there ? joined("-XX:AOTCache=", cache) : joined("-XX:AOTMode=off", "");
    free(cache);
    return chosen;
}

/*
 * The jar, by the name that the cache of classes knows it by, wherever it lies: for each class of it, the JVM looks up the path that the
 * cache was made with, and where there is no file, it does so in vain, with an exception for each of 400 classes. Where the number is
 * taken, the call has to take that time.
 */
static char *class_path(const char *home)
{
    enum { HOME = 9 }; /* as packaging/dist has it */
    static const char lasting[] = "/proc/self/fd/9/cni-kindnet.jar";
    if (fcntl(HOME, F_GETFD) < 0) {
        int opened = open(home, O_PATH | O_DIRECTORY); /* NOLINT(android-cloexec-open) */
        if (opened >= 0 && opened != HOME) {
            (void)dup2(opened, HOME); /* stays open across execve */
            (void)close(opened);
        }
        if (opened >= 0 && access(lasting, R_OK) == 0)
            return strdup(lasting);
    }
    return joined(home, "/cni-kindnet.jar");
}

/* The command line, ended by NULL; NULL if there is no memory for it. */
static char **command(const char *home, int argument_count, char **arguments)
{
    static char class_path_option[] = "-cp";
    static char main_class[] = "io.kindnet.cni.CniKindnet";
    char *const begin[] = {
        joined(home, "/runtime/bin/java"),
        cache_option(home),
        option("@", home, "/jvm.options"),
        option("-Djffi.boot.library.path=", home, "/native"),
        option("-Dorg.sqlite.lib.path=", home, "/native"),
        class_path_option,
        class_path(home),
        main_class,
    };
    const size_t count = sizeof begin / sizeof *begin;
    for (size_t i = 0; i < count; i++)
        if (begin[i] == NULL)
            return NULL;
    size_t own = argument_count > 1 ? (size_t)argument_count - 1 : 0;
    char **whole = calloc(count + own + 1, sizeof *whole);
    if (whole == NULL)
        return NULL;
    memcpy(whole, begin, count * sizeof *whole);
    if (own > 0)
        memcpy(whole + count, arguments + 1, own * sizeof *whole);
    return whole;
}

static bool is_dropped(const char *variable)
{
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++) {
        size_t length = strlen(dropped[i]);
        if (strncmp(variable, dropped[i], length) == 0 && variable[length] == '=')
            return true;
    }
    return false;
}

static char **environment(void)
{
    size_t count = 0;
    while (environ[count] != NULL)
        count++;
    char **kept = calloc(count + 2, sizeof *kept);
    if (kept == NULL)
        return NULL;
    char **next = kept;
    for (size_t i = 0; i < count; i++)
        if (!is_dropped(environ[i]))
            *next++ = environ[i];
    *next = locale;
    return kept;
}

/* A JVM does not start in a directory that is gone. */
static void leave_lost_directory(void)
{
    char directory[PATH_MAX];
    if (getcwd(directory, sizeof directory) == NULL || directory[0] != '/')
        (void)!chdir("/");
}

/*
 * While the JVM runs, nobody removes this version of the plugin: who wants to takes the exclusive lock on this file first
 * (kindnetd.install.Installer). The descriptor stays open across execve for that. Where there is no lock, the call goes on without.
 */
static void lock_version(const char *home)
{
    char *options = joined(home, "/jvm.options");
    int opened = options == NULL ? -1 : open(options, O_RDONLY); /* NOLINT(android-cloexec-open) */
    if (opened >= 0)
        (void)flock(opened, LOCK_SH | LOCK_NB);
    free(options);
}

static void say(struct text *failure, const char *what, const char *which, int reason)
{
    text_add(failure, what);
    text_add(failure, which);
    text_add(failure, ": ");
    text_add(failure, strerror(reason));
}

void jvm_execute(int argument_count, char **arguments, struct text *failure)
{
    char home[PATH_MAX + sizeof "/lib/cni-kindnet"];
    if (!find_self(home)) {
        say(failure, "cannot find the directory of ", "cni-kindnet", errno);
        return;
    }
    cut_last_name(home); /* the program */
    cut_last_name(home); /* bin */
    memcpy(home + strlen(home), "/lib/cni-kindnet", sizeof "/lib/cni-kindnet");
    char **java = command(home, argument_count, arguments);
    char **variables = environment();
    if (java == NULL || variables == NULL) {
        say(failure, "cannot execute the Java runtime in ", home, ENOMEM);
        return;
    }
    leave_lost_directory();
    lock_version(home);
    (void)execve(java[0], java, variables);
    say(failure, "cannot execute ", java[0], errno);
}
