/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/tempdir.h"
#include "support/unit.h"
#include "util/file.h"
#include "util/zone.h"

static const struct {
	const char *host;
	bool is_local;
} hosts[] = {
	{ "localhost", true },
	{ "localhost:8080", true },
	{ "LOCALHOST", true },
	{ "demo.localhost:80", true },
	{ "127.0.0.1", true },
	{ "127.0.0.1:8080", true },
	{ "192.0.2.1:80", true },
	{ "[::1]", true },
	{ "[::1]:8080", true },
	{ "", false },
	{ "[::1", false },
	{ "[localhost]", false },
	{ "example.net", false },
	{ "example.net:8080", false },
	{ "localhost.example.net", false },
	{ "notlocalhost", false },
	{ "127.0.0.1.example.net", false },
};

START_TEST(a_host_is_local_by_name_or_an_address)
{
	ck_assert_msg(route_host_is_local(hosts[_i].host) == hosts[_i].is_local,
		      "%s", hosts[_i].host);
}
END_TEST

/* A site without members or data, open or not. */
struct empty_site {
	char *dir;
	struct config config;
	struct registry registry;
	struct generation generation; /* of the two; never freed */
	struct site *site;
};

static double clock_of_test(void)
{
	return 1700000000;
}

static void open_site(struct empty_site *e, bool is_open)
{
	static char name[] = "Example-IX";
	static char zone[] = "UTC";

	*e = (struct empty_site){ .dir = tempdir_new() };
	e->config.exchange_name = name;
	e->config.timezone = zone;
	e->config.state_dir = e->dir;
	e->config.web.access =
	    is_open ? CONFIG_ACCESS_OPEN : CONFIG_ACCESS_ROLES;
	e->config.web.show[CONFIG_SHOWN_SWITCH] = CONFIG_SHOW_STAFF;
	e->config.web.show[CONFIG_SHOWN_MEMBER] = CONFIG_SHOW_OWN;
	e->config.web.show[CONFIG_SHOWN_PAIR] = CONFIG_SHOW_OWN;
	e->config.web.show[CONFIG_SHOWN_PORT] = CONFIG_SHOW_OWN;
	e->registry.config = &e->config;
	e->generation.config = &e->config;
	e->generation.registry = &e->registry;
	atomic_init(&e->generation.references, 1);
	/* As the program does at its start, whatever zone the machine has. */
	ck_assert_int_eq(zone_use(zone), 0);
	ck_assert_int_eq(site_new(&e->site, &e->generation, clock_of_test), 0);
}

static void close_site(struct empty_site *e)
{
	site_free(e->site);
	tempdir_remove(e->dir);
}

static struct response ask(struct empty_site *e, const char *method,
			   const char *target, const char *host)
{
	struct response r;

	response_init(&r);
	route_answer(e->site,
		     &(struct route_request){
			 .method = method, .target = target, .host = host },
		     &r);
	return r;
}

static unsigned status_of(struct empty_site *e, const char *target,
			  const char *host)
{
	struct response r = ask(e, "GET", target, host);
	unsigned status = r.status;

	response_fini(&r);
	return status;
}

