/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * web_bench DIR [NAME] — what it takes to work out answers from the files of an
 * exchange (as make-exchange writes them): CPU milliseconds of each, best,
 * median and worst of many, none of which asks for what another one has asked
 * for; of all, or those whose names begin with NAME.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/zone.h"
#include "web/representation.h"
#include "web/route.h"

enum { ROUNDS = 200, DAY_S = 86400, ROW_S = 300, TARGET_SIZE = 160 };

static const struct {
	const char *name;
	const char *format; /* of a target, with a from and a to */
} kinds[] = {
#define WHEN "from=%" PRId64 "&to=%" PRId64
	{ "SVG, member, counters", "/graph/member.svg?asn=64500&" WHEN },
	{ "SVG, member, samples", "/graph/member.svg?asn=64502&" WHEN },
	{ "SVG, port", "/graph/port.svg?switch=sw1&ifindex=436207616&" WHEN },
	{ "SVG, exchange", "/graph/exchange.svg?" WHEN },
	{ "JSON, member, counters", "/graph/member.json?asn=64500&" WHEN },
	{ "JSON, member, samples", "/graph/member.json?asn=64502&" WHEN },
	{ "JSON, exchange", "/graph/exchange.json?" WHEN },
	{ "CSV, member, samples", "/graph/member.csv?asn=64502&" WHEN },
	{ "page, member", "/members/AS64500?" WHEN },
};

static double cpu_ms(void)
{
	struct timespec spent;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
	return (double)spent.tv_sec * 1e3 + (double)spent.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* One answer; its size, or 0 if it was refused. */
static size_t answer(struct site *site, const char *target)
{
	struct response r;
	size_t len;

	response_init(&r);
	route_answer(site,
		     &(struct route_request){ .method = "GET",
					      .target = target,
					      .host = "localhost" },
		     &r);
	len = r.status == 200 ? r.body.len : 0;
	response_fini(&r);
	return len;
}

/* @return false if an answer was refused */
static bool measure(struct site *site, size_t kind, int64_t to_s)
{
	double spent[ROUNDS];
	char target[TARGET_SIZE];
	size_t len = 0;

	for (int i = 0; i < ROUNDS; i++) {
		int64_t end_s = to_s - (int64_t)(i + 1) * ROW_S;
		double before;

/* The formats are of the table above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(target, sizeof(target), kinds[kind].format,
			       end_s - DAY_S, end_s);
#pragma GCC diagnostic pop
		before = cpu_ms();
		len = answer(site, target);
		spent[i] = cpu_ms() - before;
		if (len == 0) {
			(void)fprintf(stderr, "web_bench: refused: %s\n",
				      target);
			return false;
		}
	}
	qsort(spent, ROUNDS, sizeof(*spent), by_size);
	(void)printf("%-24s %7.3f / %.3f / %.3f ms  %zu bytes\n",
		     kinds[kind].name, spent[0], spent[ROUNDS / 2],
		     spent[ROUNDS - 1], len);
	return true;
}

static int run(struct generation *generation, const char *wanted)
{
	struct site *site;
	bool ok = true;

	if (zone_use(generation->config->timezone) < 0 ||
	    site_new(&site, generation, NULL) < 0)
		return EXIT_FAILURE;
	for (size_t i = 0; ok && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strncmp(kinds[i].name, wanted, strlen(wanted)) == 0)
			ok = measure(site, i,
				     (int64_t)time(NULL) / ROW_S * ROW_S);
	}
	site_free(site);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct registry_request request = { .at_s = (int64_t)time(NULL) };
	struct generation *generation = NULL;
	struct diagnostics diagnostics;
	struct text path;
	int code = EXIT_FAILURE;

	if (argc != 2 && argc != 3) {
		(void)fputs("usage: web_bench DIR [NAME]\n", stderr);
		return EXIT_FAILURE;
	}
	text_init(&path);
	text_addf(&path, "%s/lanterne.yaml", argv[1]);
	request.path = text_str(&path);
	diagnostics_init(&diagnostics);
	if (generation_load(&generation, &request, &diagnostics) < 0)
		(void)fputs(text_str(&diagnostics.text), stderr);
	else
		code = run(generation, argc == 3 ? argv[2] : "");
	generation_unref(generation);
	diagnostics_fini(&diagnostics);
	text_fini(&path);
	return code;
}
