/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/stream.h"

#include "collector/content.h"

enum {
	PLAUSIBLE_GAP = 1000,
	LATE_AT_MOST = 4096,	  /* numbers behind the newest */
	LATE_AT_MOST_MS = 600000, /* more is a restarted agent's uptime */
};

/* How many datagrams the stream can have sent since its newest one. */
static int64_t plausible_gap(const struct stream *s, uint32_t uptime_ms)
{
	uint32_t passed_ms = uptime_ms - s->uptime_ms;
	uint32_t known_ms = s->uptime_ms - s->first_uptime_ms;
	double sent;

	if (passed_ms > INT32_MAX || known_ms == 0)
		return PLAUSIBLE_GAP;
	sent = 4.0 * (double)s->datagrams / known_ms * passed_ms;
	if (sent < PLAUSIBLE_GAP)
		return PLAUSIBLE_GAP;
	return sent < INT32_MAX ? (int64_t)sent : INT32_MAX;
}

/* How far a datagram is ahead of a stream's newest one. */
static int64_t distance(const struct stream *s, const struct sflow_head *head)
{
	return (int32_t)(head->sequence - s->newest);
}

/* A number already seen in the window, with another content or at another
 * uptime, is somebody else's. */
static bool is_foreign_repeat(const struct stream *s, int64_t ahead,
			      uint32_t sequence, uint64_t content)
{
	return ahead <= 0 && ahead > -STREAM_WINDOW &&
	       (s->seen >> -ahead & 1) &&
	       s->content[sequence % STREAM_WINDOW] != content;
}

static bool belongs(const struct stream *s, const struct sflow_head *head,
		    uint64_t content)
{
	int64_t ahead = distance(s, head);

	if (s->datagrams == 0 || s->sub_agent != head->sub_agent)
		return false;
	if (ahead > 0)
		/* A restarted agent's uptime falls. */
		return head->uptime_ms - s->uptime_ms <= INT32_MAX &&
		       (ahead <= PLAUSIBLE_GAP ||
			ahead <= plausible_gap(s, head->uptime_ms));
	return ahead > -LATE_AT_MOST &&
	       s->uptime_ms - head->uptime_ms <= LATE_AT_MOST_MS &&
	       !is_foreign_repeat(s, ahead, head->sequence, content);
}

/* The stream of a datagram, or a fresh one in place of the longest silent. */
static struct stream *find(struct streams *streams,
			   const struct sflow_head *head, uint64_t content)
{
	struct stream *oldest = &streams->list[0];

	for (size_t i = 0; i < STREAMS_MAX; i++) {
		struct stream *s = &streams->list[i];

		if (belongs(s, head, content))
			return s;
		if (s->used < oldest->used)
			oldest = s;
	}
	*oldest = (struct stream){
		.sub_agent = head->sub_agent,
		.newest = head->sequence - 1,
		.uptime_ms = head->uptime_ms,
		.first_uptime_ms = head->uptime_ms,
	};
	return oldest;
}

static struct stream_event advance(struct stream *s, int64_t ahead,
				   const struct sflow_head *head)
{
	struct stream_event event = { STREAM_IN_ORDER, ahead - 1 };

	s->seen = ahead < STREAM_WINDOW ? s->seen << ahead : 0;
	s->seen |= 1;
	s->newest = head->sequence;
	s->uptime_ms = head->uptime_ms;
	s->missing += (uint64_t)event.lost;
	return event;
}

/* One that was missing has come after all. */
static struct stream_event fill(struct stream *s, enum stream_verdict verdict)
{
	struct stream_event event = { verdict, 0 };

	if (s->missing > 0) {
		s->missing--;
		event.lost = -1;
	}
	return event;
}

struct stream_event streams_take(struct streams *streams,
				 const struct sflow_head *head,
				 const void *data, size_t len)
{
	uint64_t content = content_of(data, len);
	struct stream *s = find(streams, head, content);
	int64_t ahead = distance(s, head);
	struct stream_event event;

	s->used = ++streams->clock;
	if (ahead > 0) {
		event = advance(s, ahead, head);
	} else if (ahead <= -STREAM_WINDOW) {
		s->datagrams++;
		return fill(s, STREAM_LATE);
	} else if (s->seen >> -ahead & 1) {
		return (struct stream_event){ STREAM_DUPLICATE, 0 };
	} else {
		s->seen |= (uint64_t)1 << -ahead;
		event = fill(s, STREAM_OVERTAKEN);
	}
	s->content[head->sequence % STREAM_WINDOW] = content;
	s->datagrams++;
	return event;
}
