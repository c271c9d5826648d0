/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Graphs as PNG, from the request to the image. The program is also the
 * process that draws. */

#include "web/png.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "support/made_exchange.h"
#include "support/made_site.h"
#include "support/unit.h"
#include "web/graph_png.h"
#include "web/plot_columns.h"
#include "web/render_helper.h"
#include "web/render_pool.h"
#include "web/subject.h"

enum { HOURS = 26, PATIENCE_S = 30, QUEUE = 4 };

struct drawn_site {
	struct made_site made;
	struct render_pool *pool;
};

static void open_site(struct drawn_site *s)
{
	struct render_pool_options options = render_pool_defaults;

	options.queue_max = QUEUE;
	made_site_open(&s->made, made_site_directory());
	ck_assert_int_eq(render_pool_new(&s->pool, &options), 0);
	ck_assert_int_eq(render_pool_start(s->pool), 0);
	site_set_render_pool(s->made.site, s->pool);
}

static void close_site(struct drawn_site *s)
{
	render_pool_free(s->pool);
	made_site_close(&s->made);
}

static uint32_t big_endian(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

static void check_image(const struct response *r, uint32_t width,
			uint32_t height)
{
	ck_assert_uint_eq(r->status, 200);
	ck_assert_str_eq(r->content_type, "image/png");
	ck_assert_int_ge(r->max_age_s, 1);
	ck_assert_uint_gt(r->body.len, 1000);
	ck_assert_mem_eq(r->body.data, "\x89PNG\r\n\x1a\n", 8);
	ck_assert_uint_eq(big_endian(r->body.data + 16), width);
	ck_assert_uint_eq(big_endian(r->body.data + 20), height);
}

/* Every kind that has an SVG. */
static const char *const targets[] = {
	"/graph/exchange.png",
	"/graph/member.png?asn=64500&range=week",
	"/graph/member.png?asn=64506&range=year",
	"/graph/interface.png?asn=64504&vlan=100&range=month",
	"/graph/pair.png?a=64500&b=64501&vlan=100",
	"/graph/port.png?switch=sw1&ifindex=436207616&range=hour",
	"/graph/infrastructure.png?id=1",
	"/graph/location.png?name=Caf%C3%A9%20Bay",
	"/graph/switch.png?name=sw1",
	"/graph/vlan.png?vlan=100&lang=fr",
	"/graph/member.png?asn=64500&from=1700000000&to=1700040000",
};

START_TEST(every_graph_can_be_had_as_png)
{
	struct drawn_site s;
	struct response r;

	open_site(&s);
	r = made_site_get(&s.made, targets[_i]);
	ck_assert_ptr_nonnull(r.wait);
	made_site_await(&r);
	check_image(&r, PNG_WIDTH, PNG_HEIGHT);
	response_fini(&r);
	close_site(&s);
}
END_TEST

static const struct {
	const char *query;
	uint32_t width;
	uint32_t height;
} sizes[] = {
	{ "width=1000&height=500", 1000, 500 },
	{ "width=1&height=0", RENDER_WIDTH_MIN, RENDER_HEIGHT_MIN },
	{ "width=4000000000&height=99999", RENDER_WIDTH_MAX,
	  RENDER_HEIGHT_MAX },
	{ "width=-5&height=x", PNG_WIDTH, PNG_HEIGHT },
};

START_TEST(an_image_is_as_large_as_asked_for_within_bounds)
{
	struct drawn_site s;
	struct response r;
	char target[64];

	open_site(&s);
	(void)snprintf(target, sizeof(target), "/graph/exchange.png?%s",
		       sizes[_i].query);
	r = made_site_get(&s.made, target);
	made_site_await(&r);
	check_image(&r, sizes[_i].width, sizes[_i].height);
	response_fini(&r);
	close_site(&s);
}
END_TEST

START_TEST(an_image_is_drawn_once)
{
	struct drawn_site s;
	struct response first;
	struct response again;
	struct response other;

	open_site(&s);
	first = made_site_get(&s.made, targets[1]);
	made_site_await(&first);
	again = made_site_get(&s.made, targets[1]);
	ck_assert_ptr_null(again.wait);
	check_image(&again, PNG_WIDTH, PNG_HEIGHT);
	ck_assert_uint_eq(again.body.len, first.body.len);
	ck_assert_mem_eq(again.body.data, first.body.data, first.body.len);
	ck_assert_int_eq(again.max_age_s, first.max_age_s);
	ck_assert(!again.is_public);
	other = made_site_get(&s.made, targets[2]);
	ck_assert_ptr_nonnull(other.wait);
	ck_assert_uint_eq(render_pool_counters(s.pool).drawn, 1);
	response_fini(&first);
	response_fini(&again);
	response_fini(&other);
	close_site(&s);
}
END_TEST

START_TEST(more_than_the_queue_holds_are_told_to_come_again)
{
	struct drawn_site s;
	struct response held[QUEUE];
	struct response more;
	char target[64];

	open_site(&s);
	for (int i = 0; i < QUEUE; i++) {
		(void)snprintf(target, sizeof(target),
			       "/graph/exchange.png?width=%d", 500 + i);
		held[i] = made_site_get(&s.made, target);
		ck_assert_ptr_nonnull(held[i].wait);
	}
	more = made_site_get(&s.made, "/graph/exchange.png?width=600");
	ck_assert_uint_eq(more.status, 503);
	ck_assert_int_gt(more.retry_after_s, 0);
	ck_assert_int_lt(more.max_age_s, 0);
	response_fini(&more);
	for (int i = 0; i < QUEUE; i++)
		response_fini(&held[i]);
	more = made_site_get(&s.made, "/graph/exchange.png?width=600");
	made_site_await(&more);
	check_image(&more, 600, PNG_HEIGHT);
	response_fini(&more);
	close_site(&s);
}
END_TEST

START_TEST(a_pool_that_stops_leaves_nobody_waiting)
{
	struct drawn_site s;
	struct response r;

	open_site(&s);
	r = made_site_get(&s.made, "/graph/exchange.png");
	render_pool_stop(s.pool);
	made_site_await(&r);
	ck_assert_uint_eq(r.status, 503);
	ck_assert_int_gt(r.retry_after_s, 0);
	response_fini(&r);
	close_site(&s);
}
END_TEST

START_TEST(what_is_not_there_is_not_drawn)
{
	static const char *const missing[] = {
		"/graph/nothing.png",
		"/graph/member.png?asn=64999",
		"/graph/member.png.png?asn=64500",
		"/graph/scaled.png?asn=64500",
	};
	struct drawn_site s;

	open_site(&s);
	for (size_t i = 0; i < COUNT_OF(missing); i++) {
		struct response r = made_site_get(&s.made, missing[i]);

		ck_assert_ptr_null(r.wait);
		ck_assert_uint_eq(r.status, 404);
		response_fini(&r);
	}
	close_site(&s);
}
END_TEST

/* A call as the router makes it, of the site's own. */
static struct call make_call(const struct drawn_site *s)
{
	return (struct call){
		.site = s->made.site,
		.registry = s->made.generation->registry,
		.config = s->made.generation->config,
		.status = site_take_status(s->made.site),
		.wall_s = site_time(s->made.site),
		.now_s = (int64_t)site_time(s->made.site),
	};
}

START_TEST(what_is_drawn_is_what_the_page_says)
{
	struct render_job *job = calloc(1, sizeof(*job));
	struct drawn_site s;
	struct subject subject;
	struct period period;
	struct columns columns;
	struct call call;
	struct view view;
	uint32_t line;

	open_site(&s);
	call = make_call(&s);
	period = period_of(RANGE_WEEK, call.now_s);
	subject_of_member(&subject, NULL,
			  registry_member(call.registry, 64500));
	ck_assert_int_eq(view_load(&view, &call, &subject, &period), 0);
	ck_assert_int_eq(graph_fill_png(job, &call, &subject, &view), 0);
	ck_assert(view.is_exact); /* of counters: no file has these rows */

	/* 80 MB/s by the samples, 1.02 times that by the counters. */
	ck_assert_uint_eq(job->rule_count, 1);
	ck_assert_double_eq(job->rules[0].level,
			    view.p95[WAY_FROM][BAND_TOTAL] * 8);
	ck_assert_double_eq_tol(
	    job->rules[0].level,
	    (made_exchange_rate(64500, 0) + made_exchange_rate(64500, 1)) *
		MADE_OVERHEAD * 8,
	    1e3);
	ck_assert_int_eq(columns_of(&columns, &view.traffic, false), 0);
	ck_assert_uint_eq(job->rows, columns.count);
	ck_assert_int_eq(job->from_s, view.traffic.from_s);
	ck_assert_uint_eq(job->row_s,
			  view.traffic.row_s * columns.rows_per_column);
	line = job->curve_count - 1;
	ck_assert_str_eq(job->curves[line].legend,
			 "exchange \xe2\x86\x92 AS64500");
	for (uint32_t i = 0; i < job->rows; i++) {
		double value = columns.mean[WAY_TO][i] * 8;

		ck_assert(isnan(value) ? isnan(job->curves[line].values[i])
				       : job->curves[line].values[i] == value);
	}
	ck_assert_ptr_nonnull(strstr(job->notes[0], "95th 653 Mbit/s"));
	columns_fini(&columns);
	view_fini(&view);
	subject_fini(&subject);
	site_release_status(s.made.site, call.status);
	free(job);
	close_site(&s);
}
END_TEST

static const struct {
	const char *from;
	size_t repeated;
	size_t len;
} long_texts[] = {
	{ "x", 10, 10 },
	{ "x", RENDER_TEXT_SIZE - 1, RENDER_TEXT_SIZE - 1 },
	{ "x", RENDER_TEXT_SIZE, RENDER_TEXT_SIZE - 1 },
	{ "\xc3\xa9", RENDER_TEXT_SIZE, (RENDER_TEXT_SIZE - 1) / 2 * 2 },
};

START_TEST(a_text_is_cut_between_characters)
{
	char to[RENDER_TEXT_SIZE];
	struct text from;

	text_init(&from);
	for (size_t i = 0; i < long_texts[_i].repeated; i++)
		text_add(&from, long_texts[_i].from);
	png_put(to, &from);
	ck_assert_uint_eq(strlen(to), long_texts[_i].len);
	text_fini(&from);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ every_graph_can_be_had_as_png, COUNT_OF(targets) },
		{ an_image_is_as_large_as_asked_for_within_bounds,
		  COUNT_OF(sizes) },
		{ an_image_is_drawn_once, 0 },
		{ more_than_the_queue_holds_are_told_to_come_again, 0 },
		{ a_pool_that_stops_leaves_nobody_waiting, 0 },
		{ what_is_not_there_is_not_drawn, 0 },
		{ what_is_drawn_is_what_the_page_says, 0 },
		{ a_text_is_cut_between_characters, COUNT_OF(long_texts) },
	};

	return unit_run("png", tests, COUNT_OF(tests));
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], RENDER_HELPER_OPTION) == 0)
		return render_helper_run(STDIN_FILENO, render_png);
	return made_site_run(HOURS, MADE_FLAT, run);
}
