/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/erspan_streams.h"

enum {
	WINDOW = 64,
	/* What a flood at 10 Gbit/s loses in a tenth of a second. */
	GAP_MAX = 1 << 20,
};

static bool is_of(const struct erspan_stream *t, const struct ipaddr *source,
		  const struct erspan *e)
{
	return t->used != 0 && t->session == e->session && t->type == e->type &&
	       ipaddr_equal(&t->source, source);
}

/* The stream of a packet, a new one if need be. */
static struct erspan_stream *find(struct erspan_streams *s,
				  const struct ipaddr *source,
				  const struct erspan *e)
{
	struct erspan_stream *oldest = &s->list[0];

	if (is_of(&s->list[s->last], source, e))
		return &s->list[s->last];
	for (uint32_t i = 0; i < ERSPAN_STREAMS_MAX; i++) {
		struct erspan_stream *t = &s->list[i];

		if (is_of(t, source, e)) {
			s->last = i;
			return t;
		}
		if (t->used < oldest->used)
			oldest = t;
	}
	s->last = (uint32_t)(oldest - s->list);
	*oldest = (struct erspan_stream){ .source = *source,
					  .session = e->session,
					  .type = e->type,
					  .newest = e->sequence,
					  .seen = UINT64_MAX };
	return oldest;
}

int64_t erspan_streams_take(struct erspan_streams *s,
			    const struct ipaddr *source, const struct erspan *e)
{
	struct erspan_stream *t;
	int32_t ahead;

	if (!e->has_sequence)
		return 0;
	t = find(s, source, e);
	t->used = ++s->clock;
	ahead = (int32_t)(e->sequence - t->newest);
	if (ahead > 0 && ahead <= GAP_MAX) {
		t->seen = ahead < WINDOW ? t->seen << ahead | 1 : 1;
		t->newest = e->sequence;
		return ahead - 1;
	}
	if (ahead <= 0 && ahead > -WINDOW) {
		uint64_t bit = UINT64_C(1) << -ahead;
		bool came = (t->seen & bit) != 0;

		t->seen |= bit;
		return came ? 0 : -1;
	}
	/* Late beyond the window, or numbered anew: nothing is known to be
	 * missing. One that is merely late must not begin anew. */
	if (ahead > 0 || ahead < -GAP_MAX) {
		t->newest = e->sequence;
		t->seen = UINT64_MAX;
	}
	return 0;
}
