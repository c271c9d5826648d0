/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/journal_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "util/file.h"

static int create_file(const char *path)
{
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

	return fd < 0 ? -errno : fd;
}

static ssize_t write_pieces(int fd, const struct iovec *pieces, int count)
{
	ssize_t put = writev(fd, pieces, count);

	return put < 0 ? -errno : put;
}

static int sync_file(int fd)
{
	return fdatasync(fd) < 0 ? -errno : 0;
}

static int sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return -errno;
	rc = fsync(fd) < 0 ? -errno : 0;
	if (rc == -EINVAL) /* the file system syncs no folders */
		rc = 0;
	(void)close(fd);
	return rc;
}

static int cut_file(int fd, uint64_t size)
{
	return ftruncate(fd, (off_t)size) < 0 ? -errno : 0;
}

static int remove_file(const char *path)
{
	return unlink(path) < 0 ? -errno : 0;
}

const struct journal_disk journal_system_disk = {
	.make_folder = file_make_directories,
	.create = create_file,
	.write = write_pieces,
	.sync = sync_file,
	.sync_folder = sync_folder,
	.cut = cut_file,
	.remove = remove_file,
};
