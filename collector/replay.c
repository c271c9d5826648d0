/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/replay.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/capture.h"
#include "collector/clock.h"
#include "collector/intake.h"
#include "collector/mirror.h"
#include "collector/reload.h"
#include "collector/replay_progress.h"
#include "collector/replay_results.h"
#include "collector/state_lock.h"
#include "collector/station_log.h"
#include "collector/steps.h"
#include "collector/usable.h"
#include "net/packet.h"
#include "store/rrd_write.h"
#include "util/err.h"
#include "util/file.h"

enum {
	PACKETS_PER_LOOK = 4096, /* for signals */
	HELD_MARGIN = 4096,	 /* more samples than a datagram has */
};

struct replay {
	const struct options *options;
	struct generation *generation;	 /* a reference */
	const struct registry *registry; /* its own */
	struct intake intake;
	struct mirror mirror;	/* if one is replayed */
	struct aggregate total; /* of closed steps; if totals are wanted */
	struct steps steps;
	struct station_log stations; /* if steps are stored */
	struct writer *writer;	     /* NULL: nothing is stored */
	bool stepped; /* a verdict falls with a step: for the store, or for what
		       * cannot be read twice; else at the end */
	bool started;
	int stop;	 /* readable once a signal asks to stop */
	int lock;	 /* of the state_dir; -1: none is held */
	int days_failed; /* why a day of stations was not written; 0 */
	int64_t from_us;
	int64_t to_us;
	int64_t step_from_us;  /* packets of these times change nothing but */
	int64_t step_until_us; /* tallies */
};

/* True if something can be read only once: standard input, a pipe. */
static bool reads_a_stream(const struct options *o)
{
	struct stat status;

	for (size_t i = 0; i < o->capture_count; i++) {
		if (strcmp(o->captures[i], "-") == 0 ||
		    (stat(o->captures[i], &status) == 0 &&
		     !S_ISREG(status.st_mode)))
			return true;
	}
	return false;
}

/* True if a UDP port is one that a source of the configuration listens on. */
static bool is_our_port(const struct config *c, uint16_t port)
{
	bool any = false;

	for (size_t i = 0; i < c->source_count; i++) {
		if (c->sources[i].kind != CONFIG_SOURCE_SFLOW)
			continue;
		any = true;
		if (c->sources[i].listen.port == port)
			return true;
	}
	return !any && port == SFLOW_PORT;
}

/* Find the datagram in a packet; what is none is counted. */
static bool find_datagram(struct replay *r, const struct capture_packet *packet,
			  struct packet_udp *udp)
{
	int rc = packet_read_udp(
	    packet->link, cursor_of(packet->bytes, packet->captured_bytes),
	    udp);

	if (rc == ERR_UNSUPPORTED)
		r->intake.input.fragments++;
	else if (rc < 0 ||
		 !is_our_port(r->registry->config, udp->destination_port))
		r->intake.input.other_packets++;
	else
		return true;
	return false;
}

static bool is_mirrored(const struct replay *r,
			const struct capture_packet *packet)
{
	return r->options->is_mirror[packet->file];
}

static int open_captures(struct replay *r, struct captures **out)
{
	struct text problem;
	int rc;

	text_init(&problem);
	rc = captures_open(out, r->options->captures, r->options->capture_count,
			   r->stop, &problem);
	if (rc < 0)
		(void)fprintf(stderr, "lanterne-collector: %s",
			      text_str(&problem));
	text_fini(&problem);
	return rc;
}

/* True once a signal asked to stop. */
static bool told_to_stop(const struct replay *r)
{
	struct pollfd stop = { .fd = r->stop, .events = POLLIN };

	return poll(&stop, 1, 0) > 0;
}

/*
 * Judge direction auto from the whole of the files. Where steps are stored, so
 * that each sample is in its own, before counting; else only if more egress
 * samples wait for the verdict than are held, which most captures never need.
 */
static int judge(struct replay *r)
{
	const struct input_counters input = r->intake.input;
	const struct capture_packet *packet;
	struct captures *captures;
	struct packet_udp udp;
	uint64_t packets = 0;
	bool done = false;
	int rc = open_captures(r, &captures);

	if (rc < 0)
		return rc;
	while (!done && (packet = captures_next(captures)) != NULL) {
		if (++packets % PACKETS_PER_LOOK == 0 && told_to_stop(r))
			break;
		if (!is_mirrored(r, packet) && find_datagram(r, packet, &udp))
			done = intake_judge(&r->intake, &udp.ip.source,
					    udp.payload, udp.payload_len);
	}
	captures_close(captures);
	intake_decide_all(&r->intake);
	r->intake.input = input;
	return 0;
}

