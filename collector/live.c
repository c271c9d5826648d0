/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/live.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "collector/clock.h"
#include "collector/confine.h"
#include "collector/live_sources.h"
#include "collector/live_state.h"
#include "collector/port_memory.h"
#include "collector/state_lock.h"
#include "collector/verdicts.h"
#include "store/station_day_file.h"
#include "util/err.h"
#include "util/log.h"

enum {
	STATUS_INTERVAL_S = 10,
	LEARNED_INTERVAL_S = 60,
};

static int64_t us_of(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / 1000;
}

struct moment live_now(void)
{
	return (struct moment){ us_of(CLOCK_REALTIME), us_of(CLOCK_BOOTTIME) };
}

/* Whether the wall clock is kept right, by NTP or the like. */
static bool clock_is_synced(void)
{
	struct timex state = { .modes = 0 };

	return adjtimex(&state) != TIME_ERROR && !(state.status & STA_UNSYNC);
}

static int lock_state(struct live *l)
{
	const char *dir = l->generation->config->state_dir;
	int rc = state_lock(dir, &l->lock);

	if (rc < 0)
		return rc == -EADDRINUSE ? rc : -EIO;
	(void)snprintf(l->status_path, sizeof(l->status_path), "%s/status.json",
		       dir);
	(void)snprintf(l->verdicts_path, sizeof(l->verdicts_path),
		       "%s/directions", dir);
	(void)snprintf(l->learned_path, sizeof(l->learned_path), "%s/learned",
		       dir);
	(void)snprintf(l->ordinals_path, sizeof(l->ordinals_path),
		       "%s/ordinals", dir);
	return 0;
}

/* Log a failure that nobody has spoken of yet. */
static int complain(const char *what, int rc)
{
	if (rc == 0)
		return 0;
	log_error("collector: %s: %s", what, err_str(rc));
	return -EIO;
}

