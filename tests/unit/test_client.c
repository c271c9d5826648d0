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

int main(void)
{
	const struct unit_test tests[] = {
		{ who_asks_is_told_by_the_connection_or_a_trusted_proxy,
		  COUNT_OF(origins) },
		{ without_a_trusted_proxy_nobodys_word_is_taken,
		  COUNT_OF(origins) },
		{ a_list_says_exactly_who_may_have_the_tree, COUNT_OF(listed) },
	};

	return unit_run("client", tests, COUNT_OF(tests));
}
