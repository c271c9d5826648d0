/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Three questions tell what the server has of a series, without making it
 * write anything: PENDING, the updates that it holds; FIRST of the finest
 * archive, which is read from the file, so that the file's own end follows
 * from it; LAST, which is the end that it believes in. All is well if the file
 * ends where the updates held begin, and these lead to LAST without a hole.
 * The order matters: what leaves the held updates between two questions is in
 * the file, or on the way there.
 *
 * Where it does not fit, a write may be under way, so the questions are asked
 * again for a while. After that, what was in between is lost. FORGET makes the
 * server believe the file, and the series is sent again from there. Not at
 * once: a write that is under way would make what was sent again be refused.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/rrdcached_parts.h"
#include "util/err.h"

enum {
	ASKED_AT_ONCE =
	    64, /* each file is opened twice, maybe on a cold disk */
	US_PER_MS = 1000,
	FIRST_PAUSE_US = 20000,
};

enum question { ASK_PENDING, ASK_FIRST, ASK_LAST, QUESTIONS };

/* What the server said of one series. */
struct said {
	struct cached *e;
	bool failed;  /* an answer that makes no sense for us */
	bool missing; /* no such file */
	bool holed;   /* between updates held */
	size_t held;  /* updates */
	int64_t held_from_s;
	bool held_from_unknown; /* the first tells no value */
	int64_t held_to_s;
	int64_t file_s;
	int64_t last_s;
};

struct asked {
	struct rrdcached *c;
	struct said *said;
	size_t count;
	bool last_time;	  /* what does not fit now is lost */
	size_t unsettled; /* that did not fit so far */
};

static void read_pending(struct said *s, const struct rrdcached_answer *answer)
{
	struct cursor lines = answer->lines;
	struct cursor line;
	bool unknown;
	int64_t at_s;

	while (rrdcached_line_next(&lines, &line)) {
		if (rrdcached_pending_read(line, &at_s, &unknown) < 0) {
			s->failed = true;
			return;
		}
		if (s->held == 0) {
			s->held_from_s = at_s;
			s->held_from_unknown = unknown;
		} else if (!unknown &&
			   at_s - s->e->layout->step_s != s->held_to_s) {
			s->holed = true;
		}
		s->held_to_s = at_s;
		s->held++;
	}
}

static bool says_no_such_file(struct cursor message)
{
	static const char words[] = "No such file or directory";
	size_t len = cursor_left(&message);
	const uint8_t *at = cursor_take(&message, len);

	return at && memmem(at, len, words, sizeof(words) - 1);
}

/* FIRST and LAST. */
static void read_time(struct said *s, enum question question,
		      const struct rrdcached_answer *answer)
{
	const struct series_archive *finest = &s->e->layout->archives[0];
	int64_t at_s;

	if (answer->refused && says_no_such_file(answer->message)) {
		s->missing = true;
		return;
	}
	if (answer->refused || rrdcached_time_read(answer->message, &at_s) < 0)
		s->failed = true;
	else if (question == ASK_LAST)
		s->last_s = at_s;
	else
		s->file_s = at_s + (int64_t)(finest->rows - 1) * finest->row_s;
}

static int take_answer(void *context, size_t number,
		       const struct rrdcached_answer *answer)
{
	struct asked *asked = context;
	struct said *s = &asked->said[number / QUESTIONS];
	enum question question = (enum question)(number % QUESTIONS);

	if (question != ASK_PENDING)
		read_time(s, question, answer);
	else if (answer->refused)
		s->failed = true;
	else
		read_pending(s, answer);
	if (!s->failed)
		return 0;
	keep_reason(asked->c, s->e, &answer->message);
	/* On a full disk CREATE reports success, and nobody can read it. */
	if (s->e->created && answer->refused) {
		s->failed = false;
		s->missing = true;
	}
	return 0;
}

/* Ask for entries, whose part of said is made anew. */
static int ask(struct asked *asked)
{
	struct rrdcached *c = asked->c;
	const struct rrdcached_wanted wanted = { asked->count * QUESTIONS,
						 take_answer, asked };

	text_clear(&c->request);
	for (size_t i = 0; i < asked->count; i++) {
		struct cached *e = asked->said[i].e;

		asked->said[i] = (struct said){ .e = e };
		text_addf(&c->request, "PENDING %s\nFIRST %s 0\nLAST %s\n",
			  e->file, e->file, e->file);
	}
	return talk(c, &wanted);
}

/* Whether the file, and what is held for it, lead to what it believes in. */
static bool fits(const struct said *s)
{
	if (s->held == 0 || s->held_to_s <= s->file_s)
		return s->last_s == s->file_s;
	if (s->holed || s->last_s != s->held_to_s)
		return false;
	if (s->held_from_s <= s->file_s)
		return true;
	if (s->held_from_s - s->e->layout->step_s == s->file_s)
		return true;
	/* A long gap, told at once; or values are lost before it. */
	return s->held_from_unknown && s->held_from_s == s->e->gap_to_s &&
	       s->file_s == s->e->gap_from_s;
}

/* Without a source, what is held is the best that there is. */
static bool can_be_kept(const struct rrdcached *c, const struct said *s)
{
	return !c->source && s->held > 0 && s->held_to_s > s->file_s &&
	       s->last_s == s->held_to_s;
}

