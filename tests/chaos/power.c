/* A power cut for tests. Whatever a server has written to its append-only file, only what it was told is on the disk
 * survives one: this notes, beside each such file, its size at the end of the last fsync. And a full disk: while the
 * file that POWER_FULL names exists, nothing can be written to an append-only file.
 *
 * Built and preloaded by tests/chaos/power.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int append_only(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 16);
    if (length < 4) return 0;
    path[length] = 0;
    return strcmp(path + length - 4, ".aof") == 0;
}

static void note(int fd) {
    char path[PATH_MAX], text[32];
    struct stat found;
    if (!append_only(fd, path) || fstat(fd, &found) != 0) return;
    strcat(path, ".synced");
    int out = open(path, O_WRONLY | O_CREAT, 0600);
    if (out < 0) return;
    int length = snprintf(text, sizeof text, "%020lld", (long long)found.st_size);
    if (pwrite(out, text, length, 0) != length) abort();
    close(out);
}

int fdatasync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    int result = real(fd);
    if (result == 0) note(fd);
    return result;
}

int fsync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    int result = real(fd);
    if (result == 0) note(fd);
    return result;
}

/* A rewritten log is synced under a temporary name. */
int rename(const char *from, const char *to) {
    int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
    char noted[PATH_MAX], kept[PATH_MAX];
    int result = real(from, to);
    if (result == 0 && strlen(to) > 4 && strcmp(to + strlen(to) - 4, ".aof") == 0) {
        snprintf(noted, sizeof noted, "%s.synced", from);
        snprintf(kept, sizeof kept, "%s.synced", to);
        real(noted, kept);
    }
    return result;
}

ssize_t write(int fd, const void *data, size_t size) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    char path[PATH_MAX];
    const char *full = getenv("POWER_FULL");
    if (full && access(full, F_OK) == 0 && append_only(fd, path)) {
        errno = ENOSPC;
        return -1;
    }
    return real(fd, data, size);
}