/* Frames need no verdict. */
static bool has_undecided(const struct replay *r)
{
	if (!r->intake.expects_datagrams)
		return false;
	for (uint32_t i = 0; i < r->registry->config->switch_count; i++) {
		if (r->intake.agents.switches[i].undecided)
			return true;
	}
	return false;
}

/* Before any file that is named after one. */
static int write_ordinals(struct replay *r)
{
	struct text out;

	text_init(&out);
	ordinals_print(&r->registry->ordinals, &out);
	return replay_write_file(r->registry->config, "ordinals", &out);
}

/* A station_log_sink. */
static void write_stations(void *replay, const char *path, struct text *content)
{
	struct replay *r = replay;
	int rc = text_ok(content) ? file_make_directory_of(path) : -ENOMEM;

	if (rc == 0)
		rc = file_replace(path, text_str(content), content->len);
	text_fini(content);
	if (rc < 0 && r->days_failed == 0)
		r->days_failed = replay_complain(path, rc);
}

static int prepare_stations(struct replay *r)
{
	int rc = station_log_init(&r->stations, &r->intake);

	station_log_sink_to(&r->stations, write_stations, r);
	return replay_complain("no memory for the stations", rc);
}

/* Refuse to write over what is there, and make the folders. */
static int prepare_store(struct replay *r, int64_t first_us)
{
	struct series exchange = { .kind = SERIES_EXCHANGE };
	const char *state_dir = r->registry->config->state_dir;
	struct flush *flush;
	int64_t end_s = 0;
	int rc = state_lock(state_dir, &r->lock);

	if (rc < 0)
		return rc == -EADDRINUSE ? rc : -EIO;
	rc = rrd_last_end(state_dir, &exchange, &end_s);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return replay_complain("what state_dir holds cannot be read",
				       -EIO);
	if (rc == 0 && end_s > step_of_us(first_us) * STEP_S) {
		(void)fprintf(stderr,
			      "lanterne-collector: %s: holds data up to %lld, "
			      "the capture begins at %lld: replay into "
			      "another state_dir\n",
			      state_dir, (long long)end_s,
			      (long long)(first_us / US_PER_S));
		return ERR_EXISTS;
	}
	rc = write_ordinals(r);
	if (rc == 0)
		rc = prepare_stations(r);
	if (rc < 0)
		return rc;
	rc = flush_new(&flush, r->registry, FLUSH_REPLAY);
	if (rc == 0)
		rc = writer_start(&r->writer, flush, true);
	r->steps.writer = r->writer;
	return replay_complain("cannot start writing", rc);
}

static int begin(struct replay *r, int64_t time_us)
{
	r->started = true;
	r->from_us = time_us;
	r->to_us = time_us;
	return r->options->store ? prepare_store(r, time_us) : 0;
}

/* A capture has one clock. */
static struct moment moment_of(int64_t time_us)
{
	return (struct moment){ time_us, time_us };
}

/* A packet without a time of its own comes with the one before it. */
static bool date(struct replay *r, struct capture_packet *packet)
{
	r->intake.input.bad_times++;
	if (!r->started && r->stepped)
		return false;
	packet->time_us = r->started ? r->to_us : 0;
	return true;
}

/* Sums are kept by the numbers of interfaces and switches. */
static bool has_same_numbers(const struct registry *a, const struct registry *b)
{
	if (a->interface_count != b->interface_count ||
	    a->member_count != b->member_count ||
	    a->config->switch_count != b->config->switch_count)
		return false;
	for (uint32_t i = 0; i < a->interface_count; i++) {
		if (a->interfaces[i].member != b->interfaces[i].member ||
		    a->interfaces[i].vlan != b->interfaces[i].vlan ||
		    a->interfaces[i].ordinal != b->interfaces[i].ordinal)
			return false;
	}
	for (uint32_t i = 0; i < a->member_count; i++) {
		if (a->members[i].asn != b->members[i].asn)
			return false;
	}
	for (size_t i = 0; i < a->config->switch_count; i++) {
		if (strcmp(a->config->switches[i].name,
			   b->config->switches[i].name) != 0)
			return false;
	}
	return true;
}

