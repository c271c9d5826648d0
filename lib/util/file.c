/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/err.h"

enum { READ_SIZE = 65536 };

/* Append all that fd yields, up to max bytes. */
static int read_all(int fd, size_t max, struct text *out)
{
	char block[READ_SIZE];
	size_t total = 0;

	for (;;) {
		ssize_t got = read(fd, block, sizeof(block));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return text_ok(out) ? 0 : -ENOMEM;
		total += (size_t)got;
		if (total > max)
			return ERR_RANGE;
		text_add_bytes(out, block, (size_t)got);
	}
}

int file_read(const char *path, size_t max, struct text *out)
{
	struct stat status;
	int rc;
	/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0)
		rc = -errno;
	else if (!S_ISREG(status.st_mode))
		rc = ERR_UNSUPPORTED;
	else
		rc = read_all(fd, max, out);
	(void)close(fd);
	return rc;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, data, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		data += put;
		len -= (size_t)put;
	}
	return 0;
}

struct bytes {
	const void *data;
	size_t len;
};

/* Whose it is and who may read it, before there is anything in it. Rights for
 * a group that it could not be given to would be for another one. */
static int make_like(int fd, const struct stat *like)
{
	mode_t mode = like->st_mode & 0777;

	if (fchown(fd, like->st_uid, like->st_gid) < 0 &&
	    fchown(fd, (uid_t)-1, like->st_gid) < 0)
		mode &= S_IRWXU;
	return fchmod(fd, mode) < 0 ? -errno : 0;
}

static int replace(const char *path, const struct bytes *content, mode_t mode,
		   const struct stat *like)
{
	char temporary[PATH_MAX];
	int fd;
	int rc = 0;
	int wanted = snprintf(temporary, sizeof(temporary), "%s.new", path);

	if (wanted < 0 || (size_t)wanted >= sizeof(temporary))
		return -ENAMETOOLONG;
	fd = open(temporary,
		  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return -errno;
	if (like)
		rc = make_like(fd, like);
	if (rc == 0)
		rc = write_all(fd, content->data, content->len);
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(temporary, path) < 0)
		rc = -errno;
	if (rc < 0)
		(void)unlink(temporary);
	return rc;
}

int file_replace(const char *path, const void *data, size_t len)
{
	const struct bytes content = { data, len };

	return replace(path, &content, 0644, NULL);
}

int file_replace_private(const char *path, const void *data, size_t len,
			 const struct stat *like)
{
	const struct bytes content = { data, len };

	int rc = replace(path, &content, 0600, like);

	return rc == 0 ? file_sync_directory_of(path) : rc;
}

static int write_into(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return -errno;
	rc = write_all(fd, data, len);
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	return rc;
}

int file_write(const char *path, const void *data, size_t len)
{
	struct stat status;
	char *target;
	int rc;

	if (stat(path, &status) < 0)
		return errno == ENOENT ? file_replace(path, data, len) : -errno;
	if (!S_ISREG(status.st_mode))
		return write_into(path, data, len);
	target = realpath(path, NULL);
	if (!target)
		return -errno;
	rc = file_replace(target, data, len);
	free(target);
	return rc;
}

int file_make_directories(const char *path)
{
	char part[PATH_MAX];
	struct stat status;
	size_t len = strlen(path);

	if (len == 0)
		return -ENOENT;
	if (len >= sizeof(part))
		return -ENAMETOOLONG;
	memcpy(part, path, len + 1);
	for (size_t i = 1; i <= len; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		part[i] = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return -errno;
		part[i] = i < len ? '/' : '\0';
	}
	if (stat(path, &status) < 0)
		return -errno;
	return S_ISDIR(status.st_mode) ? 0 : -ENOTDIR;
}

/* The path of the directory that path is in. @return 0 or -ENAMETOOLONG */
int file_directory_of(const char *path, char *to, size_t size)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (len >= size)
		return -ENAMETOOLONG;
	memcpy(to, path, len);
	to[len] = '\0';
	if (len == 0)
		(void)snprintf(to, size, "%s", slash ? "/" : ".");
	return 0;
}

int file_sync_directory_of(const char *path)
{
	char directory[PATH_MAX];
	int rc = file_directory_of(path, directory, sizeof(directory));
	int fd;

	if (rc < 0)
		return rc;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* EINVAL: the file system does not know how to, and needs it not. */
	if (fsync(fd) < 0 && errno != EINVAL)
		rc = -errno;
	(void)close(fd);
	return rc;
}

int file_make_directory_of(const char *path)
{
	char directory[PATH_MAX];
	int rc = file_directory_of(path, directory, sizeof(directory));

	return rc < 0 ? rc : file_make_directories(directory);
}

/* Copy size bytes, from the start of the file. */
static int copy_bytes(int from, int to, size_t size)
{
	char block[READ_SIZE];
	size_t done = 0;

	while (done < size) {
		size_t left = size - done;
		ssize_t got =
		    pread(from, block, left < READ_SIZE ? left : READ_SIZE,
			  (off_t)done);
		int rc;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return -ENODATA;
		rc = write_all(to, block, (size_t)got);
		if (rc < 0)
			return rc;
		done += (size_t)got;
	}
	return 0;
}

/* Open a file for size bytes, all its blocks there. @return it, or -errno */
static int open_with_blocks(const char *path, size_t size)
{
	int rc;
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0)
		return -errno;
	rc = -posix_fallocate(fd, 0, (off_t)size);
	if (rc == 0)
		return fd;
	(void)close(fd);
	(void)unlink(path);
	return rc;
}

/* Have what was written on the disk, if it was; else remove the file. */
static int sync_and_close(int fd, const char *path, int rc)
{
	if (rc == 0 && fsync(fd) < 0)
		rc = -errno;
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc < 0)
		(void)unlink(path);
	return rc;
}

int file_copy(int from, const char *path, size_t size)
{
	int fd = open_with_blocks(path, size);

	if (fd < 0)
		return fd;
	return sync_and_close(fd, path, copy_bytes(from, fd, size));
}

int file_create(const char *path, const void *data, size_t len)
{
	int fd = open_with_blocks(path, len);

	if (fd < 0)
		return fd;
	return sync_and_close(fd, path, write_all(fd, data, len));
}
