/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Whose the counters of a port are, and when. */

#include "support/unit.h"

#include <math.h>
#include <stdio.h>

#include "store/rrd_write.h"
#include "support/registry_builder.h"
#include "support/stored_rows.h"
#include "support/tempdir.h"
#include "web/headline.h"

enum {
	HOURS = 4,
	ROW_S = 300,
	ROWS = HOURS * 3600 / ROW_S,
	MIDDLE = ROWS / 2, /* two hours after STORED_START */
	END_S = HOURS * 3600,
	ESTIMATE = 500,
};

#define A	"asn: 64500"
#define B	"asn: 64501"
#define UNTIL	"until: 2023-11-15T02:00:00Z"
#define FROM	"from: 2023-11-15T02:00:00Z"
#define WITHIN	"2023-11-15T02:02:30Z" /* not between two rows */
#define PORT(n) "      - { ifindex: " #n ", name: e" #n ", "
#define END	" }\n"

static char *dir; /* with files, written once */

static const struct {
	const char *rule;
	const char *ports;
	uint32_t asn;	    /* 0: the exchange */
	int known_from_row; /* of the estimate */
	double before;	    /* expected, in bytes/s; 0: unknown */
	double at;	    /* in the row in the middle */
	double after;
} cases[] = {
	{ "a port without a time speaks for its member at all times",
	  PORT(1) A END PORT(2) B END, 64500, 0, 1000, 1000, 1000 },
	{ "what a port counted before it was the member's is another's",
	  PORT(1) A ", " UNTIL END PORT(1) B ", " FROM END, 64501, MIDDLE, 0,
	  1000, 1000 },
	{ "what it counts later is another's too",
	  PORT(1) A ", " UNTIL END PORT(2) A ", " FROM END PORT(1) B
	  ", " FROM END,
	  64500, 0, 1000, 10, 10 },
	{ "before its first port a member is estimated, and so is all of it",
	  PORT(1) A ", " UNTIL END PORT(1) B ", " FROM END, 64501, 0, ESTIMATE,
	  ESTIMATE, ESTIMATE },
	{ "a row in which the port changed hands is unknown",
	  PORT(1) A ", until: " WITHIN END PORT(2) A ", from: " WITHIN END,
	  64500, 0, 1000, 0, 10 },
	{ "a row in which its entry alone changed is known",
	  PORT(1) A ", until: " WITHIN END PORT(1) A
	  ", speed: 10G, from: " WITHIN END,
	  64500, 0, 1000, 1000, 1000 },
	{ "a port that was shared for a while is no member's own",
	  PORT(1) "asn: [64500, 64501], " UNTIL END PORT(1) A ", " FROM END,
	  64500, 0, ESTIMATE, ESTIMATE, ESTIMATE },
	{ "the exchange's total does not mind whose a port is",
	  PORT(1) A ", " UNTIL END PORT(1) B ", " FROM END PORT(2) A
	  ", " FROM END,
	  0, 0, 1010, 1010, 1010 },
	{ "a port that is nobody's yet and never counted takes nothing away",
	  PORT(1) A END PORT(2) B END PORT(3) B
	  ", from: 2033-01-01T00:00:00Z" END,
	  0, 0, 1010, 1010, 1010 },
	{ "a core port counts from when it is a member's",
	  PORT(1) A END PORT(2) "role: core, " UNTIL END PORT(2) B
	  ", " FROM END,
	  0, 0, 1000, 1010, 1010 },
	{ "a port in a LAG counts up to when it was put there",
	  PORT(1) A END PORT(20) A ", lag: [ e1 ], " FROM END, 64500, 0, 1000,
	  5000, 5000 },
	{ "and is not counted twice for the exchange",
	  PORT(1) A END PORT(20) A ", lag: [ e1 ], " FROM END PORT(2) B END, 0,
	  0, 1010, 5010, 5010 },
	{ "of a LAG without counters of its own its ports are summed up",
	  PORT(30) A ", lag: [ e1, e2 ], " UNTIL END PORT(1) A
	  ", " FROM END PORT(2) B ", " FROM END,
	  64500, 0, 1010, 1000, 1000 },
};