/* Read configuration and roster as they are for another moment. */
static int load_for(struct replay *r, int64_t at_s, struct generation **out)
{
	const char *path = r->registry->config->path;
	const struct registry_request request = {
		.path = path,
		.at_s = at_s,
		.ordinals = &r->registry->ordinals,
		.wants_mirror = r->options->wants_mirror,
	};
	struct generation *next = NULL;
	struct diagnostics d;
	int rc;

	diagnostics_init(&d);
	rc = usable_load(&next, &request, &d);
	if (rc < 0)
		(void)fputs(text_str(&d.text), stderr);
	diagnostics_fini(&d);
	if (rc == 0 && !has_same_numbers(r->registry, next->registry)) {
		(void)fprintf(stderr,
			      "lanterne-collector: %s: members or switches "
			      "changed while the capture was read\n",
			      path);
		generation_unref(next);
		return ERR_CONFIG;
	}
	*out = next;
	return rc;
}

/* Let what changes hands by the time of a packet do so before it counts. */
static int follow_membership(struct replay *r, int64_t time_us)
{
	int64_t next_s = r->registry->next_change_s;
	struct earlier_cells *earlier = NULL;
	struct generation *next = NULL;
	int rc = 0;

	if (next_s == 0 || time_us < next_s * US_PER_S)
		return 0;
	if (!r->stepped && has_undecided(r))
		rc = judge(r);
	intake_decide_all(&r->intake);
	if (rc == 0)
		rc = load_for(r, time_us / US_PER_S, &next);
	if (rc != 0)
		return rc;
	if (r->writer)
		station_log_look(&r->stations, &r->intake, time_us);
	rc = intake_reload(&r->intake, r->generation, next, &earlier);
	if (rc < 0) {
		generation_unref(next);
		return replay_complain("cannot go on", rc);
	}
	if (r->writer)
		station_log_continue(&r->stations, &r->intake);
	/* All numbers are the same: nothing is left over. */
	steps_reload(&r->steps, next, earlier);
	if (r->options->wants_mirror)
		r->mirror.config = config_mirror(next->config);
	generation_unref(r->generation);
	r->generation = next;
	r->registry = next->registry;
	return 0;
}

static void take_frame(struct replay *r, const struct capture_packet *packet)
{
	const struct mirror_packet frame = {
		.link = packet->link,
		.bytes = packet->bytes,
		.captured_bytes = packet->captured_bytes,
		.wire_bytes = packet->wire_bytes,
		.time_us = packet->time_us,
	};

	mirror_take(&r->mirror, &r->intake, &frame, r->steps.now);
}

/* Do what a packet's time brings, and find until when nothing else does. */
static int look(struct replay *r, int64_t time_us)
{
	int64_t change_us;
	int rc;

	if (r->stepped && r->steps.open && step_of_us(time_us) < r->steps.step)
		r->intake.input.out_of_order++;
	steps_at(&r->steps, moment_of(time_us));
	if (r->writer)
		station_log_at(&r->stations, &r->intake, &r->steps, time_us);
	rc = follow_membership(r, time_us);
	if (r->steps.as_one == STEPS_ALL) {
		r->step_from_us = INT64_MIN;
		r->step_until_us = INT64_MAX;
	} else {
		r->step_from_us = r->steps.now * STEP_US;
		r->step_until_us = r->step_from_us + STEP_US;
	}
	change_us = r->registry->next_change_s * US_PER_S;
	if (change_us != 0 && change_us < r->step_until_us)
		r->step_until_us = change_us;
	return rc;
}

static int take_packet(struct replay *r, const struct capture_packet *packet)
{
	struct packet_udp udp;
	int rc = 0;

	if (packet->time_us > r->to_us)
		r->to_us = packet->time_us;
	/* What is stored is told of all that comes. */
	if (r->writer || packet->time_us < r->step_from_us ||
	    packet->time_us >= r->step_until_us)
		rc = look(r, packet->time_us);
	if (rc < 0)
		return rc;
	if (is_mirrored(r, packet))
		take_frame(r, packet);
	else if (find_datagram(r, packet, &udp))
		intake_datagram(&r->intake, &udp.ip.source, udp.payload,
				udp.payload_len, packet->time_us, r->steps.now);
	if (!r->stepped && r->intake.held_count > HELD_MAX - HELD_MARGIN)
		return judge(r);
	return 0;
}

