/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/metrics.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "store/cumulative_file.h"
#include "web/accept.h"
#include "web/metrics_parts.h"

/* In the order of enum exposition_form. */
static const struct accept_form forms[] = {
	[EXPOSITION_PROMETHEUS] = { "text/plain", "0.0.4" },
	[EXPOSITION_OPEN_METRICS] = { "application/openmetrics-text", "1.0.0" },
};

static const char *const types[] = {
	[EXPOSITION_PROMETHEUS] = "text/plain; version=0.0.4; charset=utf-8",
	[EXPOSITION_OPEN_METRICS] =
	    "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/* What was left out, so that it is never silent. */
static void add_left_out(struct metrics *m)
{
	static const struct exposition_family family = {
		"lanterne_metrics_left_out", EXPOSITION_GAUGE, NULL,
		"Samples that are not in this answer: beyond its bound, or "
		"there already; and families that cannot be."
	};
	const struct {
		const char *why;
		uint64_t count;
	} all[] = {
		{ "beyond", m->e.beyond },
		{ "doubled", m->e.doubled },
		{ "refused", m->e.families_refused },
	};

	m->e.max += sizeof(all) / sizeof(all[0]);
	exposition_begin(&m->e, &family);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct exposition_label label = { "why", all[i].why };

		exposition_add_u64(&m->e,
				   (struct exposition_labels){ &label, 1 },
				   all[i].count, (double)NAN);
	}
}

/* Without its file the rest is there all the same. */
static void load_counters(struct metrics *m)
{
	static const struct exposition_family family = {
		"lanterne_counters_up", EXPOSITION_GAUGE, NULL,
		"Whether the collector's counters can be read."
	};
	int rc = cumulative_load(&m->counters, m->call->config->state_dir);

	exposition_one(&m->e, &family, rc == 0, (double)NAN);
}

static int add_all(struct metrics *m)
{
	int rc = ports_list(&m->ports, &m->port_count, m->call);

	if (rc < 0)
		return rc;
	load_counters(m);
	metrics_add_collector(m);
	metrics_add_self(m);
	metrics_add_sources(m);
	metrics_add_traffic(m);
	metrics_add_ports(m);
	return 0;
}

void page_metrics(const struct call *call, struct response *r)
{
	size_t form = accept_choose(call->accept, forms,
				    sizeof(forms) / sizeof(forms[0]));
	struct metrics_pairs pairs;
	struct metrics m = { .call = call };
	int rc;

	r->is_public = false; /* for some alone */
	if (!metrics_read_pairs(call, &pairs)) {
		page_refuse(
		    call, r, 400,
		    TR("pairs has to be all or the AS number of a member."));
		return;
	}
	cumulative_init(&m.counters, CUMULATIVE_MAX);
	rc = exposition_init(&m.e, &r->body, (enum exposition_form)form,
			     METRICS_SAMPLES_MAX);
	if (rc == 0 && pairs.is_asked)
		rc = metrics_add_pairs(&m, &pairs);
	else if (rc == 0)
		rc = add_all(&m);
	if (rc == 0) {
		add_left_out(&m);
		exposition_end(&m.e);
		r->content_type = types[form];
		r->max_age_s = -1;
		r->varies_by_form = true;
	}
	exposition_fini(&m.e);
	cumulative_fini(&m.counters);
	free(m.ports);
	if (rc < 0) {
		text_clear(&r->body);
		page_refuse(call, r, 503,
			    rc == -EBUSY
				? TR("Pairs are being counted for somebody "
				     "else: ask again.")
				: TR("Out of memory."));
	}
}
