/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The operators' pages of links, switches and the LAN. */
#include "support/unit.h"

#include <math.h>
#include <string.h>

#include "store/rrd_read.h"
#include "store/rrd_write.h"
#include "support/made_exchange.h"
#include "support/made_site.h"
#include "support/markup.h"
#include "support/tempdir.h"
#include "util/file.h"
#include "web/lag_balance.h"

enum { HOURS = 26 };

static char *dir;
static struct made_site made;

static void setup(void)
{
	dir = tempdir_new();
	made_exchange_write(dir, MADE_SITE_END, MADE_SITE_END + 10, HOURS,
			    MADE_FLAT);
	made_site_open(&made, dir);
}

static void teardown(void)
{
	made_site_close(&made);
	tempdir_remove(dir);
}

/* The same rates in each minute of the last hour. */
static void write_hour(const struct series *series, const double *rates,
		       size_t count)
{
	struct series_row row = { .start_s = MADE_SITE_END - 3600 };

	memcpy(row.values, rates, count * sizeof(*rates));
	for (; row.start_s < MADE_SITE_END; row.start_s += SERIES_STEP_S)
		ck_assert_int_eq(rrd_write_rows(dir, series, &row, 1, NULL), 0);
}

/* An agent that sends ten datagrams a second, and one that is lost. */
static void write_agent(void)
{
	const struct series agent = { .kind = SERIES_AGENT,
				      .switch_name = "sw1" };
	const double rates[AGENT_COUNT] = { 10, 1, 400, 0 };

	write_hour(&agent, rates, AGENT_COUNT);
}

/* Of a LAG's two ports one receives three times what the other does. */
static void write_lag_ports(void)
{
	const uint32_t ifindexes[] = { 436215808, 436219904 };

	for (size_t i = 0; i < COUNT_OF(ifindexes); i++) {
		const struct series port = { .kind = SERIES_PORT,
					     .switch_name = "sw2",
					     .ifindex = ifindexes[i] };
		double rates[PORT_COUNT] = { 0 };

		rates[PORT_IN_OCTETS] = i ? 1000 : 3000;
		rates[PORT_OUT_OCTETS] = 500;
		write_hour(&port, rates, PORT_COUNT);
	}
}

static char *get(const char *target)
{
	struct response r = made_site_get(&made, target);
	char *text;

	ck_assert_msg(r.status == 200, "%s: status %u", target, r.status);
	markup_check(text_str(&r.body), true);
	text = text_steal(&r.body);
	response_fini(&r);
	ck_assert_ptr_nonnull(text);
	return text;
}

static void says(const char *page, const char *wanted)
{
	ck_assert_msg(strstr(page, wanted) != NULL, "not found: %s", wanted);
}

START_TEST(links_have_both_ways_and_shares)
{
	char *page;

	write_lag_ports();
	page = get("/links");
	says(page, "<th scope=\"row\">sw1 <a href=\"/ports/sw1/436400128\">");
	says(page, "another switch</td>");
	says(page, "<h3>sw2 <a href=\"/ports/sw2/369098752\">port-channel1");
	says(page, "<span class=\"flag warn\">Uneven</span>");
	says(page, "<td class=\"number u80\">75.0 % <small>\xc3\x97\xc2\xa0"
		   "1.50</small></td>");
	says(page, "<td class=\"number\">50.0 % <small>\xc3\x97\xc2\xa0"
		   "1.00</small></td>");
	free(page);
}
END_TEST

enum { CORE_PORT = 436400128 };

/* Give sw2 a core port as well, and open the site anew. */
static void configure_core(void)
{
	static const char line[] =
	    "      - { ifindex: 436400128, name: Ethernet1/48, role: core }\n";
	struct text path;
	struct text config;
	struct text changed;
	const char *web;

	text_init(&path);
	text_init(&config);
	text_init(&changed);
	text_addf(&path, "%s/lanterne.yaml", dir);
	ck_assert_int_eq(file_read(text_str(&path), 1 << 20, &config), 0);
	web = strstr(text_str(&config), "web:");
	text_add_bytes(&changed, config.data, (size_t)(web - config.data));
	text_add(&changed, line);
	text_add(&changed, web);
	ck_assert_int_eq(
	    file_replace(text_str(&path), changed.data, changed.len), 0);
	made_site_close(&made);
	made_site_open(&made, dir);
	text_fini(&path);
	text_fini(&config);
	text_fini(&changed);
}