static int read_captures(struct replay *r, struct captures *captures)
{
	struct replay_progress progress;
	struct capture_packet *packet;
	uint64_t packets = 0;
	int rc = 0;

	replay_progress_begin(&progress);
	while (rc == 0 && (packet = captures_next(captures)) != NULL) {
		if (++packets % PACKETS_PER_LOOK == 0) {
			if (told_to_stop(r))
				break;
			replay_progress_look(&progress, captures, packets);
		}
		if (!packet->has_time && !date(r, packet))
			continue;
		if (!r->started)
			rc = begin(r, packet->time_us);
		if (rc == 0)
			rc = take_packet(r, packet);
	}
	replay_progress_end(&progress);
	r->intake.input.broken_captures = captures_broken(captures);
	if (*captures_problems(captures))
		(void)fprintf(stderr, "lanterne-collector: %s",
			      captures_problems(captures));
	return rc;
}

static int finish(struct replay *r)
{
	struct replay_results results = {
		.options = r->options,
		.intake = &r->intake,
		.mirror = r->options->wants_mirror ? &r->mirror : NULL,
		.steps = &r->steps,
		.total = &r->total,
		.has_stored = r->options->store && r->started,
		.from_us = r->from_us,
		.to_us = r->to_us,
	};
	int rc;

	intake_decide_all(&r->intake);
	if (r->options->wants_mirror)
		mirror_conclude(&r->mirror);
	steps_end(&r->steps, moment_of(r->to_us));
	if (r->writer) {
		station_log_look(&r->stations, &r->intake, r->to_us);
		station_log_hand_over(&r->stations);
	}
	results.writer = writer_stop(r->writer);
	r->writer = NULL;
	rc = replay_results_write(&results, r->registry->config);
	return rc == 0 && r->days_failed < 0 ? -EIO : rc;
}

static int watch_signals(struct replay *r)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	r->stop = signalfd(-1, &set, SFD_CLOEXEC);
	return r->stop < 0 ? -errno : 0;
}

/* Whether anything is corrected for samples that are missing. */
static bool is_corrected(const struct config *config)
{
	for (size_t i = 0; i < config->switch_count; i++) {
		if (config_is_corrected(&config->switches[i]))
			return true;
	}
	return false;
}

static int prepare_mirror(struct replay *r)
{
	const struct config_source *source = config_mirror(r->registry->config);
	int rc = mirror_init(&r->mirror, source, true);

	if (rc == 0)
		intake_mirror_switch(&r->intake, source->switch_index);
	return rc;
}

static int start(struct replay *r)
{
	int rc = watch_signals(r);

	if (rc == 0)
		rc = intake_init(&r->intake, r->registry);
	for (size_t i = 0; rc == 0 && i < r->options->capture_count; i++)
		r->intake.expects_datagrams =
		    r->intake.expects_datagrams || !r->options->is_mirror[i];
	if (rc == 0 && r->options->wants_mirror)
		rc = prepare_mirror(r);
	if (rc == 0 && r->options->totals)
		rc = aggregate_init(&r->total, r->registry);
	steps_init(&r->steps, &r->intake, NULL,
		   r->options->totals ? &r->total : NULL, true);
	if (!r->stepped)
		r->steps.as_one = is_corrected(r->registry->config)
				      ? RATE_WINDOW_STEPS
				      : STEPS_ALL;
	steps_reload(&r->steps, r->generation, NULL);
	return replay_complain("cannot start", rc);
}

int replay(const struct options *options, struct generation *generation)
{
	bool piped = reads_a_stream(options);
	struct replay r = {
		.options = options,
		.generation = generation_ref(generation),
		.registry = generation->registry,
		.stepped = options->store || piped,
		.stop = -1,
		.lock = -1,
	};
	struct captures *captures = NULL;
	int rc = start(&r);

	if (rc == 0 && !piped && options->store && has_undecided(&r))
		rc = judge(&r);
	if (rc == 0)
		rc = open_captures(&r, &captures);
	if (rc == 0)
		rc = read_captures(&r, captures);
	if (rc == 0)
		rc = finish(&r);
	(void)writer_stop(r.writer);
	captures_close(captures);
	aggregate_fini(&r.total);
	station_log_fini(&r.stations);
	mirror_fini(&r.mirror);
	steps_fini(&r.steps);
	intake_fini(&r.intake);
	generation_unref(r.generation);
	if (r.lock >= 0)
		(void)close(r.lock);
	if (r.stop >= 0)
		(void)close(r.stop);
	return rc;
}