static int watch(struct live *l, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_relay(struct live *l)
{
	int rc =
	    relay_new(&l->relay, l->generation->registry, NULL, &l->problem);

	live_log_lines(text_str(&l->problem));
	if (rc == 0)
		relay_take_over(l->relay, NULL);
	return rc == -ENOMEM ? complain("no memory for the relays", rc) : rc;
}

static int open_events(struct live *l)
{
	struct itimerspec each_second = { .it_interval.tv_sec = 1,
					  .it_value.tv_sec = 1 };
	sigset_t set;
	int rc;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	l->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (l->epoll < 0 || l->signals < 0 || l->timer < 0 ||
	    timerfd_settime(l->timer, 0, &each_second, NULL) < 0)
		return -errno;
	rc = watch(l, l->signals);
	return rc < 0 ? rc : watch(l, l->timer);
}

/* What was not used for its time is not known. */
static uint64_t waited(const struct live *l)
{
	return l->intake.input.waited + l->intake.mirrored.waited;
}

bool live_look(struct live *l, struct moment *now,
	       const struct live_source *from, int in_hand)
{
	uint64_t before = waited(l);
	struct moment woken = live_now();
	bool paused = steps_paused(&l->steps, woken);

	*now = woken;
	if (paused) {
		live_sources_waited(l, from, in_hand);
		live_sources_drop_waiting(l);
		*now = live_now();
		log_warning(
		    "collector: stood still for %lld s, which are "
		    "unknown; %llu datagrams or frames that waited are not "
		    "used",
		    (long long)((woken.mono_us - l->steps.looked_us) /
				US_PER_S),
		    (unsigned long long)(waited(l) - before));
		steps_resume(&l->steps, *now);
	}
	steps_at(&l->steps, *now);
	station_log_at(&l->stations, &l->intake, &l->steps, now->wall_us);
	return !paused;
}

static void tick(struct live *l)
{
	struct moment now;
	uint64_t expirations;

	if (read(l->timer, &expirations, sizeof(expirations)) < 0)
		return;
	(void)live_look(l, &now, NULL, 0);
	/* Not before: a step that ends as the clock is put right was labelled
	 * by a clock that was not. */
	l->steps.synced = clock_is_synced();
	live_follow_membership(l, now);
	live_sources_tick(l);
	relay_tick(l->relay, now.wall_us);
	live_feed_watchdog(l, now.mono_us);
	if (now.mono_us < l->next_status_us)
		return;
	l->next_status_us = now.mono_us + STATUS_INTERVAL_S * (int64_t)US_PER_S;
	live_hand_over_status(l, now.wall_us);
	live_hand_over_files(l);
	live_tell_ready(l);
	if (now.mono_us < l->next_learned_us)
		return;
	l->next_learned_us =
	    now.mono_us + LEARNED_INTERVAL_S * (int64_t)US_PER_S;
	live_hand_over_learned(l, now.wall_us);
	station_log_hand_over(&l->stations);
}

static void take_signal(struct live *l)
{
	/* All that wait, for the kernel gives the lowest number first: a
	 * flood of SIGHUP would keep SIGTERM waiting. */
	struct signalfd_siginfo info[3];
	ssize_t got = read(l->signals, info, sizeof(info));
	bool again = false;

	for (ssize_t i = 0; (i + 1) * (ssize_t)sizeof(*info) <= got; i++) {
		if (info[i].ssi_signo == SIGHUP) {
			again = true;
			continue;
		}
		log_notice("collector: stopping: signal %u", info[i].ssi_signo);
		l->stopping = true;
	}
	if (l->stopping) {
		service_tell(&l->service, "STOPPING=1");
	} else if (again) {
		service_tell(&l->service, "RELOADING=1");
		live_reload(l, us_of(CLOCK_REALTIME));
		live_tell_ready(l);
	}
}

/* Do what a descriptor is ready for. */
static void attend(struct live *l, int fd)
{
	if (fd == l->signals)
		take_signal(l);
	else if (fd == l->timer)
		tick(l);
	else
		live_sources_attend(l, fd);
}

static int loop(struct live *l)
{
	struct epoll_event events[SOURCES_MAX + 2];

	while (!l->stopping) {
		int count = epoll_wait(l->epoll, events, SOURCES_MAX + 2, -1);

		if (count < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < count; i++)
			attend(l, events[i].data.fd);
	}
	return 0;
}

/* What outlives the process, but for the rows: it goes on from there. */
static int take_up(struct live *l)
{
	const struct config *c = l->generation->config;
	int rc;

	verdicts_read(&l->intake, l->verdicts_path);
	live_take_up_learned(l);
	if (station_day_trim(c->state_dir, STATION_DAYS_KEPT, NULL) < 0)
		log_warning("collector: old days of stations cannot be removed "
			    "now");
	rc = station_log_init(&l->stations, &l->intake);
	station_log_sink_to(&l->stations, live_hand_over_stations, l);
	return complain("no memory for the stations", rc);
}

static int look_at_files(struct live *l, struct flush **flush)
{
	int rc = flush_new(flush, l->generation->registry, FLUSH_LIVE);

	if (rc < 0)
		return rc;
	if (flush_ports(*flush) &&
	    port_memory_read(&l->intake.ports, flush_ports(*flush)) < 0)
		log_warning("collector: what the journal knew of the ports "
			    "cannot be read: their counters begin anew");
	/* The clock may have been ahead when that was written. */
	port_table_forget_later(&l->intake.ports, us_of(CLOCK_REALTIME));
	return 0;
}

/* Write what is held: the open step as far as it was observed. */
static void stop(struct live *l)
{
	struct writer_counters counters;
	struct moment now;

	live_sources_drain(l);
	(void)live_look(l, &now, NULL, 0);
	live_sources_tick(l);
	steps_end(&l->steps, now);
	station_log_look(&l->stations, &l->intake, now.wall_us);
	live_hand_over_files(l);
	live_hand_over_learned(l, now.wall_us);
	station_log_hand_over(&l->stations);
	counters = writer_stop(l->writer);
	l->writer = NULL;
	live_write_last_status(l, counters, now.wall_us);
	log_notice("collector: stopped: %llu datagrams, %llu mirrored packets, "
		   "%llu observations, %llu attributed, %llu rows written, "
		   "%llu failed",
		   (unsigned long long)l->intake.input.datagrams,
		   (unsigned long long)l->intake.mirrored.packets,
		   (unsigned long long)l->intake.ledger.observations,
		   (unsigned long long)l->intake.ledger.attributed,
		   (unsigned long long)counters.flush.view.rows,
		   (unsigned long long)counters.flush.view.rows_failed);
}

static void close_all(struct live *l)
{
	(void)writer_stop(l->writer);
	live_sources_close(l);
	relay_free(l->relay);
	process_close(l->process);
	if (l->timer >= 0)
		(void)close(l->timer);
	if (l->signals >= 0)
		(void)close(l->signals);
	if (l->epoll >= 0)
		(void)close(l->epoll);
	if (l->lock >= 0)
		(void)close(l->lock);
	station_log_fini(&l->stations);
	steps_fini(&l->steps);
	intake_fini(&l->intake);
	text_fini(&l->problem);
	text_fini(&l->verdicts);
	generation_unref(l->generation);
	service_close(&l->service);
}

/* The files that are there are looked at before there are sockets, for nobody
 * would read these meanwhile. The writer comes last: what it is not allowed
 * either is settled before there is a second thread. */
static int start(struct live *l)
{
	struct flush *flush = NULL;
	int rc = complain("no memory for the tables",
			  intake_init(&l->intake, l->generation->registry));

	l->loaded_us = l->started_us;
	if (rc == 0)
		rc = lock_state(l);
	/* Signals are blocked before there is a second thread to get them. */
	if (rc == 0)
		rc = complain("cannot wait for events", open_events(l));
	if (rc == 0)
		rc = complain("cannot start writing", look_at_files(l, &flush));
	if (rc == 0)
		rc = take_up(l);
	if (rc == 0)
		rc = live_sources_open(l);
	if (rc == 0)
		rc = open_relay(l);
	if (rc == 0)
		rc = process_open(&l->process);
	if (rc == 0)
		rc = confine(l->generation->config);
	if (rc < 0)
		flush_free(flush);
	else
		rc = complain("cannot start writing",
			      writer_start(&l->writer, flush, false));
	return rc;
}

int live(struct generation *generation)
{
	struct live l = {
		.generation = generation_ref(generation),
		.epoll = -1,
		.signals = -1,
		.timer = -1,
		.lock = -1,
		.ordinals_due = true,
		.started_us = us_of(CLOCK_REALTIME),
	};
	int rc;

	service_open(&l.service);
	rc = start(&l);
	if (rc == 0) {
		steps_init(&l.steps, &l.intake, l.writer, NULL, false);
		steps_reload(&l.steps, generation, NULL);
		steps_at(&l.steps, live_now());
		live_tell_ready(&l);
		rc = loop(&l);
		stop(&l);
	}
	close_all(&l);
	return rc;
}
