/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/live_sources.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "collector/clock.h"
#include "collector/live_state.h"
#include "collector/status.h"
#include "net/packet.h"
#include "util/err.h"
#include "util/log.h"

enum {
	BATCHES_PER_TURN = 64, /* then the timers have their turn */
	FRAMES_PER_BATCH = 1024,
	DRAIN_S = 2, /* at the end, for what waits in the sockets */
	KB = 1024,
	ETHERNET_HEADER = 14,
};

static const char *const state_names[] = {
	[INTERFACE_UP] = "up",
	[INTERFACE_DOWN] = "down",
	[INTERFACE_GONE] = "gone",
};

/* ---- opening ---- */

/* Wait for the descriptor that a source has now. */
static int watch(struct live *l, struct live_source *s)
{
	int fd = s->port ? interface_source_fd(s->port)
			 : datagram_source_fd(s->datagrams);
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	/* One that was closed is not there any more. */
	if (s->watched >= 0)
		(void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, s->watched, NULL);
	s->watched = -1;
	if (fd < 0)
		return 0;
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	s->watched = fd;
	return 0;
}

/* The next one, with nothing open. */
static int next_source(struct live *l, size_t index, struct live_source **out)
{
	const struct config_source *c = &l->generation->config->sources[index];
	struct live_source *s;

	if (l->source_count == SOURCES_MAX || index >= SOURCES_MAX) {
		log_error("collector: more than %d sources", SOURCES_MAX);
		return ERR_CONFIG;
	}
	s = &l->sources[l->source_count++];
	*s = (struct live_source){
		.kind = c->kind,
		.index = index,
		.watched = -1,
	};
	*out = s;
	if (c->kind == CONFIG_SOURCE_SFLOW) {
		l->intake.expects_datagrams = true;
		return 0;
	}
	intake_mirror_switch(&l->intake, c->switch_index);
	return mirror_init(&s->mirror, c, false);
}

static int open_socket(struct live *l, size_t index,
		       const struct config_endpoint *listen)
{
	struct live_source *s;
	char addr[IPADDR_TEXT_SIZE];
	int buffer_bytes = 0;
	int rc = next_source(l, index, &s);

	if (rc < 0)
		return rc;
	(void)ipaddr_format(&listen->addr, addr);
	rc = datagram_source_open(
	    &s->datagrams,
	    s->kind == CONFIG_SOURCE_ERSPAN ? DATAGRAM_GRE : DATAGRAM_UDP,
	    listen, &buffer_bytes);
	if (s->kind == CONFIG_SOURCE_ERSPAN && rc == -EPERM) {
		log_error("collector: cannot receive GRE on %s: CAP_NET_RAW "
			  "is wanted",
			  addr);
		return -EADDRNOTAVAIL;
	}
	if (s->kind == CONFIG_SOURCE_ERSPAN && rc < 0) {
		log_error("collector: cannot receive GRE on %s: %s", addr,
			  err_str(rc));
		return -EADDRNOTAVAIL;
	}
	if (rc < 0) {
		log_error("collector: cannot listen on %s port %u: %s", addr,
			  listen->port, err_str(rc));
		return -EADDRNOTAVAIL;
	}
	if (s->kind == CONFIG_SOURCE_ERSPAN)
		log_notice("collector: receiving GRE on %s, buffer %d kB", addr,
			   buffer_bytes / KB);
	else
		log_notice("collector: listening on %s port %u, buffer %d kB",
			   addr, listen->port, buffer_bytes / KB);
	return watch(l, s);
}

/* "::" is both families, as with UDP; but a raw socket has one. Each gets a
 * packet, so not where another source has the IPv4. */
static int open_receiver(struct live *l, size_t index,
			 const struct config_endpoint *listen)
{
	static const struct config_endpoint any_ipv4 = { .addr = { .version =
								       4 } };
	static const struct ipaddr any_ipv6 = { .version = 6 };
	int rc = open_socket(l, index, listen);

	if (rc == 0 && ipaddr_equal(&listen->addr, &any_ipv6) &&
	    !config_has_ipv4_receiver(l->generation->config))
		rc = open_socket(l, index, &any_ipv4);
	return rc;
}

