/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/pcapng_file.h"
#include "net/packet.h"
#include "util/err.h"

#define YEAR_10000_S INT64_C(253402300800)
#define US_PER_S     INT64_C(1000000)

enum {
	READ_SIZE = 1 << 18, /* at a time: stdio's own 4 kB cost a third */
	PAGE = 4096,
	REFUSALS_SAID = 8, /* of a file's interfaces */
};

struct file {
	const char *path; /* borrowed */
	int fd;
	int stop_fd;
	bool is_regular;
	uint64_t size;	/* bytes; valid if is_regular */
	uint64_t taken; /* bytes that came, if it is not */
	char *buffer;	/* of the stream */
	pcap_t *pcap;	/* NULL: a pcapng capture */
	struct pcapng_file blocks;
	int link;		      /* of a pcap capture */
	uint32_t refused;	      /* interfaces of other link types */
	bool has_packet;	      /* the next one to give out */
	struct capture_packet packet; /* this one */
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

static void say_break(struct captures *c, const struct file *f, const char *why)
{
	c->broken++;
	text_addf(&c->problems, "%s: the capture breaks off: %s\n", f->path,
		  why);
}

/* Damaged times of 64 bits come to the nearest end of what can be dated. */
static void set_time(struct capture_packet *packet, int64_t second,
		     int64_t rest_us)
{
	packet->time_us = 0;
	if (second >= YEAR_10000_S)
		packet->time_us = YEAR_10000_S * US_PER_S;
	else if (second >= 0)
		packet->time_us =
		    second * US_PER_S + (rest_us > 0 ? rest_us % US_PER_S : 0);
	packet->has_time =
	    packet->time_us > 0 && packet->time_us < YEAR_10000_S * US_PER_S;
}

static void advance_pcap(struct captures *c, struct file *f)
{
	struct pcap_pkthdr *head;
	const u_char *bytes;
	int rc = pcap_next_ex(f->pcap, &head, &bytes);

	f->has_packet = rc == 1;
	if (rc == PCAP_ERROR)
		say_break(c, f, pcap_geterr(f->pcap));
	if (rc != 1)
		return;
	set_time(&f->packet, head->ts.tv_sec, head->ts.tv_usec);
	f->packet.link = f->link;
	f->packet.bytes = bytes;
	f->packet.captured_bytes = head->caplen;
	f->packet.wire_bytes = head->len;
}

/* A packet without a time of its own keeps that of the one before it. */
static void take_block(struct file *f, const struct pcapng_packet *from)
{
	const struct pcapng *state = &f->blocks.state;
	struct capture_packet *to = &f->packet;

	f->has_packet = true;
	to->link = CAPTURE_NO_LINK;
	if (from->interface < state->interface_count)
		to->link = state->interfaces[from->interface].link;
	to->has_time = false;
	if (from->has_time)
		set_time(to, from->time_us / US_PER_S,
			 from->time_us % US_PER_S);
	to->bytes = from->bytes;
	to->captured_bytes = from->captured_bytes;
	to->wire_bytes = from->wire_bytes;
}

/* Packets of an interface without IP are given out; who reads them counts
 * them with all else that is no datagram. */
static void look_at_interface(struct captures *c, struct file *f)
{
	size_t last = f->blocks.state.interface_count - 1;
	const struct pcapng_interface *i = &f->blocks.state.interfaces[last];
	const char *link = pcap_datalink_val_to_name(i->link);

	if (packet_link_known(i->link) || ++f->refused > REFUSALS_SAID)
		return;
	text_addf(&c->problems,
		  "%s: interface %zu%s%s: link type %s (%d) is not supported: "
		  "its packets are passed over\n",
		  f->path, last, *i->name ? " " : "", i->name,
		  link ? link : "unknown", i->link);
	if (f->refused == REFUSALS_SAID)
		text_addf(&c->problems, "%s: and maybe more of that\n",
			  f->path);
}

static void advance_pcapng(struct captures *c, struct file *f)
{
	struct pcapng_packet packet;
	int rc;

	f->has_packet = false;
	do {
		rc = pcapng_file_next(&f->blocks, &packet);
		if (rc == PCAPNG_INTERFACE)
			look_at_interface(c, f);
	} while (rc == PCAPNG_INTERFACE);
	if (rc == PCAPNG_PACKET)
		take_block(f, &packet);
	else if (rc < 0)
		say_break(c, f, err_str(rc));
}

static void advance(struct captures *c, struct file *f)
{
	if (f->pcap)
		advance_pcap(c, f);
	else
		advance_pcapng(c, f);
}

/*
 * What is no regular file ends when the stop descriptor becomes readable:
 * whoever feeds it may be silent for ever.
 */
static ssize_t read_stream(void *cookie, char *to, size_t size)
{
	struct file *f = cookie;
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
	f->taken += got > 0 ? (uint64_t)got : 0;
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
		f->is_regular =
		    fstat(f->fd, &status) == 0 && S_ISREG(status.st_mode);
		if (f->is_regular) {
			f->size = (uint64_t)status.st_size;
			return fdopen(f->fd, "rb");
		}
	}
	out = fopencookie(f, "rb", stream);
	if (!out)
		(void)close_stream(f);
	return out;
}