static const struct {
	const char *target;
	unsigned open;
	unsigned closed;
} paths[] = {
	{ "/", 200, 200 },
	{ "/members", 200, 200 },
	{ "/members?sort=asn", 200, 200 },
	{ "/members?sort=peak", 200, 400 },
	{ "/members/AS64500", 404, 403 },
	{ "/ports", 200, 403 },
	{ "/ports/sw1/1", 404, 403 },
	{ "/health", 200, 403 },
	{ "/graph/exchange.svg", 200, 200 },
	{ "/graph/exchange.json", 200, 200 },
	{ "/graph/exchange.csv", 200, 200 },
	{ "/graph/vlan.csv?vlan=9", 404, 404 },
	{ "/graph/member.csv?asn=1", 404, 403 },
	{ "/graph/exchanges.csv", 404, 404 },
	{ "/graph/member.svg?asn=1", 404, 403 },
	{ "/graph/infrastructure.svg?id=9", 404, 404 },
	{ "/graph/location.json?name=x", 404, 404 },
	{ "/graph/vlan.svg?vlan=9", 404, 404 },
	{ "/graph/switch.svg?name=x", 404, 403 },
	{ "/api/v1/members", 200, 200 },
	{ "/api/v1/members/AS64500", 404, 403 },
	{ "/api/v1/ports", 200, 403 },
	{ "/api/v1/series/exchange", 200, 200 },
	{ "/api/v1/series/member?asn=64500", 404, 403 },
	{ "/api/v1/openapi.json", 200, 200 },
	{ "/api/v1/x", 404, 404 },
	{ "/api", 404, 404 },
	{ "/style.css", 200, 200 },
	{ "/app.js", 200, 200 },
	{ "/favicon.svg", 200, 200 },
	{ "/favicon.ico", 200, 200 },
	{ "/livez", 200, 200 },
	{ "/readyz", 503, 503 },
	{ "/nothing", 404, 404 },
	{ "//", 404, 404 },
};

START_TEST(access_decides_what_is_shown)
{
	struct empty_site e;

	open_site(&e, true);
	ck_assert_uint_eq(status_of(&e, paths[_i].target, "localhost"),
			  paths[_i].open);
	close_site(&e);
	open_site(&e, false);
	ck_assert_uint_eq(status_of(&e, paths[_i].target, "localhost"),
			  paths[_i].closed);
	close_site(&e);
}
END_TEST

START_TEST(an_open_site_answers_no_foreign_name)
{
	struct empty_site e;
	struct response r;

	open_site(&e, true);
	r = ask(&e, "GET", "/health", "example.net");
	ck_assert_uint_eq(r.status, 421);
	ck_assert_ptr_null(strstr(text_str(&r.body), "Ledger"));
	response_fini(&r);
	close_site(&e);
}
END_TEST

START_TEST(a_site_that_is_not_open_may_have_any_name)
{
	struct empty_site e;

	open_site(&e, false);
	ck_assert_uint_eq(status_of(&e, "/", "lanterne.example.net"), 200);
	close_site(&e);
}
END_TEST

START_TEST(what_is_not_public_is_not_named_in_the_menu)
{
	struct empty_site e;
	struct response r;

	open_site(&e, false);
	r = ask(&e, "GET", "/", "localhost");
	ck_assert_ptr_nonnull(strstr(text_str(&r.body), "\"/members\""));
	ck_assert_ptr_null(strstr(text_str(&r.body), "\"/health\""));
	response_fini(&r);
	close_site(&e);
}
END_TEST

START_TEST(an_unknown_path_is_404_whatever_the_method)
{
	struct empty_site e;
	struct response r;

	open_site(&e, true);
	r = ask(&e, "POST", "/nothing", "localhost");
	ck_assert_uint_eq(r.status, 404);
	ck_assert_ptr_null(r.allow);
	response_fini(&r);
	r = ask(&e, "POST", "/health", "localhost");
	ck_assert_uint_eq(r.status, 405);
	ck_assert_str_eq(r.allow, "GET, HEAD");
	response_fini(&r);
	close_site(&e);
}
END_TEST

static void write_status(const struct empty_site *e, const char *status)
{
	struct text path;

	text_init(&path);
	text_addf(&path, "%s/status.json", e->dir);
	ck_assert_int_eq(file_replace(text_str(&path), status, strlen(status)),
			 0);
	text_fini(&path);
}

START_TEST(a_new_status_file_is_seen_and_a_broken_one_is_not)
{
	struct empty_site e;

	open_site(&e, true);
	ck_assert_uint_eq(status_of(&e, "/readyz", "localhost"), 503);
	write_status(&e, "{\"written\":1699999995,\"now\":1699999995,"
			 "\"last_step_end\":1699999980}");
	ck_assert_uint_eq(status_of(&e, "/readyz", "localhost"), 200);
	write_status(&e, "{\"written\":");
	ck_assert_uint_eq(status_of(&e, "/readyz", "localhost"), 200);
	write_status(&e, "{\"written\":1699999000,\"now\":1699999000,"
			 "\"last_step_end\":1699998960}");
	ck_assert_uint_eq(status_of(&e, "/readyz", "localhost"), 503);
	write_status(&e, "[]");
	ck_assert_uint_eq(status_of(&e, "/health", "localhost"), 200);
	close_site(&e);
}
END_TEST