/* A line for each change. */
static void tell_state(struct live_source *s, bool is_first)
{
	const char *name = s->mirror.config->interface;
	enum interface_state state = interface_source_state(s->port);
	const char *problem = interface_source_problem(s->port);
	bool has_offload = interface_source_has_offload(s->port);

	if (state != s->state || is_first) {
		s->state = state;
		if (state == INTERFACE_UP)
			log_notice("collector: mirror port %s: up", name);
		else
			log_warning("collector: mirror port %s: %s%s%s", name,
				    state_names[state], *problem ? ": " : "",
				    problem);
	} else if (strcmp(problem, s->told_problem) != 0 && *problem) {
		log_warning("collector: mirror port %s: %s", name, problem);
	}
	(void)snprintf(s->told_problem, sizeof(s->told_problem), "%s", problem);
	if (has_offload && !s->told_offload)
		log_warning("collector: mirror port %s: receive offload is on, "
			    "which joins frames: ethtool -K %s gro off lro off",
			    name, name);
	s->told_offload = has_offload;
}

/* A frame that is longer than what the interface takes was joined of several,
 * where that is done at all. */
static void know_longest(struct live_source *s)
{
	uint32_t mtu = interface_source_mtu(s->port);

	s->mirror.longest_bytes = mtu && interface_source_has_offload(s->port)
				      ? (size_t)mtu + ETHERNET_HEADER
				      : MIRROR_LONGEST_FRAME;
}

static int open_port(struct live *l, size_t index,
		     const struct config_source *configured)
{
	const struct interface_options options = {
		.interface = configured->interface,
		.filter = configured->filter,
		.buffer_bytes = configured->buffer_bytes,
		.snap_bytes = configured->snap_bytes,
	};
	struct live_source *s;
	struct text problem;
	int rc = next_source(l, index, &s);

	if (rc < 0)
		return rc;
	text_init(&problem);
	rc = interface_source_open(&s->port, &options, &problem);
	if (rc < 0) {
		const char *why = text_str(&problem);

		log_error("collector: mirror port %s: %s", options.interface,
			  *why ? why : err_str(rc));
		text_fini(&problem);
		return rc == ERR_SYNTAX ? ERR_CONFIG : -EADDRNOTAVAIL;
	}
	text_fini(&problem);
	know_longest(s);
	tell_state(s, true);
	return watch(l, s);
}

int live_sources_open(struct live *l)
{
	const struct config *c = l->generation->config;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < c->source_count; i++) {
		const struct config_source *s = &c->sources[i];

		if (s->kind == CONFIG_SOURCE_SFLOW)
			rc = open_socket(l, i, &s->listen);
		else if (s->kind == CONFIG_SOURCE_ERSPAN)
			rc = open_receiver(l, i, &s->listen);
		else if (s->interface)
			rc = open_port(l, i, s);
	}
	return rc;
}

void live_sources_close(struct live *l)
{
	for (size_t i = 0; i < l->source_count; i++) {
		datagram_source_close(l->sources[i].datagrams);
		interface_source_close(l->sources[i].port);
		mirror_fini(&l->sources[i].mirror);
	}
}

void live_sources_continue(struct live *l)
{
	const struct config *c = l->generation->config;

	for (size_t i = 0; i < l->source_count; i++)
		l->sources[i].mirror.config = &c->sources[l->sources[i].index];
}

/* ---- receiving ---- */

/* Count what came in, and send it on. */
static void take_in(struct live *l, const struct datagram *datagrams, int count,
		    struct moment now)
{
	const struct input_counters *input = &l->intake.input;

	for (int i = 0; i < count; i++) {
		uint64_t duplicates = input->duplicates;

		intake_datagram(&l->intake, &datagrams[i].source,
				datagrams[i].bytes, datagrams[i].len,
				now.wall_us, l->steps.step);
		relay_add(l->relay, &l->intake.agents, &datagrams[i],
			  input->duplicates != duplicates);
	}
	relay_send(l->relay, &l->intake.agents, now.wall_us);
}

