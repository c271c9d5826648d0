/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Rows to commands, and commands in batches.
 *
 * A command carries one update, though it could carry several: of one with
 * several, rrdcached refuses the rest once it refuses one, and in a replay of
 * its journal that makes holes. In a batch it costs little.
 */
#include <errno.h>
#include <inttypes.h>

#include "store/rrdcached_parts.h"
#include "store/update_text.h"
#include "util/err.h"

enum {
	TOLD_STEPS_MAX = 60,
	CREATED_AT_ONCE = 32, /* files of 8 MB take their time */
};

static int take_refusals(struct rrdcached *c,
			 const struct rrdcached_answer *answer)
{
	struct cursor lines = answer->lines;
	struct cursor line;
	size_t number;

	while (rrdcached_line_next(&lines, &line)) {
		int rc =
		    rrdcached_refusal_read(&line, c->command_count, &number);
		struct sent_command *command;

		if (rc < 0)
			return rc;
		if (rc == 0)
			continue;
		command = &c->commands[number - 1];
		c->counters.updates_refused++;
		command->refused = true;
		command->e->refused = true;
		keep_reason(c, command->e, &line);
	}
	return 0;
}

/* "0 Go ahead.", and at the end the refusals. */
static int take_answer(void *context, size_t number,
		       const struct rrdcached_answer *answer)
{
	struct rrdcached *c = context;

	if (answer->refused) {
		keep_reason(c, c->commands[0].e, &answer->message);
		return ERR_STORE;
	}
	return number == 0 ? 0 : take_refusals(c, answer);
}

static void accept_command(struct rrdcached *c,
			   const struct sent_command *command)
{
	struct cached *e = command->e;

	if (command->kind == COMMAND_CREATE && !command->refused) {
		c->counters.files_created++;
		e->created = true;
	}
	if (e->refused)
		return;
	if (command->kind == COMMAND_GAP &&
	    command->end_s - e->end_s > e->layout->step_s) {
		e->gap_from_s = e->end_s;
		e->gap_to_s = command->end_s;
	}
	e->exists = true;
	e->existed = true;
	e->end_s = command->end_s;
	if (command->kind == COMMAND_CREATE)
		return;
	e->created = false;
	c->counters.rows_made_up += command->kind == COMMAND_OLDER_ROW;
}

/* What comes behind a refused update would not be where it belongs. */
static void refuse(struct cached *e)
{
	if (!e->refused)
		return;
	e->met = 0;
	e->synced = false;
	e->distrusted = true;
}

static int send_batch(struct rrdcached *c)
{
	const struct rrdcached_wanted wanted = { 2, take_answer, c };
	int rc;

	if (c->command_count == 0)
		return 0;
	text_add(&c->request, ".\n");
	c->counters.batches++;
	rc = talk(c, &wanted);
	for (size_t i = 0; i < c->command_count && rc == 0; i++)
		accept_command(c, &c->commands[i]);
	for (size_t i = 0; i < c->command_count; i++)
		refuse(c->commands[i].e);
	c->command_count = 0;
	c->create_count = 0;
	return rc;
}

/* Begin a command about an entry, which makes it end there. */
static int add_command(struct rrdcached *c, struct cached *e,
		       enum command_kind kind, int64_t end_s)
{
	int rc = grow((void **)&c->commands, &c->command_capacity,
		      c->command_count, sizeof(*c->commands));

	if (rc < 0)
		return rc;
	if (c->command_count == 0) {
		text_clear(&c->request);
		text_add(&c->request, "BATCH\n");
	}
	c->commands[c->command_count++] =
	    (struct sent_command){ .e = e, .kind = kind, .end_s = end_s };
	e->sent_end_s = end_s;
	return 0;
}