START_TEST(a_replay_says_so_and_is_never_stale)
{
	struct empty_site e;
	struct response r;

	open_site(&e, true);
	write_status(&e, "{\"written\":1600000000,\"now\":1518440531.5,"
			 "\"last_step_end\":1518440580,\"replay\":{"
			 "\"captures\":[\"a <b>.pcap\"],\"from\":1518440400.2,"
			 "\"to\":1518440531.5}}");
	ck_assert_uint_eq(status_of(&e, "/readyz", "localhost"), 200);
	r = ask(&e, "GET", "/", "localhost");
	ck_assert_ptr_nonnull(strstr(text_str(&r.body),
				     "Replay</strong> of a &lt;b&gt;.pcap: the "
				     "capture\xe2\x80\x99s end, 12 Feb 2018 "
				     "13:02:11 UTC, stands for now. Its first "
				     "and last minute are covered in part"));
	/* Minutes are best seen by the minute. */
	ck_assert_ptr_nonnull(strstr(text_str(&r.body), "last 60 minutes"));
	response_fini(&r);
	close_site(&e);
}
END_TEST

/* How much of one minute a capture covers, and what the page says. */
static const struct {
	double from;
	double to;
	const char *words;
} short_captures[] = {
	{ 1519289782.05, 1519289793.21,
	  "It covers 11 s; rates are over these" },
	{ 1519289782.05, 1519289784.21, "It covers 2 s, too short for a rate" },
	{ 1519289782.05, 1519289825.5,
	  "Its first and last minute are covered" },
};

START_TEST(a_short_capture_says_what_it_covers)
{
	struct empty_site e;
	struct response r;
	struct text status;

	open_site(&e, true);
	text_init(&status);
	text_addf(&status,
		  "{\"now\":%f,\"replay\":{\"captures\":[\"-\"],"
		  "\"from\":%f,\"to\":%f}}",
		  short_captures[_i].to, short_captures[_i].from,
		  short_captures[_i].to);
	write_status(&e, text_str(&status));
	r = ask(&e, "GET", "/", "localhost");
	ck_assert_ptr_nonnull(
	    strstr(text_str(&r.body), short_captures[_i].words));
	ck_assert_ptr_nonnull(
	    strstr(text_str(&r.body), "Replay</strong> of standard input:"));
	response_fini(&r);
	text_fini(&status);
	close_site(&e);
}
END_TEST

/* Status files with every number odd: pages must come out all the same. */
static const char *const odd[] = {
	"{\"written\":-1e300,\"now\":1e300,\"last_step_end\":-1}",
	"{\"replay\":{},\"now\":-1e15}",
	"{\"replay\":{\"captures\":[]},\"now\":9e10,\"last_step_end\":9e10}",
	"{\"ports\":[{\"switch\":\"sw1\",\"ifindex\":1e30},"
	"{\"ifindex\":-7,\"name\":\"\\u0001\"}]}",
	"{\"unknown_macs\":[{\"mac\":\"</pre><script>\",\"vlan\":1e9,"
	"\"reason\":\"wrong_port\",\"ifindex\":-3}],"
	"\"refused\":[{\"agent\":\"x: \\\"y\\n- z\",\"sub_agent\":1e99}]}",
	"{\"ledger\":{\"observations\":3,\"attributed\":1,"
	"\"dropped\":{\"<b>\":1}}}",
};

