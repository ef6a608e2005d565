/* A disk that stops: counts every change of a file that a process asks of libc, and at the n-th kills it and its workers, or is full.
 *
 * The test preloads it. Counters lie in a file that all processes of a run share; only files below one folder count,
 * and bytes that go to a server.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { OTHER, OURS, LINE };
enum how { BEFORE = 1, HALF = 2, FULL = 3, SENT = 4 };

static struct {
    _Atomic long count, at, how;
    char under[PATH_MAX];
} *told;

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("CRASHING");
    int file = name ? open(name, O_RDWR) : -1;
    void *seen = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    told = seen == MAP_FAILED ? NULL : seen;
    if (file >= 0)
        close(file);
}

static void die(void)
{
    kill(0, SIGKILL);
    for (;;)
        pause();
}

/* Whether the disk refuses this change; at the n-th the process ends here, or after half of its bytes. */
static int refused(int kind, int writes, int *half)
{
    if (!told || !told->how)
        return 0;
    if ((told->how == HALF && !half) || (told->how == SENT && kind != LINE))
        return 0;
    long number = atomic_fetch_add(&told->count, 1) + 1;
    if (told->how == FULL && told->at && number >= told->at && writes) {
        errno = ENOSPC;
        return 1;
    }
    if (told->how != FULL && number == told->at) {
        if (told->how != HALF)
            die();
        *half = 1;
    }
    return 0;
}

static int ours(const char *path)
{
    return told && told->how && path && (path[0] != '/' || !strncmp(path, told->under, strlen(told->under)));
}

/* Whether an open file is one of ours, or a line to a server. */
static int open_file(int file)
{
    struct stat seen;
    char link[64], path[PATH_MAX];
    if (!told || !told->how || fstat(file, &seen))
        return 0;
    if (S_ISSOCK(seen.st_mode)) {
        struct sockaddr_storage who;
        socklen_t size = sizeof who;
        return !getpeername(file, (struct sockaddr *)&who, &size) && who.ss_family == AF_INET ? LINE : OTHER;
    }
    if (!S_ISREG(seen.st_mode) && !S_ISDIR(seen.st_mode))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return ours(path);
}

#define TRUE(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Calls that write bytes: the n-th of them may be cut in half. */
#define WRITES(name, given, passed)                           \
    ssize_t name given                                        \
    {                                                         \
        int half = 0, kind = open_file(file);                 \
        if (kind && refused(kind, kind == OURS, &half))                \
            return -1;                                        \
        if (half) {                                           \
            size /= 2;                                        \
            TRUE(name) passed;                                \
            die();                                            \
        }                                                     \
        return TRUE(name) passed;                             \
    }
WRITES(write, (int file, const void *data, size_t size), (file, data, size))
WRITES(pwrite, (int file, const void *data, size_t size, off_t at), (file, data, size, at))
WRITES(pwrite64, (int file, const void *data, size_t size, off64_t at), (file, data, size, at))
WRITES(send, (int file, const void *data, size_t size, int flags), (file, data, size, flags))

/* Calls that change an open file. */
#define CHANGES(kind, name, writes, given, passed)            \
    kind name given                                           \
    {                                                         \
        if (open_file(file) && refused(OURS, writes, NULL))         \
            return -1;                                        \
        return TRUE(name) passed;                             \
    }
CHANGES(ssize_t, writev, 1, (int file, const struct iovec *data, int count), (file, data, count))
CHANGES(int, fsync, 0, (int file), (file))
CHANGES(int, fdatasync, 0, (int file), (file))
CHANGES(int, ftruncate, 0, (int file, off_t size), (file, size))
CHANGES(int, ftruncate64, 0, (int file, off64_t size), (file, size))

/* Calls that change names. */
#define NAMES(name, writes, given, passed)                    \
    int name given                                            \
    {                                                         \
        if (ours(path) && refused(OURS, writes, NULL))              \
            return -1;                                        \
        return TRUE(name) passed;                             \
    }
NAMES(rename, 0, (const char *path, const char *to), (path, to))
NAMES(renameat, 0, (int from, const char *path, int in, const char *to), (from, path, in, to))
NAMES(renameat2, 0, (int from, const char *path, int in, const char *to, unsigned int flags), (from, path, in, to, flags))
NAMES(link, 1, (const char *path, const char *to), (path, to))
NAMES(linkat, 1, (int from, const char *path, int in, const char *to, int flags), (from, path, in, to, flags))
NAMES(unlink, 0, (const char *path), (path))
NAMES(unlinkat, 0, (int in, const char *path, int flags), (in, path, flags))
NAMES(rmdir, 0, (const char *path), (path))
NAMES(mkdir, 1, (const char *path, mode_t mode), (path, mode))
NAMES(mkdirat, 1, (int in, const char *path, mode_t mode), (in, path, mode))
NAMES(truncate, 0, (const char *path, off_t size), (path, size))

#define MODE                                                  \
    mode_t mode = 0;                                          \
    if (flags & (O_CREAT | __O_TMPFILE)) {                    \
        va_list more;                                         \
        va_start(more, flags);                                \
        mode = va_arg(more, mode_t);                          \
        va_end(more);                                         \
    }
#define OPENS(name, given, passed)                                                      \
    int name given                                                                      \
    {                                                                                   \
        MODE                                                                            \
        if ((flags & (O_CREAT | O_TRUNC)) && ours(path) && refused(OURS, 1, NULL))            \
            return -1;                                                                  \
        return TRUE(name) passed;                                                       \
    }
OPENS(open, (const char *path, int flags, ...), (path, flags, mode))
OPENS(open64, (const char *path, int flags, ...), (path, flags, mode))
OPENS(openat, (int in, const char *path, int flags, ...), (in, path, flags, mode))
OPENS(openat64, (int in, const char *path, int flags, ...), (in, path, flags, mode))
