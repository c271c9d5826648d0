/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/flushed_steps.h"

#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/pair_read.h"
#include "support/tempdir.h"

void flushed_reopen(struct flushed *f, enum flush_mode mode)
{
	flush_free(f->flush);
	f->flush = NULL;
	ck_assert_int_eq(flush_new(&f->flush, f->e.registry, mode), 0);
}

void flushed_open(struct flushed *f)
{
	char *text;

	*f = (struct flushed){ .dir = tempdir_new(), .now = FLUSHED_FIRST };
	text = exchange_config_text("any", f->dir);
	exchange_build(&f->e, text, NULL);
	free(text);
	ck_assert_int_eq(intake_init(&f->in, f->e.registry), 0);
	flushed_reopen(f, FLUSH_LIVE);
}

void flushed_close(struct flushed *f)
{
	flush_free(f->flush);
	f->flush = NULL;
	intake_fini(&f->in);
	exchange_free(&f->e);
	tempdir_remove(f->dir);
}

void flushed_hear(struct flushed *f, uint8_t number,
		  const struct sent_flow *flow)
{
	struct ipaddr source = switch_address(number);
	struct sflow_builder b;

	f->sequence++;
	switch_starts(&b, number, f->sequence, 1000 + f->sequence);
	if (flow)
		switch_adds_flow(&b, flow);
	intake_datagram(&f->in, &source, b.data, b.len,
			f->now * STEP_US + US_PER_S, f->now);
}

void flushed_alive(struct flushed *f, uint8_t number)
{
	flushed_hear(f, number, NULL);
}

void flushed_talk(struct flushed *f, uint8_t src, uint8_t dst, uint32_t bytes,
		  uint16_t type)
{
	flushed_hear(f, 1,
		     &(struct sent_flow){ .src = src,
					  .dst = dst,
					  .port = 100,
					  .rate = 10,
					  .bytes = bytes,
					  .tag = 100,
					  .type = type });
}

void flushed_store(struct flushed *f, struct closed_step *step)
{
	flush_step(f->flush, step);
	flush_settle(f->flush);
	closed_step_free(step);
}

void flushed_covering(struct flushed *f, int64_t covered_s, bool edge)
{
	struct step_span span = { .step = f->now++,
				  .covered_us = covered_s * US_PER_S,
				  .edge = edge,
				  .synced = f->synced,
				  .jumps = f->jumps };
	struct closed_step *step;

	ck_assert_int_eq(closed_step_take(&step, &f->in, span, false), 0);
	flushed_store(f, step);
}

void flushed_minute(struct flushed *f)
{
	flushed_covering(f, STEP_S, false);
}

double flushed_rate(const struct flushed *f, const struct series *s,
		    int64_t step, size_t column)
{
	uint32_t step_s = series_layout(s->kind)->step_s;
	int64_t at = STORED_START + step * step_s;
	struct series_range range = { CONSOLIDATION_AVERAGE, at, at + step_s,
				      step_s };
	struct series_data data;
	double value;
	int rc = s->kind == SERIES_PAIR ? pair_read(&data, f->dir, s, &range)
					: series_read(&data, f->dir, s, &range);

	ck_assert_int_eq(rc, 0);
	value = series_at(&data, 0, column);
	series_data_fini(&data);
	return value;
}

bool flushed_has(const struct flushed *f, const struct series *s)
{
	char path[4096];

	ck_assert_int_eq(series_path(path, sizeof(path), f->dir, s), 0);
	return access(path, F_OK) == 0;
}

struct series flushed_member(uint32_t asn)
{
	return (struct series){ .kind = SERIES_MEMBER, .asn = asn };
}

struct series flushed_pair(uint32_t asn, uint32_t other, uint16_t vlan)
{
	return (struct series){ .kind = SERIES_PAIR,
				.asn = asn,
				.other_asn = other,
				.vlan = vlan };
}
