/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/packet.h"
#include "util/err.h"

#define YEAR_10000_S INT64_C(253402300800)

enum { READ_SIZE = 1 << 18 }; /* at a time: stdio's own 4 kB cost a third */

struct file {
	const char *path; /* borrowed */
	int fd;
	int stop_fd;
	pcap_t *pcap;
	int link;
	bool has_packet; /* head and bytes are the next one to give out */
	struct pcap_pkthdr *head;
	const u_char *bytes;
};

struct captures {
	struct file *files;
	size_t count;
	size_t given; /* the file of the packet given out last; count: none */
	struct text problems;
	uint64_t broken;
};

/* DLT_ values differ from LINKTYPE_ ones for raw IP alone, and by system. */
static int link_of(pcap_t *pcap)
{
	int dlt = pcap_datalink(pcap);

	return dlt == DLT_RAW ? PACKET_LINK_RAW : dlt;
}

static void advance(struct captures *c, struct file *f)
{
	int rc = pcap_next_ex(f->pcap, &f->head, &f->bytes);

	f->has_packet = rc == 1;
	if (rc == PCAP_ERROR) {
		c->broken++;
		text_add(&c->problems, f->path);
		text_addf(&c->problems, ": the capture breaks off: %s\n",
			  pcap_geterr(f->pcap));
	}
}

/*
 * What is no regular file ends when the stop descriptor becomes readable:
 * whoever feeds it may be silent for ever.
 */
static ssize_t read_stream(void *cookie, char *to, size_t size)
{
	const struct file *f = cookie;
	struct pollfd wait[] = {
		{ .fd = f->fd, .events = POLLIN },
		{ .fd = f->stop_fd, .events = POLLIN },
	};
	ssize_t got;

	do {
		if (poll(wait, 2, -1) < 0 && errno != EINTR)
			return -1;
		if (wait[1].revents)
			return 0;
		got = read(f->fd, to, size);
	} while (got < 0 && (errno == EAGAIN || errno == EINTR));
	return got;
}

static int close_stream(void *cookie)
{
	const struct file *f = cookie;

	return f->fd == STDIN_FILENO ? 0 : close(f->fd);
}

/* Open without waiting for the other end of a pipe. */
static FILE *open_stream(struct file *f)
{
	cookie_io_functions_t stream = { .read = read_stream,
					 .close = close_stream };
	struct stat status;
	FILE *out;

	f->fd = STDIN_FILENO;
	if (strcmp(f->path, "-") != 0) {
		f->fd = open(f->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (f->fd < 0)
			return NULL;
		if (fstat(f->fd, &status) == 0 && S_ISREG(status.st_mode))
			return fdopen(f->fd, "rb");
	}
	out = fopencookie(f, "rb", stream);
	if (!out)
		(void)close_stream(f);
	return out;
}

static int open_file(struct file *f, const char *path, int stop_fd,
		     struct text *problem)
{
	char reason[PCAP_ERRBUF_SIZE] = "";
	FILE *stream;

	f->path = path;
	f->stop_fd = stop_fd;
	stream = open_stream(f);
	if (!stream) {
		int rc = -errno;

		text_addf(problem, "%s: %s\n", path, err_str(rc));
		return rc;
	}
	(void)setvbuf(stream, NULL, _IOFBF, READ_SIZE);
	f->pcap = pcap_fopen_offline(stream, reason);
	if (!f->pcap) {
		text_addf(problem, "%s: not a pcap or pcapng capture: %s\n",
			  path, reason);
		(void)fclose(stream);
		return ERR_MALFORMED;
	}
	f->link = link_of(f->pcap);
	if (!packet_link_known(f->link)) {
		const char *name = pcap_datalink_val_to_name(f->link);

		text_addf(problem,
			  "%s: link type %s (%d) is not supported; expected "
			  "Ethernet, Linux cooked, raw IP or loopback\n",
			  path, name ? name : "unknown", f->link);
		return ERR_UNSUPPORTED;
	}
	return 0;
}

int captures_open(struct captures **out, const char *const *paths, size_t count,
		  int stop_fd, struct text *problem)
{
	struct captures *c = calloc(1, sizeof(*c));
	int rc = -ENOMEM;

	if (!c)
		return rc;
	text_init(&c->problems);
	c->files = calloc(count, sizeof(*c->files));
	if (!c->files)
		goto out;
	c->given = count;
	for (; c->count < count; c->count++) {
		rc = open_file(&c->files[c->count], paths[c->count], stop_fd,
			       problem);
		if (rc < 0) {
			c->count++;
			goto out;
		}
	}
	for (size_t i = 0; i < count; i++)
		advance(c, &c->files[i]);
	*out = c;
	c = NULL;
	rc = 0;
out:
	captures_close(c);
	return rc;
}

void captures_close(struct captures *c)
{
	if (!c)
		return;
	for (size_t i = 0; c->files && i < c->count; i++) {
		if (c->files[i].pcap)
			pcap_close(c->files[i].pcap);
	}
	free(c->files);
	text_fini(&c->problems);
	free(c);
}

/* Damaged times of 64 bits come to the nearest end of what can be dated. */
static int64_t time_of(const struct file *f)
{
	int64_t second = f->head->ts.tv_sec;
	int64_t rest_us = f->head->ts.tv_usec;

	if (second < 0)
		return 0;
	if (second >= YEAR_10000_S)
		return YEAR_10000_S * 1000000;
	return second * 1000000 + (rest_us > 0 ? rest_us % 1000000 : 0);
}

bool captures_next(struct captures *c, struct capture_packet *packet)
{
	struct file *next = NULL;

	if (c->given < c->count)
		advance(c, &c->files[c->given]);
	for (size_t i = 0; i < c->count; i++) {
		struct file *f = &c->files[i];

		if (f->has_packet && (!next || time_of(f) < time_of(next)))
			next = f;
	}
	if (!next)
		return false;
	c->given = (size_t)(next - c->files);
	packet->time_us = time_of(next);
	packet->has_time = packet->time_us > 0 &&
			   packet->time_us < YEAR_10000_S * INT64_C(1000000);
	packet->link = next->link;
	packet->bytes = next->bytes;
	packet->captured_bytes = next->head->caplen;
	packet->wire_bytes = next->head->len;
	return true;
}

const char *captures_problems(const struct captures *c)
{
	return text_str(&c->problems);
}

uint64_t captures_broken(const struct captures *c)
{
	return c->broken;
}