START_TEST(odd_status_files_hurt_no_page)
{
	static const char *const targets[] = { "/", "/members", "/ports",
					       "/health" };
	struct empty_site e;

	open_site(&e, true);
	write_status(&e, odd[_i]);
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		struct response r = ask(&e, "GET", targets[i], "localhost");

		ck_assert_uint_eq(r.status, 200);
		ck_assert_ptr_null(strstr(text_str(&r.body), "<script>"));
		ck_assert_ptr_null(strstr(text_str(&r.body), "<b>"));
		ck_assert_ptr_null(strstr(text_str(&r.body), "\n- z"));
		response_fini(&r);
	}
	close_site(&e);
}
END_TEST

START_TEST(a_refused_configuration_is_said_line_by_line)
{
	struct empty_site e;
	struct response r;

	open_site(&e, true);
	write_status(&e,
		     "{\"configuration\":{\"refused\":1700000000,"
		     "\"problem\":\"a:1: error: <x>\\nb:2: error: y\\n\"}}");
	r = ask(&e, "GET", "/health", "localhost");
	ck_assert_ptr_nonnull(strstr(
	    text_str(&r.body), "<pre tabindex=\"0\">a:1: error: &lt;x&gt;\n"
			       "b:2: error: y\n</pre>"));
	response_fini(&r);
	close_site(&e);
}
END_TEST

START_TEST(a_ledger_that_does_not_balance_is_said)
{
	struct empty_site e;
	struct response r;

	open_site(&e, true);
	write_status(&e, "{\"ledger\":{\"observations\":3,\"attributed\":1,"
			 "\"dropped\":{\"no_member\":1}}}");
	r = ask(&e, "GET", "/health", "localhost");
	ck_assert_ptr_nonnull(strstr(text_str(&r.body), "does not balance"));
	response_fini(&r);
	close_site(&e);
}
END_TEST

/* What a status file says, and the words of it on /health; or not there. */
static const struct {
	const char *status;
	const char *words;
	const char *absent;
} health[] = {
	{ "{\"input\":{\"datagrams\":5,\"accepted\":5,\"malformed\":0,"
	  "\"unsupported_version\":0,\"foreign\":0,\"duplicates\":0,\"waited\":"
	  "0,"
	  "\"late\":0}}",
	  ">Nothing was refused, lost or read past.", "malformed" },
	{ "{\"input\":{\"datagrams\":5,\"accepted\":3,\"malformed\":2,"
	  "\"unsupported_version\":0,\"foreign\":0,\"duplicates\":0,\"waited\":"
	  "0}}",
	  "malformed</th><td class=\"number\">2<", "not the sum" },
	{ "{\"input\":{\"datagrams\":5,\"accepted\":3,\"malformed\":1,"
	  "\"unsupported_version\":0,\"foreign\":0,\"duplicates\":0,\"waited\":"
	  "0}}",
	  "not the sum of what became of them", "of another sFlow" },
	{ "{\"input\":{\"counter_restarts\":3}}", "counters began anew",
	  "counter_restarts" },
	{ "{\"input\":{\"new_<reason>\":3}}", "new_&lt;reason&gt;</th>",
	  "<reason>" },
	{ "{\"skipped\":{\"broken_records\":3}}",
	  "records shorter than their kind", "flow records of other" },
	{ "{\"version\":2}", "another version of the status file", NULL },
	{ "{\"version\":1}", "<h2>Ledger", "another version" },
	{ "{\"clock_jumps\":2}", "clock was set since its start: 2.", NULL },
	{ "{\"pauses\":3}", "stood still since its start: 3.", NULL },
	{ "{\"clock_jumps\":0}", "<h2>Ledger", "clock was set" },
	{ "{\"refused\":[{\"agent\":\"192.0.2.9\"}],"
	  "\"refused_not_listed\":7}",
	  "Datagrams of others that are not listed: 7.", NULL },
	{ "{\"unknown_macs\":[{\"mac\":\"x\","
	  "\"samples\":4,\"missed_samples_at_most\":9}]}",
	  "4 <small>+ at most 9</small>", NULL },
	{ "{\"switches\":[{\"name\":\"sw1\",\"unknown_samples\":0,"
	  "\"discarded_packets\":{\"acl\":9,\"ttl\":0,\"size\":3}}]}",
	  "12<br><small>acl 9, size 3</small>", ">Unknown<" },
	{ "{\"switches\":[{\"name\":\"sw1\",\"last_seen\":null}]}",
	  "sw1 has sent nothing yet", "Discarded<" },
	{ "{\"written\":1699999990,\"last_step_end\":1699999980}",
	  "Nothing needs attention", "class=\"verdict\"" },
	{ "{\"written\":1699990000,\"last_step_end\":1699990020}",
	  "No new data comes", "Nothing needs attention" },
	{ "{\"store\":{\"rows_failed\":2}}", "Rows that could not be stored: 2",
	  "Nothing needs attention" },
	{ "{\"ledger\":{\"observations\":3,\"attributed\":3,"
	  "\"dropped\":{\"no_member\":0}}}",
	  "The ledger balances. Nothing else was dropped", "neither end" },
};

