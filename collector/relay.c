/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/relay.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "collector/relay_members.h"
#include "util/log.h"

enum { NOT_KEPT = -1 };

struct relay {
	struct relay_target targets[CONFIG_RELAYS_MAX];
	int kept[CONFIG_RELAYS_MAX]; /* where it was before, or NOT_KEPT */
	size_t count;
	struct relay_members *members; /* NULL: nobody gets a member's alone */
	struct ipaddr believed;	       /* the last sender; version 0: none */
	/* what was noted */
	struct datagram batch[DATAGRAM_BATCH];
	bool doubled[DATAGRAM_BATCH];
	struct iovec parts[DATAGRAM_BATCH];
	struct mmsghdr messages[DATAGRAM_BATCH];
	unsigned noted;
};

static int find_target(const struct relay *r, const struct config_relay *config)
{
	for (size_t i = 0; r && i < r->count; i++) {
		if (relay_target_is(&r->targets[i], config))
			return (int)i;
	}
	return NOT_KEPT;
}

static int add_target(struct relay *r, const struct config *config,
		      const struct relay *old, struct text *problem)
{
	const struct config_relay *wanted = &config->relays[r->count];
	struct relay_target *t = &r->targets[r->count];
	int kept = find_target(old, wanted);
	int rc = 0;

	*t = (struct relay_target){ .to = wanted->to,
				    .asn = wanted->asn,
				    .fd = -1 };
	r->kept[r->count++] = kept;
	if (kept == NOT_KEPT && t->asn) {
		t->streams = relay_streams_new();
		rc = t->streams ? 0 : -ENOMEM;
	}
	if (kept == NOT_KEPT && rc == 0)
		rc = relay_target_open(t, config, problem);
	return rc == 0 && t->asn ? relay_members_add(r->members, t) : rc;
}

static bool any_member(const struct config *config)
{
	for (size_t i = 0; i < config->relay_count; i++) {
		if (config->relays[i].asn)
			return true;
	}
	return false;
}

int relay_new(struct relay **out, const struct registry *registry,
	      const struct relay *old, struct text *problem)
{
	const struct config *config = registry->config;
	struct relay *r = calloc(1, sizeof(*r));
	int rc = r ? 0 : -ENOMEM;

	if (rc == 0 && any_member(config))
		rc = relay_members_new(&r->members, registry);
	for (size_t i = 0; rc == 0 && i < config->relay_count; i++)
		rc = add_target(r, config, old, problem);
	if (rc < 0) {
		relay_free(r);
		return rc;
	}
	for (size_t i = 0; i < DATAGRAM_BATCH; i++)
		r->messages[i].msg_hdr =
		    (struct msghdr){ .msg_iov = &r->parts[i], .msg_iovlen = 1 };
	*out = r;
	return 0;
}

static void say_new(const struct relay_target *t)
{
	char addr[IPADDR_TEXT_SIZE];

	(void)ipaddr_format(&t->to.addr, addr);
	if (t->asn)
		log_notice("relay: sending to %s port %u what is of AS%u", addr,
			   t->to.port, t->asn);
	else
		log_notice("relay: sending to %s port %u", addr, t->to.port);
}

void relay_take_over(struct relay *r, struct relay *old)
{
	for (size_t i = 0; i < r->count; i++) {
		struct relay_target *from;

		if (!old || r->kept[i] == NOT_KEPT) {
			say_new(&r->targets[i]);
			continue;
		}
		from = &old->targets[r->kept[i]];
		r->targets[i] = *from;
		r->kept[i] = NOT_KEPT;
		from->fd = -1;
		from->streams = NULL;
	}
	relay_free(old);
}

void relay_free(struct relay *r)
{
	if (!r)
		return;
	relay_members_free(r->members);
	for (size_t i = 0; i < r->count; i++) {
		relay_target_close(&r->targets[i]);
		free(r->targets[i].streams);
	}
	free(r);
}

/* Most datagrams are from who sent the one before. */
static bool believes(struct relay *r, const struct agents *agents,
		     const struct ipaddr *source)
{
	if (ipaddr_equal(&r->believed, source))
		return true;
	if (!agents_know_source(agents, source))
		return false;
	r->believed = *source;
	return true;
}

void relay_add(struct relay *r, const struct agents *agents,
	       const struct datagram *datagram, bool doubled)
{
	if (r->count == 0 || !believes(r, agents, &datagram->source))
		return;
	assert(r->noted < DATAGRAM_BATCH);
	r->batch[r->noted] = *datagram;
	r->doubled[r->noted] = doubled;
	/* sendmsg(2) writes nothing there, whatever its type says. */
	r->parts[r->noted].iov_base = (void *)(uintptr_t)datagram->bytes;
	r->parts[r->noted].iov_len = datagram->len;
	r->noted++;
}

static void send_members(struct relay *r, struct agents *agents,
			 int64_t time_us)
{
	for (unsigned i = 0; i < r->noted; i++) {
		const struct datagram *d = &r->batch[i];

		if (r->doubled[i])
			relay_members_leave_out(r->members);
		else
			relay_members_datagram(r->members, agents, &d->source,
					       d->bytes, d->len);
	}
	relay_members_send(r->members, time_us);
}

void relay_send(struct relay *r, struct agents *agents, int64_t time_us)
{
	if (r->noted == 0)
		return;
	for (size_t i = 0; i < r->count; i++) {
		struct relay_target *t = &r->targets[i];

		if (t->asn)
			continue;
		t->counters.received += r->noted;
		relay_target_send(t, r->messages, r->noted, time_us);
	}
	if (r->members)
		send_members(r, agents, time_us);
	r->noted = 0;
}

void relay_tick(struct relay *r, int64_t time_us)
{
	for (size_t i = 0; i < r->count; i++)
		relay_target_tick(&r->targets[i], time_us);
}

size_t relay_count(const struct relay *r)
{
	return r->count;
}

const struct relay_target *relay_target_at(const struct relay *r, size_t i)
{
	return &r->targets[i];
}
