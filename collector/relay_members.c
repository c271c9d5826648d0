/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/relay_members.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/datagram_source.h"
#include "collector/direction.h"
#include "collector/observe.h"
#include "net/sflow_encode.h"
#include "util/u64map.h"

enum {
	STREAMS_AT_MOST = 256, /* per receiver; the longest silent gives way */
	BUFFER_SIZE = 1 << 17, /* of a receiver: two of the largest datagrams */
	BATCH = DATAGRAM_BATCH,
	NO_FOLLOWER = 0xffffffff,
	SOURCES = 4096, /* data sources that are numbered, per receiver */
	PROBES = 16,
};

/* What a receiver takes for one sequence of datagrams. */
struct relay_stream {
	struct ipaddr agent;
	uint32_t sub_agent;
	uint32_t sequence; /* of the last one */
	uint64_t used;	   /* by the clock; 0: free */
};

/* A data source, and how many of its samples were written. */
struct relay_source {
	uint64_t key; /* 0: free */
	uint32_t samples;
};

struct relay_streams {
	struct relay_stream list[STREAMS_AT_MOST];
	struct relay_source sources[SOURCES];
	uint64_t clock; /* counts datagrams */
	uint32_t last;	/* tried first */
};

struct follower {
	struct relay_target *target; /* borrowed */
	uint32_t next;		     /* of the same member; NO_FOLLOWER */
	bool begun;		     /* on the datagram at hand */
	struct relay_stream *stream; /* if begun */
	struct sflow_encoder encoder;
	uint8_t *buffer;
	size_t used; /* bytes of it */
	unsigned count;
	struct iovec parts[BATCH];
	struct mmsghdr messages[BATCH];
};

struct relay_members {
	const struct registry *registry; /* borrowed */
	uint32_t *first;		 /* follower by member */
	struct follower *followers[CONFIG_RELAYS_MAX];
	uint32_t count;
	struct sflow_skipped skipped; /* counted elsewhere already */
	/* the datagram at hand */
	struct sflow_head head;
	size_t len;
	uint32_t switch_index;
	int64_t time_us; /* of the last sending */
};

struct relay_streams *relay_streams_new(void)
{
	return calloc(1, sizeof(struct relay_streams));
}

static bool is_of(const struct relay_stream *s, const struct sflow_head *head)
{
	return s->used && s->sub_agent == head->sub_agent &&
	       ipaddr_equal(&s->agent, &head->agent);
}

static struct relay_stream *find_stream(struct relay_streams *streams,
					const struct sflow_head *head)
{
	uint32_t oldest = 0;

	streams->clock++;
	for (uint32_t i = 0; i < STREAMS_AT_MOST; i++) {
		uint32_t at = (streams->last + i) % STREAMS_AT_MOST;

		if (is_of(&streams->list[at], head)) {
			streams->last = at;
			streams->list[at].used = streams->clock;
			return &streams->list[at];
		}
		if (streams->list[at].used < streams->list[oldest].used)
			oldest = at;
	}
	streams->last = oldest;
	streams->list[oldest] = (struct relay_stream){
		.agent = head->agent,
		.sub_agent = head->sub_agent,
		.used = streams->clock,
	};
	return &streams->list[oldest];
}

int relay_members_new(struct relay_members **out,
		      const struct registry *registry)
{
	struct relay_members *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->registry = registry;
	m->first =
	    calloc((size_t)registry->member_count + 1, sizeof(*m->first));
	if (!m->first) {
		free(m);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < registry->member_count; i++)
		m->first[i] = NO_FOLLOWER;
	*out = m;
	return 0;
}

void relay_members_free(struct relay_members *m)
{
	if (!m)
		return;
	for (uint32_t i = 0; i < m->count; i++) {
		free(m->followers[i]->buffer);
		free(m->followers[i]);
	}
	free(m->first);
	free(m);
}

static void prepare_messages(struct follower *f)
{
	for (unsigned i = 0; i < BATCH; i++)
		f->messages[i].msg_hdr =
		    (struct msghdr){ .msg_iov = &f->parts[i], .msg_iovlen = 1 };
}

int relay_members_add(struct relay_members *m, struct relay_target *target)
{
	const struct member *member = registry_member(m->registry, target->asn);
	struct follower *f = calloc(1, sizeof(*f));

	if (f)
		f->buffer = malloc(BUFFER_SIZE);
	if (!f || !f->buffer) {
		free(f);
		return -ENOMEM;
	}
	f->target = target;
	f->next = NO_FOLLOWER;
	prepare_messages(f);
	if (member) {
		uint32_t *first = &m->first[member - m->registry->members];

		f->next = *first;
		*first = m->count;
	}
	m->followers[m->count++] = f;
	return 0;
}

static void send_waiting(struct follower *f, int64_t time_us)
{
	if (f->count)
		relay_target_send(f->target, f->messages, f->count, time_us);
	f->count = 0;
	f->used = 0;
}

static void begin(struct relay_members *m, struct follower *f)
{
	struct sflow_head head = m->head;

	if (f->count == BATCH || BUFFER_SIZE - f->used < m->len)
		send_waiting(f, m->time_us);
	f->stream = find_stream(f->target->streams, &head);
	head.sequence = f->stream->sequence + 1;
	sflow_encode_start(&f->encoder, f->buffer + f->used, m->len, &head);
	f->begun = true;
}

