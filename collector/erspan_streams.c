/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/erspan_streams.h"

#include <string.h>

#include "util/u64map.h"

enum {
	WINDOW = 64,
	PLACES = 8, /* in which a stream can stand */
	/* What a flood at 10 Gbit/s loses in a tenth of a second. */
	GAP_MAX = 1 << 20,
};

static bool is_of(const struct erspan_stream *t, const struct ipaddr *source,
		  const struct erspan *e)
{
	return t->used != 0 && t->session == e->session && t->type == e->type &&
	       ipaddr_equal(&t->source, source);
}

/* Where a stream is looked for first: the sessions of one switch stand side by
 * side. */
static uint32_t place_of(const struct ipaddr *source, const struct erspan *e)
{
	uint64_t words[2];

	memcpy(words, source->bytes, sizeof(words));
	return (uint32_t)(u64map_hash(words[0] ^ e->type, words[1])) +
	       e->session;
}

/* The stream of a packet, a new one if need be. */
static struct erspan_stream *find(struct erspan_streams *s,
				  const struct ipaddr *source,
				  const struct erspan *e)
{
	uint32_t place = place_of(source, e);
	struct erspan_stream *oldest = &s->list[place % ERSPAN_STREAMS_MAX];

	for (uint32_t i = 0; i < PLACES; i++) {
		struct erspan_stream *t =
		    &s->list[(place + i) % ERSPAN_STREAMS_MAX];

		if (is_of(t, source, e))
			return t;
		if (t->used < oldest->used)
			oldest = t;
	}
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