static int say_no_capture(const struct file *f, const char *why,
			  struct text *problem)
{
	text_addf(problem, "%s: not a pcap or pcapng capture: %s\n", f->path,
		  why);
	return ERR_MALFORMED;
}

static int say_no_link(const struct file *f, int link, struct text *problem)
{
	const char *name = pcap_datalink_val_to_name(link);

	text_addf(problem,
		  "%s: link type %s (%d) is not supported; expected "
		  "Ethernet, Linux cooked, raw IP or loopback\n",
		  f->path, name ? name : "unknown", link);
	return ERR_UNSUPPORTED;
}

static int open_pcap(struct file *f, FILE *stream, struct text *problem)
{
	char reason[PCAP_ERRBUF_SIZE] = "";

	f->pcap = pcap_fopen_offline(stream, reason);
	if (!f->pcap) {
		(void)fclose(stream);
		return say_no_capture(f, reason, problem);
	}
	f->link = link_of(f->pcap);
	return packet_link_known(f->link) ? 0
					  : say_no_link(f, f->link, problem);
}

/* Up to the first packet: one of the interfaces must be of use. */
static int open_pcapng(struct captures *c, struct file *f, FILE *stream,
		       struct text *problem)
{
	struct pcapng_packet packet;
	size_t interfaces;
	int rc;

	pcapng_file_open(&f->blocks, stream);
	rc = pcapng_file_next(&f->blocks, &packet);
	if (rc < 0)
		return say_no_capture(f, err_str(rc), problem);
	if (rc != PCAPNG_INTERFACE)
		return say_no_capture(f, "no interface", problem);
	look_at_interface(c, f);
	advance_pcapng(c, f);
	interfaces = f->blocks.state.interface_count;
	for (size_t i = 0; i < interfaces; i++) {
		if (packet_link_known(f->blocks.state.interfaces[i].link))
			return 0;
	}
	return say_no_link(f, f->blocks.state.interfaces[0].link, problem);
}

static int open_file(struct captures *c, struct file *f, struct text *problem)
{
	FILE *stream = open_stream(f);
	int first;

	if (!stream) {
		int rc = -errno;

		text_addf(problem, "%s: %s\n", f->path, err_str(rc));
		return rc;
	}
	/* A size without a buffer means nothing to glibc. At the start of a
	 * page: the 16 bytes behind it that malloc would give are where the
	 * kernel's copy of a page is four times as slow (AMD; measured). */
	f->buffer = aligned_alloc(PAGE, READ_SIZE);
	if (f->buffer)
		(void)setvbuf(stream, f->buffer, _IOFBF, READ_SIZE);
	/* Nobody else has it: two locks a packet were taken and given back. */
	(void)__fsetlocking(stream, FSETLOCKING_BYCALLER);
	first = getc(stream);
	if (first != EOF)
		(void)ungetc(first, stream);
	return first == PCAPNG_FIRST_BYTE ? open_pcapng(c, f, stream, problem)
					  : open_pcap(f, stream, problem);
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
		c->files[c->count].path = paths[c->count];
		c->files[c->count].stop_fd = stop_fd;
		c->files[c->count].packet.file = c->count;
		rc = open_file(c, &c->files[c->count], problem);
		if (rc < 0) {
			c->count++;
			goto out;
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (c->files[i].pcap)
			advance_pcap(c, &c->files[i]);
	}
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
		pcapng_file_close(&c->files[i].blocks);
		free(c->files[i].buffer);
	}
	free(c->files);
	text_fini(&c->problems);
	free(c);
}

struct capture_packet *captures_next(struct captures *c)
{
	struct file *next = NULL;

	if (c->given < c->count)
		advance(c, &c->files[c->given]);
	for (size_t i = 0; i < c->count; i++) {
		struct file *f = &c->files[i];

		if (f->has_packet &&
		    (!next || f->packet.time_us < next->packet.time_us))
			next = f;
	}
	if (!next)
		return NULL;
	c->given = (size_t)(next - c->files);
	return &next->packet;
}

uint64_t captures_position(const struct captures *c, uint64_t *size)
{
	uint64_t at = 0;
	bool known = true;

	*size = 0;
	for (size_t i = 0; i < c->count; i++) {
		const struct file *f = &c->files[i];
		off_t here = f->is_regular ? lseek(f->fd, 0, SEEK_CUR) : 0;

		at += f->taken + (here > 0 ? (uint64_t)here : 0);
		*size += f->size;
		known = known && f->is_regular;
	}
	if (!known)
		*size = 0;
	return at;
}

const char *captures_problems(const struct captures *c)
{
	return text_str(&c->problems);
}

uint64_t captures_broken(const struct captures *c)
{
	return c->broken;
}