static int add_create(struct rrdcached *c, struct cached *e, int64_t start_s)
{
	char words[DEFINITIONS_MAX][DEFINITION_SIZE];
	size_t count = definitions_print(words, e->layout);
	int rc = add_command(c, e, COMMAND_CREATE, start_s);

	if (rc < 0)
		return rc;
	/* Never over a file of others; over a half of our own is fine. */
	text_addf(&c->request, "CREATE %s -s %" PRIu32 " -b %" PRId64 "%s",
		  e->file, e->layout->step_s, start_s, e->created ? "" : " -O");
	for (size_t i = 0; i < count; i++)
		text_addf(&c->request, " %s", words[i]);
	text_add_char(&c->request, '\n');
	c->create_count++;
	return 0;
}

static bool is_full(const struct rrdcached *c)
{
	return c->request.len >= c->limits.batch_bytes ||
	       c->create_count >= CREATED_AT_ONCE;
}

static int add_update(struct rrdcached *c, struct cached *e,
		      enum command_kind kind, int64_t at_s,
		      const double *values)
{
	char update[UPDATE_TEXT_SIZE];
	size_t len = update_print(update, e->layout, at_s, values);
	int rc = add_command(c, e, kind, at_s);

	if (rc < 0)
		return rc;
	text_add(&c->request, "UPDATE ");
	text_add(&c->request, e->file);
	text_add_char(&c->request, ' ');
	text_add_bytes(&c->request, update, len);
	text_add_char(&c->request, '\n');
	return 0;
}

/*
 * Tell that nothing is known up to a row. Once would do, but updates that
 * follow each other without a hole show that none is lost; so it is told once
 * for a long gap only. The rows come out the same: of a file's bytes it changes
 * what the last consolidation left over and nothing reads.
 */
static int add_gap(struct rrdcached *c, struct cached *e, int64_t to_s)
{
	int64_t step_s = e->layout->step_s;
	int rc = 0;

	if (to_s - e->sent_end_s > TOLD_STEPS_MAX * step_s)
		return add_update(c, e, COMMAND_GAP, to_s, NULL);
	while (rc == 0 && e->sent_end_s < to_s)
		rc =
		    add_update(c, e, COMMAND_GAP, e->sent_end_s + step_s, NULL);
	return rc;
}

/* As rrd_write_rows does it. */
static int add_row(struct rrdcached *c, struct cached *e, struct held_row *held,
		   enum command_kind kind)
{
	int64_t start_s = held->row.start_s;
	int rc = 0;

	if (start_s < e->sent_end_s) {
		if (held->state == HELD_WAITING)
			held->state = HELD_SKIPPED;
		return 0;
	}
	if (e->sent_end_s == 0)
		rc = add_create(c, e, start_s);
	else if (start_s > e->sent_end_s)
		rc = add_gap(c, e, start_s);
	if (rc == 0)
		rc = add_update(c, e, kind, start_s + e->layout->step_s,
				held->row.values);
	held->state = HELD_SENT;
	return rc;
}

static int add_chain(struct rrdcached *c, struct cached *e,
		     const struct held_chain *chain, enum command_kind kind)
{
	uint32_t next;
	int rc = 0;

	for (uint32_t at = chain->first; at != HELD_NONE; at = next) {
		struct held_row *held = &c->rows[at];

		next = held->next;
		if (e->refused || rrdcached_now_us() >= c->stop_us)
			break;
		rc = add_row(c, e, held, kind);
		if (rc == 0 && is_full(c))
			rc = send_batch(c);
		if (rc < 0)
			break;
	}
	return rc;
}

int send_rows(struct rrdcached *c)
{
	int rc = 0;

	c->command_count = 0;
	c->create_count = 0;
	for (size_t i = 0; i < c->work_count; i++)
		c->work[i]->refused = false;
	for (size_t i = 0; i < c->work_count && rc == 0; i++) {
		struct cached *e = c->work[i];

		if (e->error || !cached_is_met(c, e))
			continue;
		e->sent_end_s = e->exists ? e->end_s : 0;
		rc = add_chain(c, e, &e->older, COMMAND_OLDER_ROW);
		if (rc == 0 && e->synced)
			rc = add_chain(c, e, &e->own, COMMAND_ROW);
	}
	return rc < 0 ? rc : send_batch(c);
}
