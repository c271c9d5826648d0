/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/steps.h"

#include <stdlib.h>

#include "collector/clock.h"
#include "collector/closed_step.h"

enum {
	/* After a longer silence the ports' pending steps are given out at
	 * once, instead of closing each minute of it. */
	SILENT_STEPS_CLOSED = PORT_PENDING_STEPS,
	/* A clock that is slewed stays below this from one look at it to the
	 * next; one that was set does not. */
	JUMP_AT_LEAST_US = 2 * US_PER_S,
	VERDICT_AFTER_US = STEP_S * US_PER_S,
	PART_US = 10 * US_PER_S,
	/* A live process looks each second. */
	PAUSE_US = 10 * US_PER_S,
};

void steps_init(struct steps *s, struct intake *intake, struct writer *writer,
		struct aggregate *total, bool replay)
{
	*s = (struct steps){
		.intake = intake,
		.writer = writer,
		.total = total,
		.replay = replay,
		.first = true,
	};
}

static void add_to_total(struct steps *s, const struct closed_step *step)
{
	for (size_t i = 0; i < step->cell_count; i++) {
		struct tally *t = aggregate_tally(s->total, step->cells[i].key);

		if (t)
			tally_add(t, &step->cells[i].tally);
		else
			s->total_refused++;
	}
}

/* A verdict falls once a switch was heard for as long as a step. */
static void decide(struct steps *s, int64_t now_us)
{
	const struct config *config = s->intake->registry->config;

	for (uint32_t i = 0; i < config->switch_count; i++) {
		struct switch_state *state = &s->intake->agents.switches[i];

		if (state->first_us == 0 ||
		    now_us - state->first_us < VERDICT_AFTER_US)
			continue;
		if (state->undecided)
			intake_decide(s->intake, i);
	}
}

static void hand_over(struct steps *s, struct closed_step *step)
{
	if (s->writer && !s->replay)
		closed_step_remember(step, s->intake);
	if (s->generation)
		step->generation = generation_ref(s->generation);
	step->earlier = s->earlier;
	s->earlier = NULL;
	if (s->total)
		add_to_total(s, step);
	if (s->writer)
		writer_step(s->writer, step);
	else
		closed_step_free(step);
}

/*
 * Close the open step; give_all: the ports' pending steps come too, none
 * follows for long. False without memory: its tallies go on in the next one,
 * which then covers both.
 */
static bool close_step(struct steps *s, int64_t covered_us, bool end,
		       bool give_all)
{
	struct step_span span = {
		.step = s->step,
		.covered_us = covered_us,
		.until_us = s->start_us + covered_us,
		.synced = s->synced || s->replay,
		.jumps = s->clock_jumps,
		.edge = s->replay && (s->first || end),
	};
	struct closed_step *step;

	s->first = false;
	s->last_end_s = (s->step + 1) * STEP_S;
	if (closed_step_take(&step, s->intake, span, give_all) < 0) {
		s->failed++;
		return false;
	}
	hand_over(s, step);
	return true;
}

/* Hand over what came since the last part of the open step; without memory it
 * comes with the next one. */
static void take_part(struct steps *s, struct moment now)
{
	struct step_span span = {
		.step = s->step,
		.covered_us = now.wall_us - s->start_us,
		.until_us = now.wall_us,
		.synced = s->synced,
		.jumps = s->clock_jumps,
	};
	struct closed_step *part;

	s->part_mono_us = now.mono_us;
	if (closed_step_part(&part, s->intake, span) < 0)
		s->failed++;
	else
		hand_over(s, part);
}

static void open_step(struct steps *s, struct moment now)
{
	s->open = true;
	s->step = step_of_us(now.wall_us);
	s->now = s->step;
	s->start_us = now.wall_us;
	s->start_mono_us = now.mono_us;
	s->part_mono_us = now.mono_us;
	s->looked_us = now.mono_us;
	s->offset_us = now.wall_us - now.mono_us;
}

/* True if the wall clock was set since it was last looked at. */
static bool clock_jumped(const struct steps *s, struct moment now)
{
	int64_t by = now.wall_us - now.mono_us - s->offset_us;

	return by > JUMP_AT_LEAST_US || by < -JUMP_AT_LEAST_US;
}

