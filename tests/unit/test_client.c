/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/client.h"

#include <string.h>

#include "support/unit.h"

static struct ipaddr address(const char *text)
{
	struct ipaddr addr = { .version = 0 };

	if (*text)
		ck_assert_int_eq(ipaddr_parse(text, strlen(text), &addr), 0);
	return addr;
}

/* By a peer and its header, with 127.0.0.1 and ::1 trusted: who asks. */
static const struct {
	const char *peer;
	const char *forwarded_for; /* NULL: there is none */
	bool is_forwarded;	   /* by another header */
	const char *client;	   /* "": it cannot be told */
} origins[] = {
	{ "192.0.2.1", NULL, false, "192.0.2.1" },
	{ "2001:db8::1", NULL, false, "2001:db8::1" },
	{ "127.0.0.1", NULL, false, "127.0.0.1" },
	{ "", NULL, false, "" },
	{ "127.0.0.1", "192.0.2.1", false, "192.0.2.1" },
	{ "::1", " 2001:db8::1\t", false, "2001:db8::1" },
	/* Whoever asks may have written what stands before. */
	{ "127.0.0.1", "192.0.2.9, 192.0.2.1", false, "192.0.2.1" },
	{ "127.0.0.1", "192.0.2.9,192.0.2.1,::1", false, "192.0.2.1" },
	{ "127.0.0.1", "127.0.0.1, ::1", false, "127.0.0.1" },
	{ "127.0.0.1", "192.0.2.1,", false, "" },
	{ "127.0.0.1", "", false, "" },
	{ "127.0.0.1", "unknown", false, "" },
	{ "127.0.0.1", "192.0.2.1:80", false, "" },
	{ "127.0.0.1", NULL, true, "" },
	/* A proxy that is not trusted says nothing. */
	{ "192.0.2.7", "127.0.0.1", false, "" },
	{ "192.0.2.7", NULL, true, "" },
};

static struct client_origin origin_at(int i)
{
	return (struct client_origin){
		.peer = address(origins[i].peer),
		.forwarded_for = origins[i].forwarded_for,
		.is_forwarded =
		    origins[i].is_forwarded || origins[i].forwarded_for,
	};
}

START_TEST(who_asks_is_told_by_the_connection_or_a_trusted_proxy)
{
	struct ipaddr trusted[] = { address("127.0.0.1"), address("::1") };
	const struct config_web web = { .trusted_proxies = trusted,
					.trusted_proxy_count = 2 };
	struct client_origin origin = origin_at(_i);
	struct ipaddr wanted = address(origins[_i].client);
	struct ipaddr client = client_address(&origin, &web);

	ck_assert(wanted.version == 0 ? client.version == 0
				      : ipaddr_equal(&client, &wanted));
}
END_TEST

START_TEST(without_a_trusted_proxy_nobodys_word_is_taken)
{
	const struct config_web web = { .access = CONFIG_ACCESS_OPEN };
	const struct config_web closed = { .access = CONFIG_ACCESS_ROLES };
	struct client_origin origin = origin_at(_i);

	ck_assert_int_eq(client_may_read_tree(&origin, &web),
			 !origin.is_forwarded && origin.peer.version &&
			     ipaddr_is_loopback(&origin.peer));
	/* A proxy on this machine may say nothing of whom it asks for. */
	ck_assert(!client_may_read_tree(&origin, &closed));
}
END_TEST

static const struct {
	const char *peer;
	bool may;
} listed[] = {
	{ "192.0.2.10", true },	   { "2001:db8::10", true },
	{ "192.0.2.11", false },   { "127.0.0.1", false },
	{ "2001:db8::11", false }, { "", false },
};

START_TEST(a_list_says_exactly_who_may_have_the_tree)
{
	struct ipaddr from[] = { address("192.0.2.10"),
				 address("2001:db8::10") };
	const struct config_web web = { .rrd_from = from, .rrd_from_count = 2 };
	struct client_origin origin = { .peer = address(listed[_i].peer) };

	ck_assert_int_eq(client_may_read_tree(&origin, &web), listed[_i].may);
}
END_TEST

/* Who asks by a proxy on this machine, whose address is listed too. */
static const struct {
	const char *peer;
	const char *forwarded_for;
	bool is_forwarded;
	bool may;
} scrapers[] = {
	{ "192.0.2.10", NULL, false, true },
	{ "2001:db8::10", NULL, false, true },
	{ "192.0.2.11", NULL, false, false },
	{ "", NULL, false, false },
	{ "127.0.0.1", NULL, false, true },
	{ "127.0.0.1", "192.0.2.10", true, true },
	{ "127.0.0.1", "203.0.113.5", true, false },
	/* Said by the client, behind which the proxy added where it is. */
	{ "127.0.0.1", "192.0.2.10, 203.0.113.5", true, false },
	{ "127.0.0.1", "127.0.0.1, 203.0.113.5", true, false },
	{ "127.0.0.1", "nonsense", true, false },
	{ "127.0.0.1", "", true, false },
	/* By a proxy that says of nobody who it is, or in other words. */
	{ "127.0.0.1", NULL, true, false },
	/* Nobody else's word counts, not even of a listed address. */
	{ "203.0.113.5", "192.0.2.10", true, false },
	{ "192.0.2.10", "192.0.2.10", true, false },
};

START_TEST(who_may_scrape_is_told_by_the_address_alone)
{
	struct ipaddr from[] = { address("192.0.2.10"), address("2001:db8::10"),
				 address("127.0.0.1") };
	struct ipaddr proxies[] = { address("127.0.0.1") };
	const struct config_web web = { .metrics_from = from,
					.metrics_from_count = 3,
					.trusted_proxies = proxies,
					.trusted_proxy_count = 1 };
	const struct config_web nobody = { .trusted_proxies = proxies,
					   .trusted_proxy_count = 1 };
	struct client_origin origin = {
		.peer = address(scrapers[_i].peer),
		.forwarded_for = scrapers[_i].forwarded_for,
		.is_forwarded = scrapers[_i].is_forwarded,
	};

	ck_assert_int_eq(client_may_scrape(&origin, &web), scrapers[_i].may);
	ck_assert(!client_may_scrape(&origin, &nobody));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ who_asks_is_told_by_the_connection_or_a_trusted_proxy,
		  COUNT_OF(origins) },
		{ without_a_trusted_proxy_nobodys_word_is_taken,
		  COUNT_OF(origins) },
		{ a_list_says_exactly_who_may_have_the_tree, COUNT_OF(listed) },
		{ who_may_scrape_is_told_by_the_address_alone,
		  COUNT_OF(scrapers) },
	};

	return unit_run("client", tests, COUNT_OF(tests));
}
