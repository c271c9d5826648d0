/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Names that would be markup, a formula, a directive of a format or a line of a
 * log if somebody wrote them as they are, as the name of a member, a VLAN, a
 * place and of the exchange, in whatever shows names.
 */

#include <stdlib.h>
#include <string.h>

#include "support/made_accounts.h"
#include "support/markup.h"
#include "support/payloads.h"
#include "support/unit.h"

static const char *const targets[] = {
	"/",
	"/members",
	"/members/AS64500",
	"/members/AS64500?scaled=1",
	"/members/AS64500/AS64501",
	"/members/AS64504",
	"/ports",
	"/ports/sw1/436207616",
	"/heat",
	"/links",
	"/switches",
	"/lan",
	"/league",
	"/matrix",
	"/health",
	"/users",
	"/account",
	"/traffic/vlan?vlan=100",
	"/embed/vlan?vlan=100",
	"/graph/member.svg?asn=64500",
	"/graph/pair.svg?a=64500&b=64501",
	"/graph/port.svg?switch=sw1&ifindex=436207616",
	"/graph/vlan.svg?vlan=100",
	"/graph/exchange.svg",
	"/graph/member.json?asn=64500",
	"/graph/pair.json?a=64500&b=64501",
	"/graph/scaled.json?asn=64500",
	"/graph/matrix.json",
	"/api/v1/members",
	"/api/v1/members/AS64500",
	"/api/v1/members/AS64500/peers",
	"/api/v1/ports",
	"/api/v1/vlans",
	"/api/v1/locations",
	"/grapher/customer?type=json&id=64500",
	"/graph/member.csv?asn=64500",
	"/graph/pair.csv?a=64500&b=64501",
	"/graph/scaled.csv?asn=64500",
	"/graph/matrix.csv",
	"/graph/league.csv",
	"/graph/ports.csv",
};

static void rename_one(char **name, const char *to)
{
	free(*name);
	*name = strdup(to);
	ck_assert_ptr_nonnull(*name);
}

enum { MEMBERS = 7, COUNT = PAYLOAD_COUNT };

static const char *payload(size_t i)
{
	return payloads[i % COUNT];
}

/* Every name that comes from outside; each member gets another. */
static void rename_all(struct generation *g, size_t from)
{
	const char *to = payload(from);
	struct registry *r = g->registry;

	ck_assert_uint_eq(r->member_count, MEMBERS);
	for (uint32_t i = 0; i < r->member_count; i++)
		rename_one(&r->members[i].name, payload(from + i));
	for (uint32_t i = 0; i < r->vlan_count; i++)
		rename_one(&r->vlans[i].name, to);
	for (uint32_t i = 0; i < r->location_count; i++)
		rename_one(&r->locations[i].name, to);
	rename_one(&g->config->exchange_name, to);
}

static bool is_of(const struct response *r, const char *type)
{
	return strncmp(r->content_type, type, strlen(type)) == 0;
}

/* A cell that a spreadsheet would work out, or a line break in one. */
static void check_csv(const char *text, const char *target)
{
	for (const char *at = text; *at; at++) {
		bool begins = at == text || at[-1] == '\n' ||
			      (at[-1] == ',' && at[0] == '"');
		const char *first = at + (*at == '"');

		ck_assert_msg((unsigned char)*at >= 0x20 || *at == '\r' ||
				  *at == '\n',
			      "%s: %.40s", target, at);
		if (begins && *at == '"')
			ck_assert_msg(!strchr("=+-@\t\r", *first) ||
					  *first == '\0',
				      "%s: %.40s", target, at);
	}
}

/* A name that has what is markup is nowhere as it is. */
static void check_text(const struct response *r, size_t from,
		       const char *target)
{
	const char *body = text_str(&r->body);

	if (is_of(r, "text/html") || is_of(r, "image/svg+xml")) {
		markup_check(body, is_of(r, "text/html"));
		for (size_t i = from; i < from + MEMBERS; i++)
			ck_assert_msg(!strpbrk(payload(i), "<>\"") ||
					  !strstr(body, payload(i)),
				      "%s: %s", target, payload(i));
	} else if (is_of(r, "application/json")) {
		json_t *root = json_loads(body, JSON_REJECT_DUPLICATES, NULL);

		ck_assert_msg(root != NULL, "%s: %s", target, payload(from));
		json_decref(root);
	} else if (is_of(r, "text/csv")) {
		check_csv(body, target);
	} else {
		ck_abort_msg("%s: %s", target, r->content_type);
	}
}

START_TEST(a_name_is_never_more_than_a_name)
{
	char cookie[MADE_COOKIE_SIZE];
	struct made_accounts made;
	size_t from = (size_t)_i * MEMBERS;

	made_accounts_open(&made);
	rename_all(made.site.generation, from);
	(void)made_accounts_cookie(&made, "ops", cookie);
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		struct response r = made_accounts_ask(
		    &made,
		    &(struct made_ask){ .target = targets[i],
					.headers = { { "Cookie", cookie } } });

		ck_assert_msg(r.status == 200, "%s: %u", targets[i], r.status);
		check_text(&r, from, targets[i]);
		/* Nor is it part of a header. */
		ck_assert(!r.filename || !strpbrk(r.filename, "\r\n\"<>"));
		response_fini(&r);
	}
	made_accounts_close(&made);
}
END_TEST

static int run(void)
{
	const struct unit_test tests[] = {
		{ a_name_is_never_more_than_a_name,
		  (COUNT + MEMBERS - 1) / MEMBERS },
	};

	return unit_run("payloads", tests, COUNT_OF(tests));
}

int main(void)
{
	return made_site_run(2, MADE_FLAT, run);
}
