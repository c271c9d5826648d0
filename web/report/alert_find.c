/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/alert_find.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "util/err.h"
#include "util/log.h"
#include "web/report/alert_rules.h"

enum { CLOCK_SLACK_S = 60 };

static void find_disk(struct alert_readings *to, const struct call *call)
{
	struct alert_reading bytes = {
		.subject = { .kind = ALERT_DISK_NEARLY_FULL,
			     .part = ALERT_BYTES },
	};
	struct alert_reading inodes = {
		.subject = { .kind = ALERT_DISK_NEARLY_FULL,
			     .part = ALERT_INODES },
	};
	struct statvfs fs;

	if (statvfs(call->config->state_dir, &fs) < 0) {
		log_error("%s: %s", call->config->state_dir, err_str(-errno));
		return;
	}
	/* As df has it: what is kept for root is neither free nor used. */
	bytes.figures.amount = (double)fs.f_bavail * (double)fs.f_frsize;
	bytes.figures.whole = (double)(fs.f_blocks - fs.f_bfree + fs.f_bavail) *
			      (double)fs.f_frsize;
	inodes.figures.amount = (double)fs.f_favail;
	inodes.figures.whole = (double)(fs.f_files - fs.f_ffree + fs.f_favail);
	bytes.measure = bytes.figures.amount / bytes.figures.whole;
	bytes.figures.value = bytes.measure;
	inodes.measure = inodes.figures.amount / inodes.figures.whole;
	inodes.figures.value = inodes.measure;
	alert_readings_add(to, &bytes);
	/* Some file systems make inodes as they need them, and tell of none. */
	if (fs.f_files > 0)
		alert_readings_add(to, &inodes);
	to->is_whole[ALERT_DISK_NEARLY_FULL] = true;
}

/* @return whether there is a status to go by */
static bool find_collector(struct alert_readings *to, const struct call *call)
{
	const struct status *s = call->status;
	struct alert_reading reading = {
		.subject = { .kind = ALERT_COLLECTOR_SILENT },
		.figures = { NAN, NAN, NAN },
	};

	to->is_whole[ALERT_COLLECTOR_SILENT] = true;
	if (s && s->is_replay)
		return true;
	reading.measure =
	    s && !isnan(s->written) ? call->wall_s - s->written : INFINITY;
	reading.figures.value = reading.measure;
	alert_readings_add(to, &reading);
	return reading.measure <
	       alert_threshold(ALERT_COLLECTOR_SILENT, ALERT_CRITICAL);
}

static void find_storing(struct alert_search *s)
{
	const struct status *status = s->call->status;
	/* What a process before it stored is no fault of this one. */
	struct alert_reading reading = {
		.subject = { .kind = ALERT_NOT_STORED },
		.measure =
		    s->now_s - fmax(status->last_step_end, status->started),
		.figures = { NAN, NAN, NAN },
	};

	/* Steps are closed whether or not they can be stored. */
	if (*status->last_error)
		reading.measure = INFINITY;
	reading.figures.value = reading.measure;
	alert_readings_add(s->to, &reading);
	s->to->is_whole[ALERT_NOT_STORED] = true;
}

/* Whether something is odd just now. */
static bool is_odd(const struct alert_search *s, const struct alert_clock *was)
{
	const struct status *status = s->call->status;
	double wall_s = s->call->wall_s;
	/* as far as it was written down */
	bool is_same = fabs(status->started - was->started) < 0.001;

	/* A process that began anew counts from 0. What the first run finds
	 * may be long ago. */
	if (status->clock_jumps > (is_same ? was->jumps : 0) &&
	    !isnan(was->started))
		return true;
	return status->written > wall_s + CLOCK_SLACK_S ||
	       status->last_step_end > wall_s + CLOCK_SLACK_S ||
	       s->before->at_s > wall_s + CLOCK_SLACK_S;
}

static void find_clock(struct alert_search *s, struct alert_clock *clock)
{
	const struct alert_clock *was = &s->before->clock;
	double wall_s = s->call->wall_s;
	struct alert_reading reading = {
		.subject = { .kind = ALERT_CLOCK_ODD },
		.figures = { s->call->status->clock_jumps, NAN, NAN },
	};

	*clock =
	    (struct alert_clock){ s->call->status->started,
				  s->call->status->clock_jumps, was->odd_at_s };
	if (is_odd(s, was) || clock->odd_at_s > wall_s)
		clock->odd_at_s = wall_s;
	reading.measure =
	    isnan(clock->odd_at_s) ? INFINITY : wall_s - clock->odd_at_s;
	alert_readings_add(s->to, &reading);
	s->to->is_whole[ALERT_CLOCK_ODD] = true;
}

static const struct status_switch *find_switch(const struct status *status,
					       const char *name)
{
	for (size_t i = 0; i < status->switch_count; i++) {
		if (strcmp(status->switches[i].name, name) == 0)
			return &status->switches[i];
	}
	return NULL;
}

/* Of a switch that has sent nothing to this collector, which may have begun a
 * moment ago: silent once it has had the time, but never at work again. */
static double silence_since_start(const struct alert_search *s)
{
	double silent_s = s->now_s - s->configured_s;

	return silent_s >= alert_threshold(ALERT_SWITCH_SILENT, ALERT_CRITICAL)
		   ? silent_s
		   : NAN;
}

static void find_switches(struct alert_search *s)
{
	const struct config *config = s->call->config;

	for (size_t i = 0; i < config->switch_count; i++) {
		const char *name = config->switches[i].name;
		const struct status_switch *w =
		    find_switch(s->call->status, name);
		struct alert_reading reading = {
			.subject = { .kind = ALERT_SWITCH_SILENT },
			.measure = NAN,
			.figures = { NAN, NAN, NAN },
		};

		(void)snprintf(reading.subject.switch_name,
			       sizeof(reading.subject.switch_name), "%s", name);
		if (w && w->last_seen > 0) {
			reading.measure = s->now_s - w->last_seen;
			reading.figures.amount = w->last_seen;
		} else if (w) {
			reading.measure = silence_since_start(s);
		}
		reading.figures.value = reading.measure;
		alert_readings_add(s->to, &reading);
	}
	s->to->is_whole[ALERT_SWITCH_SILENT] = true;
}

static void begin(struct alert_search *s)
{
	const struct status *status = s->call->status;

	s->now_s = status->is_replay ? status->now : status->written;
	s->up_s = s->now_s - status->started;
	s->configured_s = fmax(status->started, status->config_loaded);
	if (status->last_step_end > 0 && status->last_step_end < 1e11)
		s->stored_s = (int64_t)status->last_step_end;
}

void alerts_find(struct alert_readings *to, struct alert_clock *clock,
		 const struct call *call, const struct alert_state *before)
{
	struct alert_search s = { .call = call, .before = before, .to = to };

	*clock = before->clock;
	find_disk(to, call);
	if (!find_collector(to, call))
		return;
	begin(&s);
	if (!call->status->is_replay) {
		find_storing(&s);
		find_clock(&s, clock);
	}
	find_switches(&s);
	alert_find_losses(&s);
	alert_find_ports(&s);
	alert_find_members(&s);
	alert_find_strangers(&s);
}