START_TEST(health_says_it_in_words)
{
	struct empty_site e;
	struct response r;

	open_site(&e, true);
	write_status(&e, health[_i].status);
	r = ask(&e, "GET", "/health", "localhost");
	ck_assert_msg(strstr(text_str(&r.body), health[_i].words) != NULL,
		      "%s: %s", health[_i].words, text_str(&r.body));
	if (health[_i].absent)
		ck_assert_msg(!strstr(text_str(&r.body), health[_i].absent),
			      "%s", health[_i].absent);
	response_fini(&r);
	close_site(&e);
}
END_TEST

START_TEST(a_status_file_that_cannot_be_read_any_more_is_said)
{
	struct empty_site e;
	struct response r;
	struct text path;

	open_site(&e, true);
	write_status(&e, "{\"written\":1699999995}");
	ck_assert_uint_eq(status_of(&e, "/health", "localhost"), 200);
	write_status(&e, "{\"written\":16999");
	r = ask(&e, "GET", "/health", "localhost");
	ck_assert_ptr_nonnull(
	    strstr(text_str(&r.body), "The status file cannot be read now"));
	ck_assert_ptr_nonnull(strstr(text_str(&r.body), "is from before"));
	response_fini(&r);
	write_status(&e, "{\"written\":1699999996}");
	r = ask(&e, "GET", "/health", "localhost");
	ck_assert_ptr_null(strstr(text_str(&r.body), "cannot be read"));
	response_fini(&r);
	text_init(&path);
	text_addf(&path, "%s/status.json", e.dir);
	ck_assert_int_eq(remove(text_str(&path)), 0);
	text_fini(&path);
	r = ask(&e, "GET", "/health", "localhost");
	ck_assert_ptr_nonnull(
	    strstr(text_str(&r.body), "The status file cannot be read now"));
	response_fini(&r);
	write_status(&e, "{\"written\":1699999996}");
	r = ask(&e, "GET", "/health", "localhost");
	ck_assert_ptr_null(strstr(text_str(&r.body), "cannot be read"));
	response_fini(&r);
	close_site(&e);
}
END_TEST

START_TEST(a_new_configuration_is_used_from_the_next_request_on)
{
	static char renamed[] = "Renamed-IX";
	struct config config;
	struct registry registry = { .config = &config };
	struct generation next = { .config = &config, .registry = &registry };
	struct empty_site e;
	struct response r;

	open_site(&e, true);
	config = e.config;
	config.exchange_name = renamed;
	config.web.access = CONFIG_ACCESS_ROLES;
	atomic_init(&next.references, 1);
	site_refuse(e.site, "a.yaml:1:2: error: found <x>\n");
	r = ask(&e, "GET", "/health", "localhost");
	ck_assert_ptr_nonnull(
	    strstr(text_str(&r.body), "found &lt;x&gt;\n</pre>"));
	response_fini(&r);
	site_use(e.site, &next);
	ck_assert_uint_eq(atomic_load(&e.generation.references), 1);
	r = ask(&e, "GET", "/", "localhost");
	ck_assert_ptr_nonnull(strstr(text_str(&r.body), "Renamed-IX"));
	response_fini(&r);
	/* What is kept for speed tells no one what is not public any more. */
	ck_assert_uint_eq(status_of(&e, "/health", "localhost"), 403);
	config.web.access = CONFIG_ACCESS_OPEN;
	r = ask(&e, "GET", "/health", "localhost");
	ck_assert_ptr_null(strstr(text_str(&r.body), "found"));
	response_fini(&r);
	close_site(&e);
	ck_assert_uint_eq(atomic_load(&next.references), 1);
}
END_TEST

