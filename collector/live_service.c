/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/live_state.h"
#include "util/log.h"

enum {
	FEEDINGS = 3,	      /* in the time that is waited for one */
	WRITER_PATIENCE = 10, /* of those times */
};

void live_tell_ready(const struct live *l)
{
	const struct registry *registry = l->generation->registry;
	const struct intake *in = &l->intake;
	uint64_t dropped = in->input.socket_drops + in->mirrored.ring_drops;

	service_tell(&l->service,
		     "READY=1\n"
		     "STATUS=%u members, %zu switches, %llu datagrams, "
		     "%llu mirrored packets, %llu dropped by the kernel",
		     registry->member_count, registry->config->switch_count,
		     (unsigned long long)in->input.datagrams,
		     (unsigned long long)in->mirrored.packets,
		     (unsigned long long)dropped);
}

/* Whether the writer did something since the last look, or had nothing to. */
static bool writer_moves(struct live *l)
{
	struct writer_counters c = writer_counters(l->writer);
	bool moves =
	    c.turns != l->writer_turns || (c.is_idle && c.steps_queued == 0);

	l->writer_turns = c.turns;
	return moves;
}

void live_feed_watchdog(struct live *l, int64_t now_us)
{
	int64_t period_us = l->service.watchdog_us;

	if (period_us == 0)
		return;
	if (writer_moves(l) || l->writer_moved_us == 0)
		l->writer_moved_us = now_us;
	if (now_us < l->next_watchdog_us)
		return;
	l->next_watchdog_us = now_us + period_us / FEEDINGS;
	if (now_us - l->writer_moved_us < WRITER_PATIENCE * period_us)
		service_tell(&l->service, "WATCHDOG=1");
	else
		log_error("collector: the writer has stood still for %lld s",
			  (long long)(now_us - l->writer_moved_us) / 1000000);
}
