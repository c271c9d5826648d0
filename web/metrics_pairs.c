/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/metrics_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "web/pair_counters.h"

enum { NUMBER_SIZE = 12 };

static const struct exposition_family bytes_family = {
	"lanterne_pair_bytes", EXPOSITION_COUNTER, "bytes",
	"Estimated layer 2 bytes from one member to another, of closed steps "
	"since this program was first asked for pairs."
};

static const struct exposition_family left_out_family = {
	"lanterne_pair_counters_left_out", EXPOSITION_COUNTER, NULL,
	"Steps of pairs for which there was no room."
};

static const struct exposition_family up_family = {
	"lanterne_pair_counters_up", EXPOSITION_GAUGE, NULL,
	"Whether the journal can be read."
};

static const struct exposition_family end_family = {
	"lanterne_pair_step_end_timestamp_seconds", EXPOSITION_GAUGE, "seconds",
	"The end of the last step of pairs that is counted."
};

bool metrics_read_pairs(const struct call *call, struct metrics_pairs *out)
{
	const char *text = request_parameter(call->request, "pairs");

	*out = (struct metrics_pairs){ .is_asked = text != NULL };
	return !text || strcmp(text, "all") == 0 ||
	       (request_asn(text, &out->asn) == 0 && out->asn != 0);
}

/* What is asked, and where it goes. */
struct asking {
	struct metrics *metrics;
	const struct metrics_pairs *pairs;
};

/* Each direction and family once it has traffic: most have none. */
static void add_pair(struct metrics *m, const struct cumulative_item *item)
{
	static const char *const families[] = { "ipv4", "ipv6" };
	const struct series *s = &item->series;
	char asns[2][NUMBER_SIZE];
	char vlan[NUMBER_SIZE];

	(void)snprintf(asns[0], NUMBER_SIZE, "%" PRIu32, s->asn);
	(void)snprintf(asns[1], NUMBER_SIZE, "%" PRIu32, s->other_asn);
	(void)snprintf(vlan, NUMBER_SIZE, "%u", s->vlan);
	for (size_t i = 0; i < PAIR_COUNT; i++) {
		size_t way = i / 2;
		const struct exposition_label labels[] = {
			{ "from", asns[way] },
			{ "to", asns[!way] },
			{ "vlan", vlan },
			{ "family", families[i % 2] },
		};

		/* Of a member with itself both ways are one label set. */
		if (item->values[i] == 0 ||
		    (way == 1 && s->asn == s->other_asn))
			continue;
		exposition_add_u64(&m->e,
				   (struct exposition_labels){ labels, 4 },
				   item->values[i], (double)item->since_s);
	}
}

static void add_all(void *context, const struct cumulative *c)
{
	const struct asking *asking = context;
	struct metrics *m = asking->metrics;
	uint32_t asn = asking->pairs->asn;

	exposition_begin(&m->e, &bytes_family);
	for (size_t i = 0; i < c->count; i++) {
		const struct series *s = &c->items[i].series;

		if (asn == 0 || s->asn == asn || s->other_asn == asn)
			add_pair(m, &c->items[i]);
	}
	exposition_one(&m->e, &left_out_family, (double)c->left_out,
		       (double)NAN);
	exposition_one(&m->e, &end_family,
		       c->end_s > 0 ? (double)c->end_s : (double)NAN,
		       (double)NAN);
}

int metrics_add_pairs(struct metrics *m, const struct metrics_pairs *pairs)
{
	const struct call *call = m->call;
	struct asking asking = { m, pairs };
	int rc = pair_counters_look(site_pair_counters(call->site),
				    call->config->state_dir, add_all, &asking);

	if (rc == -EBUSY)
		return rc;
	exposition_one(&m->e, &up_family, rc == 0, (double)NAN);
	return 0;
}