/* The number of a data source's next sample. Those that are left out would look
 * lost, and be made up for. */
static uint32_t next_number(struct relay_streams *s,
			    const struct relay_stream *stream,
			    const struct sflow_source *source)
{
	uint64_t key = (uint64_t)(stream - s->list + 1) << 48 |
		       (uint64_t)(source->class & 0xffff) << 32 | source->index;
	size_t at = u64map_hash(0, key) % SOURCES;

	for (size_t i = 0; i < PROBES; i++) {
		struct relay_source *r = &s->sources[(at + i) % SOURCES];

		if (r->key != key && r->key != 0)
			continue;
		r->key = key;
		return ++r->samples;
	}
	/* One that gives way begins anew, as after a restart. */
	s->sources[at] = (struct relay_source){ .key = key, .samples = 1 };
	return 1;
}

/* A sample for all receivers of a member. */
static void add_flow(struct relay_members *m, uint32_t member,
		     const struct sflow_flow *flow)
{
	struct sflow_flow numbered = *flow;

	if (member == REGISTRY_NO_MEMBER)
		return;
	for (uint32_t i = m->first[member]; i != NO_FOLLOWER;
	     i = m->followers[i]->next) {
		struct follower *f = m->followers[i];

		if (!f->begun)
			begin(m, f);
		numbered.sequence =
		    next_number(f->target->streams, f->stream, &flow->source);
		if (!sflow_encode_flow(&f->encoder, &numbered))
			f->target->counters.samples_dropped++;
	}
}

/* The VLAN that all members of a port are in, 0: none. */
static uint16_t vlan_of_port(const struct relay_members *m,
			     const struct sflow_flow *flow)
{
	uint32_t port;

	if (flow->source.class != SFLOW_SOURCE_IFINDEX)
		return 0;
	port = u64map_find(
	    &m->registry->by_port,
	    registry_port_key(m->switch_index, direction_source_index(flow)));
	return port == U64MAP_NONE ? 0 : m->registry->ports[port].only_vlan;
}

/* Whose address it is in a VLAN; vlan 0: not known. */
static uint32_t member_of(const struct registry *r, struct mac mac,
			  uint16_t vlan)
{
	const struct station *s = registry_station(r, mac);
	uint32_t member;

	if (!s)
		return REGISTRY_NO_MEMBER;
	member = r->interfaces[s->interface].member;
	for (;;) {
		uint32_t other = r->interfaces[s->interface].member;

		if (vlan && s->vlan == vlan)
			return other;
		if (other != member)
			member = REGISTRY_NO_MEMBER;
		if (s->next == U64MAP_NONE)
			return member;
		s = &r->stations[s->next];
	}
}

static void take_flow(struct relay_members *m, const struct sflow_flow *flow)
{
	struct observation o = { .switch_index = m->switch_index };
	uint16_t vlan;
	uint32_t from;
	uint32_t to;

	observe(&o, flow, m->registry);
	if (!o.has_macs)
		return;
	vlan = o.vlan ? o.vlan : vlan_of_port(m, flow);
	from = member_of(m->registry, o.src, vlan);
	to = member_of(m->registry, o.dst, vlan);
	add_flow(m, from, flow);
	if (to != from)
		add_flow(m, to, flow);
}

/* What was begun waits to be sent; all others get nothing of the datagram. */
static void end_datagram(struct relay_members *m)
{
	for (uint32_t i = 0; i < m->count; i++) {
		struct follower *f = m->followers[i];
		size_t len = f->begun ? sflow_encode_end(&f->encoder) : 0;

		f->begun = false;
		f->target->counters.received++;
		if (len == 0) {
			f->target->counters.left_out++;
			continue;
		}
		f->stream->sequence++;
		f->parts[f->count].iov_base = f->buffer + f->used;
		f->parts[f->count].iov_len = len;
		f->count++;
		f->used += len;
	}
}

/* NOLINTNEXTLINE(readability-function-size): a datagram, and whence */
void relay_members_datagram(struct relay_members *m, struct agents *agents,
			    const struct ipaddr *source, const uint8_t *bytes,
			    size_t len)
{
	struct sflow_reader reader;
	struct sflow_flow flow;
	struct sflow_counters counters;
	int item = SFLOW_END;

	m->len = len;
	if (sflow_open(&reader, bytes, len, &m->head, &m->skipped) == 0) {
		m->switch_index = agents_find(agents, source, &m->head);
		if (m->switch_index != SWITCH_NONE)
			item = sflow_next(&reader, &flow, &counters);
	}
	while (item > 0) {
		if (item == SFLOW_FLOW)
			take_flow(m, &flow);
		item = sflow_next(&reader, &flow, &counters);
	}
	end_datagram(m);
}

void relay_members_leave_out(struct relay_members *m)
{
	end_datagram(m);
}

void relay_members_send(struct relay_members *m, int64_t time_us)
{
	m->time_us = time_us;
	for (uint32_t i = 0; i < m->count; i++)
		send_waiting(m->followers[i], time_us);
}
