/*
 * unix.h - Unix sockets at paths longer than sun_path allows, too. Descriptors are non-blocking and
 * closed on exec; -1 with errno where it failed.
 */
#ifndef BASE_UNIX_H
#define BASE_UNIX_H

/* A socket without a listener is replaced; EADDRINUSE if one answers. mode: of the file. */
int unix_listen(const char *path, int mode, int backlog);
int unix_connect(const char *path);

#endif
