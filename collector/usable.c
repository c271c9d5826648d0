/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/usable.h"

#include "collector/aggregate.h"
#include "collector/interface_source.h"
#include "collector/port_table.h"
#include "util/err.h"

enum {
	/* Cells number ports, those that are learned, and switches. */
	PORTS_MAX =
	    AGGREGATE_SOURCES_MAX - PORT_LEARNED_MAX - AGGREGATE_SWITCHES_MAX,
};

/* Cells number switches, interfaces and ports in so many bits. */
static int check_size(const struct generation *g, const char *path,
		      struct diagnostics *d)
{
	const struct place file = { .path = path };

	if (g->config->switch_count >= AGGREGATE_SWITCHES_MAX) {
		diagnostics_error(
		    d, file, "found %zu switches, expected at most %d",
		    g->config->switch_count, AGGREGATE_SWITCHES_MAX - 1);
		return ERR_CONFIG;
	}
	if (g->registry->interface_count >= AGGREGATE_INTERFACES_MAX) {
		diagnostics_error(
		    d, file, "found %u VLAN interfaces, expected at most %d",
		    g->registry->interface_count, AGGREGATE_INTERFACES_MAX - 1);
		return ERR_CONFIG;
	}
	if (g->registry->port_count >= PORTS_MAX) {
		diagnostics_error(d, file,
				  "found %u ports, expected at most %d",
				  g->registry->port_count, PORTS_MAX - 1);
		return ERR_CONFIG;
	}
	return 0;
}

/* What libpcap says of the filters: a mirror port is opened only live, and a
 * wrong one is better known before. */
static int check_filters(const struct config *config, struct diagnostics *d)
{
	unsigned errors_before = d->errors;
	struct text problem;

	text_init(&problem);
	for (size_t i = 0; i < config->source_count; i++) {
		const struct config_source *s = &config->sources[i];

		text_clear(&problem);
		if (s->filter && interface_filter_check(
				     s->filter, s->snap_bytes, &problem) < 0)
			diagnostics_error(d, s->place, "mirror port %s: %s",
					  s->interface, text_str(&problem));
	}
	text_fini(&problem);
	return d->errors > errors_before ? ERR_CONFIG : 0;
}

int usable_load(struct generation **out, const struct registry_request *request,
		struct diagnostics *d)
{
	struct generation *g;
	int rc = generation_load(&g, request, d);

	if (rc < 0)
		return rc;
	rc = check_size(g, request->path, d);
	if (rc == 0)
		rc = check_filters(g->config, d);
	if (rc < 0) {
		generation_unref(g);
		return rc;
	}
	*out = g;
	return 0;
}