/* What was observed up to then, by the monotonic clock, is a step. */
static void end_early(struct steps *s, int64_t until_mono_us)
{
	int64_t covered_us = until_mono_us - s->start_mono_us;

	(void)close_step(s, covered_us < STEP_US ? covered_us : STEP_US, false,
			 true);
}

/* Nothing from before the clock was set compares with what comes. */
static void begin_anew(struct steps *s, struct moment now,
		       int64_t until_mono_us)
{
	int64_t by = now.wall_us - now.mono_us - s->offset_us;

	/* What was heard so far stays as long ago as it was. */
	for (size_t i = 0; i < s->intake->registry->config->switch_count; i++) {
		struct switch_state *state = &s->intake->agents.switches[i];

		if (state->first_us != 0)
			state->first_us += by;
	}
	end_early(s, until_mono_us);
	/* Only now: what is closed was labelled by the clock of before. */
	s->clock_jumps++;
	port_table_forget(&s->intake->ports);
	open_step(s, now);
}

void steps_at(struct steps *s, struct moment now)
{
	int64_t step = step_of_us(now.wall_us);

	if (!s->open) {
		open_step(s, now);
		return;
	}
	if (clock_jumped(s, now)) {
		begin_anew(s, now, now.mono_us);
		return;
	}
	if (step > s->now && s->as_one != STEPS_ALL)
		s->now = step;
	if (s->as_one > 0 && step - s->step < s->as_one)
		return;
	if (s->as_one == 0)
		decide(s, now.wall_us);
	s->looked_us = now.mono_us;
	s->offset_us = now.wall_us - now.mono_us;
	while (s->step < step) {
		int64_t end_us = (s->step + 1) * STEP_US;
		bool silence =
		    s->as_one > 0 || step - s->step > SILENT_STEPS_CLOSED;
		bool closed =
		    close_step(s, end_us - s->start_us, false, silence);

		s->step = silence ? step : s->step + 1;
		if (closed)
			s->start_us = s->step * STEP_US;
		s->start_mono_us = s->start_us - s->offset_us;
		s->part_mono_us = s->start_mono_us;
	}
	if (!s->replay && now.mono_us - s->part_mono_us >= PART_US)
		take_part(s, now);
}

bool steps_paused(const struct steps *s, struct moment now)
{
	return s->open && now.mono_us - s->looked_us > PAUSE_US;
}

void steps_resume(struct steps *s, struct moment now)
{
	int64_t pause_us = now.mono_us - s->looked_us;

	s->pauses++;
	/* What came in the pause was counted as it was dropped. It is not lost
	 * on the way too. */
	for (size_t i = 0; i < s->intake->registry->config->switch_count; i++)
		s->intake->agents.switches[i].streams = (struct streams){ 0 };
	if (clock_jumped(s, now)) {
		begin_anew(s, now, s->looked_us);
	} else if (step_of_us(now.wall_us) == s->step) {
		/* The step goes on, observed for so much less. */
		s->start_us += pause_us;
		s->start_mono_us += pause_us;
		s->looked_us = now.mono_us;
	} else {
		end_early(s, s->looked_us);
		open_step(s, now);
	}
}

void steps_reload(struct steps *s, struct generation *generation,
		  struct earlier_cells *earlier)
{
	struct earlier_cells **end = &s->earlier;

	generation_unref(s->generation);
	s->generation = generation_ref(generation);
	while (*end)
		end = &(*end)->next;
	*end = earlier;
}

void steps_fini(struct steps *s)
{
	generation_unref(s->generation);
	earlier_cells_free(s->earlier);
	s->generation = NULL;
	s->earlier = NULL;
}

void steps_end(struct steps *s, struct moment now)
{
	int64_t end_us = (s->step + 1) * STEP_US;

	if (!s->open)
		return;
	if (now.wall_us < end_us)
		end_us = now.wall_us;
	if (end_us < s->start_us)
		end_us = s->start_us;
	(void)close_step(s, end_us - s->start_us, true, true);
	s->open = false;
}