/* Frames of a mirror on their way to the intake. */
struct frames {
	struct live *live;
	struct live_source *source;
	struct moment now;
};

static void take_frame(void *context, const struct interface_frame *frame)
{
	const struct frames *f = context;
	const struct mirror_packet packet = {
		.link = PACKET_LINK_ETHERNET,
		.bytes = frame->bytes,
		.captured_bytes = frame->captured_bytes,
		.wire_bytes = frame->wire_bytes,
		.time_us = f->now.wall_us,
		.copied_us = frame->time_us,
	};

	mirror_take(&f->source->mirror, &f->live->intake, &packet,
		    f->live->steps.step);
}

static void take_gre(struct live *l, struct live_source *s,
		     const struct datagram *datagrams, int count,
		     struct moment now)
{
	for (int i = 0; i < count; i++) {
		const struct mirror_packet packet = {
			.bytes = datagrams[i].bytes,
			.captured_bytes = datagrams[i].len,
			.wire_bytes = datagrams[i].len,
			.time_us = now.wall_us,
		};

		mirror_take_gre(&s->mirror, &l->intake, &datagrams[i].source,
				&packet, l->steps.step);
	}
}

void live_sources_waited(struct live *l, const struct live_source *s, int count)
{
	for (int i = 0; i < count; i++) {
		if (s->kind == CONFIG_SOURCE_SFLOW)
			intake_waited(&l->intake);
		else
			mirror_waited(&l->intake);
	}
}

/* Take in one batch of a socket; false if that was all. */
static bool receive_datagrams(struct live *l, struct live_source *s)
{
	const struct datagram *datagrams;
	int count = datagram_source_receive(s->datagrams, &datagrams);
	struct moment now;

	if (count <= 0) {
		if (count < 0)
			log_error("collector: receive: %s", err_str(count));
		return false;
	}
	if (!live_look(l, &now, s, count))
		return false;
	live_follow_membership(l, now);
	if (s->kind == CONFIG_SOURCE_ERSPAN)
		take_gre(l, s, datagrams, count, now);
	else
		take_in(l, datagrams, count, now);
	intake_settle(&l->intake);
	return true;
}

/* The same of a mirror port. Frames are given out one by one, so the time is
 * that from before the first. */
static bool receive_frames(struct live *l, struct live_source *s)
{
	struct frames frames = { .live = l, .source = s };
	int count;

	if (!live_look(l, &frames.now, s, 0))
		return false;
	live_follow_membership(l, frames.now);
	count = interface_source_receive(s->port, take_frame, &frames,
					 FRAMES_PER_BATCH);
	intake_settle(&l->intake);
	/* Until a tick knows more. */
	if (count < 0)
		(void)watch(l, s);
	return count == FRAMES_PER_BATCH;
}

/* Take in what a source has; true if that was too much for one turn. */
static bool receive(struct live *l, struct live_source *s)
{
	for (int i = 0; i < BATCHES_PER_TURN; i++) {
		if (!(s->port ? receive_frames(l, s) : receive_datagrams(l, s)))
			return false;
	}
	return true;
}

void live_sources_attend(struct live *l, int fd)
{
	for (size_t i = 0; i < l->source_count; i++) {
		if (fd == l->sources[i].watched)
			(void)receive(l, &l->sources[i]);
	}
}

static void drop_frame(void *context, const struct interface_frame *frame)
{
	struct live *l = context;

	(void)frame;
	mirror_waited(&l->intake);
}

/* One batch, unused; how many. */
static int drop_batch(struct live *l, struct live_source *s)
{
	const struct datagram *datagrams;
	int count;

	if (s->port)
		return interface_source_receive(s->port, drop_frame, l,
						FRAMES_PER_BATCH);
	count = datagram_source_receive(s->datagrams, &datagrams);
	live_sources_waited(l, s, count);
	return count;
}