/* What sw1's core port sends comes to sw2's, but for a share, and back. */
static void mirror_core(double share)
{
	const struct series there = { .kind = SERIES_PORT,
				      .switch_name = "sw1",
				      .ifindex = CORE_PORT };
	const struct series here = { .kind = SERIES_PORT,
				     .switch_name = "sw2",
				     .ifindex = CORE_PORT };
	const struct series_range range = { CONSOLIDATION_AVERAGE,
					    MADE_SITE_END - 86400,
					    MADE_SITE_END, 60 };
	struct series_data data;

	ck_assert_int_eq(series_read(&data, dir, &there, &range), 0);
	for (size_t i = 0; i < data.rows; i++) {
		struct series_row row = { .start_s = data.from_s +
						     (int64_t)i * data.row_s };

		row.values[PORT_IN_OCTETS] =
		    series_at(&data, i, PORT_OUT_OCTETS) * share;
		row.values[PORT_OUT_OCTETS] =
		    series_at(&data, i, PORT_IN_OCTETS);
		ck_assert_int_eq(rrd_write_rows(dir, &here, &row, 1, NULL), 0);
	}
	series_data_fini(&data);
}

START_TEST(the_other_end_is_told_by_the_counters)
{
	char *page;

	configure_core();
	mirror_core(0.998);
	page = get("/links");
	says(page, "<td>sw2 <a href=\"/ports/sw2/436400128\">");
	says(page, "<td>sw1 <a href=\"/ports/sw1/436400128\">");
	says(page, "receives of what is sent here: 99.8 %");
	free(page);
}
END_TEST

START_TEST(ends_that_do_not_agree_are_of_no_link)
{
	char *page;

	configure_core();
	mirror_core(0.95);
	page = get("/links");
	ck_assert_ptr_null(strstr(page, "receives of what is sent here"));
	free(page);
}
END_TEST

START_TEST(switches_have_what_they_sent)
{
	char *page;

	write_agent();
	page = get("/switches?range=hour");
	says(page, "sw1: datagrams and samples");
	/* one of eleven */
	says(page, " <small>9.1 %</small>");
	says(page, "<td class=\"number\">10.0/s</td>");
	says(page, "<td class=\"number\">400/s</td>");
	says(page, "<h3>sw2</h3>\n<p>Nothing was stored of it.</p>");
	says(page, "in effect, 5.0 % missing");
	says(page, "<section id=\"calibration\">");
	free(page);
}
END_TEST

START_TEST(the_lan_has_what_is_unknown)
{
	char *page = get("/lan");

	says(page, "aria-current=\"page\">LAN</a>");
	says(page, "<section id=\"macs\">");
	says(page, "agent: \"192.0.2.9\"");
	says(page, "- { asn: <mark>ASN</mark>, mac: ");
	free(page);
}
END_TEST

/* ---- balance ---- */

START_TEST(an_even_share_goes_by_speed)
{
	struct lag_port ports[] = {
		{ .speed_bps = 10e9, .bytes = { 200, 0 } },
		{ .speed_bps = 20e9, .bytes = { 400, 0 } },
		{ .speed_bps = 10e9, .bytes = { 200, 0 } },
	};
	double highest[WAY_COUNT];

	lag_balance(ports, 3, highest);
	ck_assert_double_eq(highest[WAY_FROM], 1);
	ck_assert_double_eq(ports[1].share[WAY_FROM], 0.5);
	ck_assert(isnan(highest[WAY_TO]));
	ck_assert(!lag_is_odd(highest[WAY_FROM]));
	ports[0].speed_bps = (double)NAN;
	lag_balance(ports, 3, highest);
	ck_assert_double_eq_tol(highest[WAY_FROM], 1.5, 1e-12);
	ck_assert(lag_is_odd(highest[WAY_FROM]));
}
END_TEST

START_TEST(one_known_port_is_no_balance)
{
	struct lag_port ports[] = {
		{ .speed_bps = 10e9, .bytes = { 200, 100 } },
		{ .speed_bps = 10e9, .bytes = { (double)NAN, 300 } },
	};
	double highest[WAY_COUNT];

	lag_balance(ports, 2, highest);
	ck_assert(isnan(highest[WAY_FROM]));
	ck_assert(isnan(ports[0].share[WAY_FROM]));
	ck_assert_double_eq(highest[WAY_TO], 1.5);
	ck_assert_double_eq(ports[0].load[WAY_TO], 0.5);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ links_have_both_ways_and_shares, 0 },
		{ the_other_end_is_told_by_the_counters, 0 },
		{ ends_that_do_not_agree_are_of_no_link, 0 },
		{ switches_have_what_they_sent, 0 },
		{ the_lan_has_what_is_unknown, 0 },
		{ an_even_share_goes_by_speed, 0 },
		{ one_known_port_is_no_balance, 0 },
	};

	return unit_run_with("operators", setup, teardown, tests,
			     COUNT_OF(tests));
}
