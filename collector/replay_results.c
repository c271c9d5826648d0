/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/replay_results.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/clock.h"
#include "collector/learned_file.h"
#include "collector/status.h"
#include "collector/totals.h"
#include "collector/verdicts.h"
#include "ixp/mirror_shares.h"
#include "util/err.h"
#include "util/file.h"

int replay_complain(const char *what, int rc)
{
	if (rc < 0)
		(void)fprintf(stderr, "lanterne-collector: %s: %s\n", what,
			      err_str(rc));
	return rc;
}

int replay_write_file(const struct config *config, const char *name,
		      struct text *content)
{
	char path[PATH_MAX];
	int rc = -ENOMEM;

	(void)snprintf(path, sizeof(path), "%s/%s", config->state_dir, name);
	if (text_ok(content))
		rc = file_replace(path, text_str(content), content->len);
	text_fini(content);
	return replay_complain(path, rc) < 0 ? -EIO : 0;
}

static int64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / 1000;
}

/* What the frames of a capture stand for in the place of their source's. */
static void tell_mirror(const struct replay_results *r,
			const struct config *config, struct status_source *to)
{
	size_t at = (size_t)(r->mirror->config - config->sources);

	to[at] = (struct status_source){ .frames = r->mirror->frames,
					 .state = "capture",
					 .mirror = r->mirror };
}

static int write_status(const struct replay_results *r,
			const struct config *config)
{
	struct status_source *sources =
	    calloc(config->source_count + 1, sizeof(*sources));
	struct status_view view = {
		.intake = r->intake,
		.steps = r->steps,
		.writer = r->writer,
		.started_us = r->from_us,
		.written_us = now_us(),
		.captures = (const char *const *)r->options->captures,
		.capture_count = r->options->capture_count,
		.from_us = r->from_us,
		.to_us = r->to_us,
	};
	struct text out;

	if (!sources)
		return -ENOMEM;
	if (r->mirror)
		tell_mirror(r, config, sources);
	view.sources = sources;
	view.source_count = config->source_count;
	text_init(&out);
	status_write(&out, &view);
	free(sources);
	return replay_write_file(config, "status.json", &out);
}

static int write_verdicts(const struct replay_results *r,
			  const struct config *config)
{
	struct text out;

	text_init(&out);
	verdicts_write(&out, r->intake);
	return replay_write_file(config, "directions", &out);
}

static int write_learned(const struct replay_results *r,
			 const struct config *config)
{
	struct text out;

	text_init(&out);
	learned_write(&out, &r->intake->bindings, &r->intake->ports, r->to_us);
	return replay_write_file(config, "learned", &out);
}

static int write_totals(const struct replay_results *r)
{
	const char *path = r->options->totals;
	struct text out;
	int rc;

	text_init(&out);
	rc = totals_write(&out, r->intake, r->total, r->from_us, r->to_us);
	if (rc == 0 && strcmp(path, "-") == 0) {
		if (fwrite(text_str(&out), 1, out.len, stdout) != out.len ||
		    fflush(stdout) != 0)
			rc = -EIO;
	} else if (rc == 0) {
		rc = file_write(path, text_str(&out), out.len);
	}
	text_fini(&out);
	return replay_complain(path, rc) < 0 ? -EIO : 0;
}

/* Where it is not known which frames are copies they count, and it shows. */
static void say_what_is_doubled(const struct mirror *m)
{
	if (!m->doubling.known || m->doubling.share < MIRROR_SHARE_OF_DOUBLED ||
	    m->config->drops_duplicates)
		return;
	(void)fprintf(stderr,
		      "lanterne-collector: %.0f %% of the mirrored frames came "
		      "a second time, and count twice: mirror one direction, "
		      "or set duplicates: drop\n",
		      100 * m->doubling.share);
}

