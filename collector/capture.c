/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/packet.h"
#include "util/err.h"

enum { READ_SIZE = 1 << 18 }; /* at a time: stdio's own 4 kB cost a third */

struct file {
	const char *path; /* borrowed */
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
		text_add(&c->problems, f->path);
		text_addf(&c->problems, ": the capture breaks off: %s\n",
			  pcap_geterr(f->pcap));
	}
}

/* Standard input ends when the stop descriptor becomes readable: whoever
 * feeds it may be silent for ever. */
static ssize_t read_input(void *cookie, char *to, size_t size)
{
	struct pollfd wait[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = (int)(intptr_t)cookie, .events = POLLIN },
	};

	if (poll(wait, 2, -1) < 0)
		return -1;
	return wait[1].revents ? 0 : read(STDIN_FILENO, to, size);
}

static FILE *open_stream(const char *path, int stop_fd)
{
	cookie_io_functions_t input = { .read = read_input };

	if (strcmp(path, "-") == 0)
		return fopencookie((void *)(intptr_t)stop_fd, "rb", input);
	return fopen(path, "rbe");
}

static int open_file(struct file *f, const char *path, int stop_fd,
		     struct text *problem)
{
	char reason[PCAP_ERRBUF_SIZE] = "";
	FILE *stream = open_stream(path, stop_fd);

	f->path = path;
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
	static const int64_t year_10000_s = 253402300800;
	int64_t second = f->head->ts.tv_sec;
	int64_t rest_us = f->head->ts.tv_usec;

	if (second < 0)
		return 0;
	if (second >= year_10000_s)
		return year_10000_s * 1000000;
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
