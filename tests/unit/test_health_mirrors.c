/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What /health says of mirrors. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "util/text.h"
#include "web/health.h"
#include "web/status.h"

static struct status *status;
static struct text page;

static void setup(void)
{
	text_init(&page);
}

static void teardown(void)
{
	status_free(status);
	status = NULL;
	text_fini(&page);
}

/* The section for sources and ports as the status file has them. */
static void show(const char *sources, const char *ports)
{
	struct call call = { .site = NULL };
	struct text file;

	text_init(&file);
	text_addf(&file, "{\"version\":1,\"sources\":[%s],\"ports\":[%s]}",
		  sources, ports);
	ck_assert_int_eq(status_parse(&status, text_str(&file), file.len), 0);
	text_fini(&file);
	call.status = status;
	health_add_mirrors(&call, &page);
}

#define SFLOW "{\"kind\":\"sflow\",\"listen\":\"[::]:6343\",\"socket_drops\":0}"

/* A mirror that is as it should be, but for what follows. */
#define MIRROR(rest)                                                           \
	"{\"kind\":\"mirror\",\"interface\":\"eth1\",\"switch\":\"sw2\","      \
	"\"mtu\":1500,\"frames\":1234567," rest "}"
#define GOOD                                                                   \
	"\"state\":\"up\",\"ring_drops\":0,\"offload\":false,\"merged\":0,"    \
	"\"duplicates\":\"count\",\"doubled\":0.001"

START_TEST(without_mirrors_there_is_nothing)
{
	show(SFLOW, "");
	ck_assert_uint_eq(page.len, 0);
	ck_assert_uint_eq(health_doubled(status), 0);
	ck_assert_uint_eq(health_uncovered(status), 0);
}
END_TEST

START_TEST(a_good_mirror_is_listed_without_advice)
{
	show(SFLOW "," MIRROR(GOOD), "");
	ck_assert_ptr_nonnull(strstr(text_str(&page), "<td>eth1</td>"));
	ck_assert_ptr_nonnull(strstr(text_str(&page), "<td>sw2</td>"));
	ck_assert_ptr_nonnull(strstr(text_str(&page), "<td>up</td>"));
	ck_assert_ptr_null(strstr(text_str(&page), "class=\"flag"));
	ck_assert_ptr_null(strstr(text_str(&page), "6343"));
	ck_assert_uint_eq(health_doubled(status), 0);
}
END_TEST

static const struct {
	const char *source;
	const char *words;  /* in the page */
	const char *absent; /* not in it; NULL */
	size_t doubled;
} advice[] = {
	{ MIRROR("\"state\":\"up\",\"duplicates\":\"count\",\"doubled\":0.48"),
	  "eth1: 48.0 % of the frames are second copies, and counted", NULL,
	  1 },
	{ MIRROR("\"state\":\"up\",\"duplicates\":\"drop\",\"doubled\":0.48"),
	  "(left out)", "class=\"flag", 0 },
	{ MIRROR("\"state\":\"up\",\"lengths\":\"wire\",\"cut\":0.5"),
	  "eth1: 50.0 % of the frames are shorter than their IP headers say",
	  NULL, 0 },
	{ MIRROR("\"state\":\"up\",\"lengths\":\"headers\",\"cut\":0.5"),
	  "<td>up</td>", "class=\"flag", 0 },
	{ MIRROR("\"state\":\"up\",\"merged\":3"),
	  "ethtool -K eth1 gro off lro off", NULL, 0 },
	{ MIRROR("\"state\":\"up\",\"offload\":true"),
	  "ethtool -K eth1 gro off lro off", NULL, 0 },
	{ MIRROR("\"state\":\"up\",\"ring_drops\":7"), "A larger buffer helps",
	  NULL, 0 },
	{ MIRROR("\"state\":\"down\""),
	  "<td><span class=\"flag bad\">down</span></td>", "ethtool", 0 },
	{ MIRROR("\"state\":\"down\",\"problem\":\"no memory\""),
	  "eth1 is not read: no memory.", NULL, 0 },
	{ "{\"kind\":\"mirror\",\"interface\":\"\",\"state\":\"capture\","
	  "\"merged\":2}",
	  "The machine that captured the frames", "ethtool", 0 },
	{ "{\"kind\":\"erspan\",\"listen\":\"192.0.2.10\",\"switch\":\"sw1\","
	  "\"socket_drops\":0,\"doubled\":null,\"duplicates\":\"count\"}",
	  "<td>192.0.2.10</td>", "class=\"flag", 0 },
};

START_TEST(what_is_wrong_comes_with_what_to_change)
{
	show(advice[_i].source, "");
	ck_assert_msg(strstr(text_str(&page), advice[_i].words) != NULL, "%s",
		      text_str(&page));
	if (advice[_i].absent)
		ck_assert_msg(!strstr(text_str(&page), advice[_i].absent), "%s",
			      text_str(&page));
	ck_assert_uint_eq(health_doubled(status), advice[_i].doubled);
}
END_TEST

#define PORT(name, in, out)                                                    \
	"{\"switch\":\"sw2\",\"ifindex\":1,\"name\":\"" name "\","             \
	"\"in_calibration\":" in ",\"out_calibration\":" out "}"

START_TEST(coverage_is_told_per_port_and_direction)
{
	show(MIRROR(GOOD),
	     PORT("Ethernet1/3",
		  "{\"at\":60,\"ratio\":0.972,\"ci95\":0,\"exact\":true,"
		  "\"drift\":\"low\"}",
		  "{\"at\":60,\"ratio\":1.001,\"ci95\":0,\"exact\":true,"
		  "\"drift\":\"none\"}") "," PORT("Ethernet1/4",
						  "{\"ratio\":0.9,\"ci95\":"
						  "0.05,\"exact\":false,"
						  "\"drift\":\"low\"}",
						  "null"));
	ck_assert_ptr_nonnull(strstr(text_str(&page), "sw2 Ethernet1/3"));
	ck_assert_ptr_nonnull(strstr(text_str(&page),
				     "97.2 % <span class=\"flag bad\">"
				     "not all of it"));
	ck_assert_ptr_nonnull(strstr(text_str(&page), "100.1 %</td>"));
	/* What is sampled is told of with the samples. */
	ck_assert_ptr_null(strstr(text_str(&page), "Ethernet1/4"));
	ck_assert_uint_eq(health_uncovered(status), 1);
	ck_assert_uint_eq(health_drifts(status), 1);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ without_mirrors_there_is_nothing, 0 },
		{ a_good_mirror_is_listed_without_advice, 0 },
		{ what_is_wrong_comes_with_what_to_change, COUNT_OF(advice) },
		{ coverage_is_told_per_port_and_direction, 0 },
	};

	return unit_run_with("health_mirrors", setup, teardown, tests,
			     COUNT_OF(tests));
}