/* What a switch cut off is not counted, unless it is said to be looked for. */
static void say_what_is_cut(const struct mirror *m)
{
	if (!m->doubling.known || m->doubling.cut_share < MIRROR_SHARE_OF_CUT ||
	    m->config->lengths_of_headers)
		return;
	(void)fprintf(stderr,
		      "lanterne-collector: %.0f %% of the mirrored frames are "
		      "shorter than their IP headers say, and count as they "
		      "came: if the session cuts them (mtu), set lengths: "
		      "headers\n",
		      100 * m->doubling.cut_share);
}

/* What the operator should know of a replay that came to its end. */
static void say_what_is_odd(const struct replay_results *r)
{
	const struct input_counters *i = &r->intake->input;

	if (i->bad_times > 0)
		(void)fprintf(
		    stderr,
		    "lanterne-collector: %llu packets have no time of "
		    "1970 to 9999, and count with those before\n",
		    (unsigned long long)i->bad_times);
	if (i->out_of_order > 0)
		(void)fprintf(stderr,
			      "lanterne-collector: %llu packets are of an "
			      "earlier minute than the one they were read in, "
			      "and count in that\n",
			      (unsigned long long)i->out_of_order);
	if (i->foreign > 0)
		(void)fprintf(
		    stderr,
		    "lanterne-collector: %llu of %llu datagrams are "
		    "from addresses or agents that no switch of the "
		    "configuration names (\"refused\" in the totals)\n",
		    (unsigned long long)i->foreign,
		    (unsigned long long)i->datagrams);
	if (r->mirror)
		say_what_is_doubled(r->mirror);
	if (r->mirror)
		say_what_is_cut(r->mirror);
	if (r->steps->total_refused > 0)
		(void)fprintf(stderr,
			      "lanterne-collector: the totals lack %llu sums: "
			      "more pairs than are held\n",
			      (unsigned long long)r->steps->total_refused);
}

/* What was not stored, once all was that can be. */
static int check_stored(const struct flush_counters *c)
{
	uint64_t lost = c->view.rows_failed + c->view.rows_held;
	uint64_t unjournaled = c->journal.waiting + c->journal.lost;

	if (unjournaled > 0)
		(void)fprintf(stderr,
			      "lanterne-collector: %llu records could not be "
			      "journaled: %s\n",
			      (unsigned long long)unjournaled,
			      err_str(c->journal.error));
	if (lost > 0)
		(void)fprintf(stderr,
			      "lanterne-collector: %llu rows could not be "
			      "stored\n",
			      (unsigned long long)lost);
	if (c->view.rows_old > 0)
		(void)fprintf(stderr,
			      "lanterne-collector: %llu rows are of times that "
			      "state_dir holds already, and were left out\n",
			      (unsigned long long)c->view.rows_old);
	if (c->ixp.rows_failed > 0)
		(void)fprintf(stderr,
			      "lanterne-collector: %llu rows of IXP Manager's "
			      "tree could not be stored\n",
			      (unsigned long long)c->ixp.rows_failed);
	if (c->ixp.rows_old > 0)
		(void)fprintf(stderr,
			      "lanterne-collector: %llu rows are of times that "
			      "IXP Manager's tree holds already, and were left "
			      "out\n",
			      (unsigned long long)c->ixp.rows_old);
	lost += c->journal.waiting + c->journal.lost + c->failed +
		c->ixp.rows_failed;
	if (lost > 0)
		return -EIO;
	return c->view.rows_old + c->ixp.rows_old > 0 ? ERR_EXISTS : 0;
}

/* The first that failed. */
static int first_of(int a, int b)
{
	return a < 0 ? a : b;
}

int replay_results_write(const struct replay_results *r,
			 const struct config *config)
{
	int rc;

	say_what_is_odd(r);
	rc = check_stored(&r->writer.flush);
	if (r->has_stored) {
		rc = first_of(rc, write_status(r, config));
		rc = first_of(rc, write_verdicts(r, config));
		rc = first_of(rc, write_learned(r, config));
	}
	if (r->options->totals)
		rc = first_of(rc, write_totals(r));
	return rc;
}
