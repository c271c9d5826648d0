/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "put.h"

enum {
	FILE_HEAD = 24,
	RECORD_HEAD = 16,
};

static int drain(struct capture *c)
{
	size_t done = 0;

	while (done < c->used) {
		ssize_t n = write(c->fd, c->buffer + done, c->used - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			done += (size_t)n;
	}
	c->used = 0;
	return 0;
}

/* Files of libpcap are in the machine's order; so is the magic number. */
static uint8_t *put_native32(uint8_t *at, uint32_t value)
{
	return put_bytes(at, &value, sizeof(value));
}

static void put_file_head(uint8_t *at)
{
	static const uint16_t version[] = { 2, 4 };

	at = put_native32(at, 0xa1b2c3d4); /* with microseconds */
	at = put_bytes(at, version, sizeof(version));
	at = put_zero(at, 8);
	at = put_native32(at, 262144);
	(void)put_native32(at, 1); /* Ethernet */
}

int capture_open(struct capture **out, const char *path)
{
	struct capture *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	if (strcmp(path, "-") == 0)
		c->fd = dup(STDOUT_FILENO);
	else
		c->fd =
		    open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (c->fd < 0) {
		int rc = -errno;

		free(c);
		return rc;
	}
	/* fewer turns with the reader, if it is a pipe; else nothing */
	(void)fcntl(c->fd, F_SETPIPE_SZ, CAPTURE_BUFFER);
	put_file_head(c->buffer);
	c->used = FILE_HEAD;
	*out = c;
	return 0;
}

int capture_room(struct capture *c, uint8_t **at)
{
	int rc = 0;

	if (c->used + RECORD_HEAD + CAPTURE_PACKET_MAX > CAPTURE_BUFFER)
		rc = drain(c);
	*at = c->buffer + c->used + RECORD_HEAD;
	return rc;
}

void capture_add(struct capture *c, uint64_t us, size_t captured_bytes,
		 size_t wire_bytes)
{
	uint8_t *record = c->buffer + c->used;

	record = put_native32(record, (uint32_t)(us / 1000000));
	record = put_native32(record, (uint32_t)(us % 1000000));
	record = put_native32(record, (uint32_t)captured_bytes);
	(void)put_native32(record, (uint32_t)wire_bytes);
	c->used += RECORD_HEAD + captured_bytes;
}

int capture_close(struct capture *c)
{
	int rc;

	if (!c)
		return 0;
	rc = drain(c);
	if (close(c->fd) < 0 && rc == 0)
		rc = -errno;
	free(c);
	return rc;
}