static bool is_settled(const struct rrdcached *c, const struct said *s)
{
	return s->failed || s->missing || fits(s) || can_be_kept(c, s);
}

/* FORGET fails where nothing was held: that is as good. */
static int ignore_answer(void *context, size_t number,
			 const struct rrdcached_answer *answer)
{
	(void)context;
	(void)number;
	(void)answer;
	return 0;
}

static bool is_to_be_forgotten(const struct asked *asked, const struct said *s)
{
	if (s->failed)
		return false;
	/* A removed file's last update would stand against those of a new. */
	if (s->missing)
		return true;
	if (!is_settled(asked->c, s))
		return asked->last_time;
	return s->e->distrusted && asked->c->source && s->last_s != s->file_s;
}

/* Have the server forget what does not fit, and hear what is left. */
static int forget(struct asked *asked)
{
	struct said again[ASKED_AT_ONCE];
	size_t where[ASKED_AT_ONCE] = { 0 };
	struct asked rest = { .c = asked->c, .said = again };
	struct rrdcached_wanted wanted = { 0, ignore_answer, NULL };
	int rc;

	text_clear(&asked->c->request);
	for (size_t i = 0; i < asked->count; i++) {
		if (!is_to_be_forgotten(asked, &asked->said[i]))
			continue;
		where[rest.count] = i;
		again[rest.count++] = asked->said[i];
		text_addf(&asked->c->request, "FORGET %s\n",
			  asked->said[i].e->file);
	}
	if (rest.count == 0)
		return 0;
	wanted.answers = rest.count;
	rc = talk(asked->c, &wanted);
	if (rc == 0)
		rc = ask(&rest);
	for (size_t i = 0; rc == 0 && i < rest.count; i++)
		asked->said[where[i]] = again[i];
	return rc;
}

/* What the server has less than it had accepted. */
static void count_lost(struct rrdcached *c, const struct cached *e,
		       int64_t end_s)
{
	int64_t accepted_s = e->exists ? e->end_s : 0;

	if (accepted_s > end_s)
		c->counters.steps_lost +=
		    (uint64_t)(accepted_s - end_s) / e->layout->step_s;
}

static void learn(struct rrdcached *c, const struct said *s)
{
	struct cached *e = s->e;
	int64_t end_s = s->missing ? e->first_s : s->last_s;

	count_lost(c, e, end_s);
	if (!e->exists || s->missing || end_s != e->end_s || e->distrusted)
		e->synced = false;
	e->exists = !s->missing;
	e->existed = e->existed || e->exists;
	e->end_s = end_s;
	e->met = c->connection;
	e->distrusted = false;
	c->counters.series_checked += e->checking;
	e->checking = false;
}

static void conclude(struct asked *asked, const struct said *s)
{
	static const char words[] = "its file has another layout";
	struct cursor message = cursor_of(words, sizeof(words) - 1);

	if (s->failed) {
		s->e->error = ERR_STORE;
	} else if (s->missing || is_settled(asked->c, s)) {
		learn(asked->c, s);
	} else if (asked->last_time) {
		keep_reason(asked->c, s->e, &message);
		s->e->error = ERR_STORE;
	} else {
		asked->unsettled++;
	}
	asked->c->counters.series_refused += s->e->error != 0;
}

static int meet_some(struct asked *asked)
{
	int rc = ask(asked);

	if (rc == 0)
		rc = forget(asked);
	for (size_t i = 0; rc == 0 && i < asked->count; i++)
		conclude(asked, &asked->said[i]);
	asked->count = 0;
	return rc;
}

bool cached_is_met(const struct rrdcached *c, const struct cached *e)
{
	return c->link.fd >= 0 && e->met == c->connection;
}

/* Ask for all that are to be asked for, as many at once as is good. */
static int meet_all(struct asked *asked, struct cached *const *list,
		    size_t count)
{
	struct rrdcached *c = asked->c;
	int rc = 0;

	asked->unsettled = 0;
	for (size_t i = 0; i < count && rc == 0; i++) {
		if (rrdcached_now_us() >= c->stop_us)
			break;
		if (list[i]->error == 0 &&
		    (!cached_is_met(c, list[i]) || list[i]->checking))
			asked->said[asked->count++].e = list[i];
		if (asked->count == ASKED_AT_ONCE || i + 1 == count)
			rc = meet_some(asked);
	}
	asked->count = 0;
	return rc;
}

int meet(struct rrdcached *c, struct cached *const *list, size_t count)
{
	struct said said[ASKED_AT_ONCE];
	struct asked asked = { .c = c, .said = said };
	int64_t settled_us =
	    rrdcached_now_us() + (int64_t)c->limits.settle_ms * US_PER_MS;
	int rc = meet_all(&asked, list, count);

	for (int64_t pause_us = FIRST_PAUSE_US; rc == 0 && asked.unsettled > 0;
	     pause_us *= 2) {
		if (rrdcached_now_us() >= c->stop_us)
			break;
		asked.last_time = rrdcached_now_us() >= settled_us;
		if (!asked.last_time)
			rrdcached_pause(pause_us, settled_us);
		rc = meet_all(&asked, list, count);
	}
	return rc;
}