static void write_flat(const struct series *series, double from, double to)
{
	static struct series_row rows[END_S / 60];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		rows[i] = (struct series_row){ .start_s = STORED_START +
							  60 * (int64_t)i };
		rows[i].values[PORT_IN_OCTETS] = from;
		rows[i].values[PORT_OUT_OCTETS] = to;
	}
	if (rrd_write_rows(dir, series, rows, COUNT_OF(rows), NULL) < 0)
		abort();
}

static void write_files(void)
{
	static const struct {
		uint32_t ifindex;
		double rate;
	} ports[] = { { 1, 1000 }, { 2, 10 }, { 20, 5000 } };

	for (size_t i = 0; i < COUNT_OF(ports); i++) {
		const struct series s = { .kind = SERIES_PORT,
					  .switch_name = "sw1",
					  .ifindex = ports[i].ifindex };

		write_flat(&s, ports[i].rate, ports[i].rate / 2);
	}
}

static void build(struct exchange *e, const char *ports)
{
	static const char roster[] =
	    "{ \"ixp_list\": [ { \"ixp_id\": 1, \"vlan\": [ { \"id\": 100 } ] "
	    "} ], \"member_list\": [ { \"asnum\": 64500 }, { \"asnum\": 64501 "
	    "} ] }";
	char text[2048];

	(void)snprintf(text, sizeof(text),
		       EXCHANGE_HEAD "state_dir: %s\nswitches:\n"
				     "  - name: sw1\n    agent: 192.0.2.1\n"
				     "    ports:\n%s",
		       dir, ports);
	exchange_build_at(e, text, roster, STORED_START + END_S);
}

/* What samples say: the same in each row from one on. */
static struct traffic estimate(int known_from_row)
{
	struct traffic t = { .from_s = STORED_START,
			     .row_s = ROW_S,
			     .rows = ROWS,
			     .has_bands = true };
	double *rows = calloc(1, traffic_rows_size(&t));

	ck_assert_ptr_nonnull(rows);
	ck_assert_int_eq(traffic_copy_rows(&t, rows), 0);
	free(rows);
	for (int way = 0; way < WAY_COUNT; way++) {
		for (int band = 0; band < BAND_COUNT; band++) {
			double *column =
			    traffic_column(&t, (enum way)way, (enum band)band);

			for (int row = 0; row < ROWS; row++)
				column[row] =
				    row < known_from_row ? NAN : ESTIMATE;
		}
	}
	return t;
}

static void check(const struct traffic *t, int number, int row, double wanted)
{
	double got = traffic_column(t, WAY_FROM, BAND_TOTAL)[row];

	if (wanted > 0)
		ck_assert_msg(fabs(got - wanted) < 1e-6,
			      "%s: row %d: %f, expected %f", cases[number].rule,
			      row, got, wanted);
	else
		ck_assert_msg(isnan(got), "%s: row %d: %f, expected unknown",
			      cases[number].rule, row, got);
}

START_TEST(counters_speak_for_whom_the_port_belonged_to)
{
	struct exchange e;
	struct traffic t = estimate(cases[_i].known_from_row);
	struct call call = { 0 };
	bool exact;

	build(&e, cases[_i].ports);
	call.config = e.config;
	call.registry = e.registry;
	ck_assert_int_eq(
	    headline_apply(&t, &call,
			   cases[_i].asn
			       ? registry_member(e.registry, cases[_i].asn)
			       : NULL,
			   &exact),
	    0);
	ck_assert_msg(
	    exact == (cases[_i].after < ESTIMATE || cases[_i].after > ESTIMATE),
	    "%s: exact: %d", cases[_i].rule, exact);
	check(&t, _i, 0, cases[_i].before);
	check(&t, _i, MIDDLE - 1, cases[_i].before);
	check(&t, _i, MIDDLE, cases[_i].at);
	check(&t, _i, MIDDLE + 1, cases[_i].after);
	check(&t, _i, ROWS - 1, cases[_i].after);
	traffic_fini(&t);
	exchange_free(&e);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ counters_speak_for_whom_the_port_belonged_to,
		  COUNT_OF(cases) },
	};
	int rc;

	dir = tempdir_new();
	write_files();
	rc = unit_run("headline", tests, COUNT_OF(tests));
	tempdir_remove(dir);
	return rc;
}