static const struct {
	const char *rule;
	double step_end_s; /* before now; when the last step ended */
	bool is_replay;
	int graph_s;
	int page_s;
} ages[] = {
	{ "a step that just came keeps for as long as may be", 1, false, 20,
	  10 },
	{ "an answer keeps to the next step", 45, false, 15, 10 },
	{ "so does a page", 53, false, 7, 7 },
	{ "part of a second counts as one", 55.5, false, 5, 5 },
	{ "a step that is due may come at once", 60, false, 1, 1 },
	{ "one that is overdue as well", 100, false, 1, 1 },
	{ "what is stale does not change by itself", 200, false, 20, 10 },
	{ "nor does a replay", 100, true, 20, 10 },
};

START_TEST(an_answer_keeps_to_the_next_step)
{
	struct empty_site e;
	struct response r;
	struct text status;
	struct text path;

	open_site(&e, true);
	text_init(&status);
	text_init(&path);
	text_addf(&path, "%s/status.json", e.dir);
	text_addf(&status,
		  "{ \"version\": 1, \"written\": %.1f, "
		  "\"last_step_end\": %.1f%s }",
		  clock_of_test() - 1, clock_of_test() - ages[_i].step_end_s,
		  ages[_i].is_replay
		      ? ", \"now\": 1700000000, \"replay\": { \"captures\": "
			"[\"x.pcap\"], \"from\": 1, \"to\": 2 }"
		      : "");
	ck_assert_int_eq(
	    file_replace(text_str(&path), text_str(&status), status.len), 0);
	r = ask(&e, "GET", "/graph/exchange.json", "localhost");
	ck_assert_msg(r.max_age_s == ages[_i].graph_s, "%s: %d", ages[_i].rule,
		      r.max_age_s);
	response_fini(&r);
	r = ask(&e, "GET", "/members", "localhost");
	ck_assert_msg(r.max_age_s == ages[_i].page_s, "%s: %d", ages[_i].rule,
		      r.max_age_s);
	response_fini(&r);
	text_fini(&path);
	text_fini(&status);
	close_site(&e);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_host_is_local_by_name_or_an_address, COUNT_OF(hosts) },
		{ access_decides_what_is_shown, COUNT_OF(paths) },
		{ an_open_site_answers_no_foreign_name, 0 },
		{ a_site_that_is_not_open_may_have_any_name, 0 },
		{ what_is_not_public_is_not_named_in_the_menu, 0 },
		{ an_unknown_path_is_404_whatever_the_method, 0 },
		{ a_new_status_file_is_seen_and_a_broken_one_is_not, 0 },
		{ a_replay_says_so_and_is_never_stale, 0 },
		{ a_short_capture_says_what_it_covers,
		  COUNT_OF(short_captures) },
		{ odd_status_files_hurt_no_page, COUNT_OF(odd) },
		{ a_refused_configuration_is_said_line_by_line, 0 },
		{ a_ledger_that_does_not_balance_is_said, 0 },
		{ health_says_it_in_words, COUNT_OF(health) },
		{ a_status_file_that_cannot_be_read_any_more_is_said, 0 },
		{ a_new_configuration_is_used_from_the_next_request_on, 0 },
		{ an_answer_keeps_to_the_next_step, COUNT_OF(ages) },
	};

	return unit_run("route", tests, COUNT_OF(tests));
}