/* For so long at most as at the end, for senders may never pause. */
void live_sources_drop_waiting(struct live *l)
{
	static const struct erspan_streams no_streams = { .clock = 0 };
	int64_t until_us = live_now().mono_us + DRAIN_S * (int64_t)US_PER_S;

	for (size_t i = 0; i < l->source_count; i++) {
		while (drop_batch(l, &l->sources[i]) > 0 &&
		       live_now().mono_us < until_us)
			continue;
		/* They are not lost on the way too. */
		l->sources[i].mirror.streams = no_streams;
	}
}

/* Whether a frame may wait in a block that the kernel still fills. */
static bool has_open_block(const struct live *l)
{
	for (size_t i = 0; i < l->source_count; i++) {
		if (l->sources[i].port && l->sources[i].watched >= 0)
			return true;
	}
	return false;
}

void live_sources_drain(struct live *l)
{
	const struct timespec block = { .tv_nsec = 3 * INTERFACE_WAIT_MS *
						   1000000L / 2 };
	int64_t until_us = live_now().mono_us + DRAIN_S * (int64_t)US_PER_S;

	if (has_open_block(l))
		(void)nanosleep(&block, NULL);
	/* What came in before the signal counts; senders may never pause. */
	for (size_t i = 0; i < l->source_count; i++) {
		while (receive(l, &l->sources[i]) &&
		       live_now().mono_us < until_us)
			continue;
	}
}

/* ---- each second ---- */

static void look_at_port(struct live *l, struct live_source *s)
{
	/* What is in a ring that is about to be let go. */
	while (s->watched < 0 && receive(l, s))
		continue;
	if (interface_source_tick(s->port))
		(void)watch(l, s);
	know_longest(s);
	tell_state(s, false);
}

/* What was lost in the kernel, by what it is lost in. */
static void count_drops(struct live *l)
{
	uint64_t *of_sockets = &l->intake.input.socket_drops;
	uint64_t *of_rings = &l->intake.mirrored.ring_drops;
	uint64_t in_sockets = 0, in_rings = 0;

	for (size_t i = 0; i < l->source_count; i++) {
		struct live_source *s = &l->sources[i];

		s->drops = s->port ? interface_source_drops(s->port)
				   : datagram_source_drops(s->datagrams);
		*(s->port ? &in_rings : &in_sockets) += s->drops;
	}
	if (in_sockets > *of_sockets)
		log_warning("collector: the kernel dropped %llu datagrams for "
			    "want of buffer (net.core.rmem_max)",
			    (unsigned long long)(in_sockets - *of_sockets));
	if (in_rings > *of_rings)
		log_warning("collector: the kernel dropped %llu frames for "
			    "want of room in a ring (buffer of the mirror)",
			    (unsigned long long)(in_rings - *of_rings));
	if (in_sockets > *of_sockets || in_rings > *of_rings)
		l->next_status_us = 0; /* not to be learned later */
	*of_sockets = in_sockets;
	*of_rings = in_rings;
}

void live_sources_tick(struct live *l)
{
	for (size_t i = 0; i < l->source_count; i++) {
		if (l->sources[i].port)
			look_at_port(l, &l->sources[i]);
	}
	count_drops(l);
}

void live_sources_tell(const struct live *l, struct status_source *to)
{
	memset(to, 0, SOURCES_MAX * sizeof(*to));
	for (size_t i = 0; i < l->source_count; i++) {
		const struct live_source *s = &l->sources[i];
		struct status_source *t = &to[s->index];

		t->drops += s->drops;
		t->frames += s->mirror.frames;
		/* Of a receiver's two sockets that which gets more. */
		if (s->kind != CONFIG_SOURCE_SFLOW &&
		    (!t->mirror || t->mirror->frames < s->mirror.frames))
			t->mirror = &s->mirror;
		if (!s->port)
			continue;
		t->state = state_names[s->state];
		t->problem = interface_source_problem(s->port);
		t->mtu = interface_source_mtu(s->port);
		t->has_offload = interface_source_has_offload(s->port);
	}
}
