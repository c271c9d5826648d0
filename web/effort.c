/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/effort.h"

#include <stdbool.h>
#include <string.h>

#include "web/request.h"

/* Paths that read no rows. What tells whether the program lives has to be
 * answered while it is busy. */
static const char *const light[][REQUEST_SEGMENTS_MAX] = {
	{ "livez", NULL },
	{ "readyz", NULL },
	{ "style.css", NULL },
	{ "app.js", NULL },
	{ "uplot.js", NULL },
	{ "uplot.css", NULL },
	{ "licenses.txt", NULL },
	{ "favicon.svg", NULL },
	{ "favicon.ico", NULL },
	{ "api", "v1", "openapi.json", NULL },
	{ "api", "v1", "version", NULL },
	{ "api", "v1", "health", NULL },
	{ "api", "v1", "vlans", NULL },
	{ "api", "v1", "infrastructures", NULL },
	{ "api", "v1", "locations", NULL },
};

/* Parameters that take moments, of which there are always new ones. */
static const char *const moments[] = { "from", "to", "date" };

static bool is_light(const struct request *request)
{
	for (size_t i = 0; i < sizeof(light) / sizeof(light[0]); i++) {
		size_t n = 0;

		while (n < request->segment_count && light[i][n] &&
		       strcmp(request->segments[n], light[i][n]) == 0)
			n++;
		if (n == request->segment_count && !light[i][n])
			return true;
	}
	return false;
}

enum effort effort_of(const char *target)
{
	struct request request = { .segment_count = 0 };

	/* What cannot be read is refused. */
	if (request_parse(&request, target) < 0 || is_light(&request))
		return EFFORT_NONE;
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		if (request_parameter(&request, moments[i]))
			return EFFORT_DEAR;
	}
	return EFFORT_SOME;
}
