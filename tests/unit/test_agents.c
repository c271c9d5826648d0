/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "collector/agents.h"
#include "support/registry_builder.h"

static struct exchange e;
static struct agents a;

static const char config[] =
    EXCHANGE_HEAD "state_dir: /nonexistent\n"
		  "macs: [ { asn: 64500, mac: \"02:00:00:00:00:01\" } ]\n"
		  "switches:\n"
		  "  - { name: plain, agent: 192.0.2.1 }\n"
		  "  - { name: first, agent: 192.0.2.2, sub_agent: 1 }\n"
		  "  - { name: second, agent: 192.0.2.2, sub_agent: 2 }\n"
		  "  - { name: relayed, agent: \"2001:db8::1\", direction: "
		  "egress,\n"
		  "      from: [ 198.51.100.1, \"2001:db8::9\" ] }\n";

static void setup(void)
{
	exchange_build(&e, config, NULL);
	ck_assert_int_eq(agents_init(&a, e.config), 0);
}

static void teardown(void)
{
	agents_fini(&a);
	exchange_free(&e);
}

static struct ipaddr address(const char *text)
{
	struct ipaddr out;

	ck_assert_int_eq(ipaddr_parse(text, strlen(text), &out), 0);
	return out;
}

static const struct {
	const char *name;
	const char *source;
	const char *agent;
	uint32_t sub_agent;
	uint32_t found;
} datagrams[] = {
	{ "from its own address", "192.0.2.1", "192.0.2.1", 0, 0 },
	{ "any sub-agent where none is said", "192.0.2.1", "192.0.2.1", 100,
	  0 },
	{ "from a stranger's address", "192.0.2.3", "192.0.2.1", 0,
	  SWITCH_NONE },
	{ "an unknown agent from a known address", "192.0.2.1", "192.0.2.3", 0,
	  SWITCH_NONE },
	{ "the one sub-agent", "192.0.2.2", "192.0.2.2", 1, 1 },
	{ "the other sub-agent", "192.0.2.2", "192.0.2.2", 2, 2 },
	{ "a third sub-agent", "192.0.2.2", "192.0.2.2", 3, SWITCH_NONE },
	{ "from a listed source", "198.51.100.1", "2001:db8::1", 0, 3 },
	{ "from the other one", "2001:db8::9", "2001:db8::1", 0, 3 },
	{ "a list replaces the agent's own address", "2001:db8::1",
	  "2001:db8::1", 0, SWITCH_NONE },
	{ "one switch's source is not the other's", "198.51.100.1", "192.0.2.1",
	  0, SWITCH_NONE },
};

START_TEST(a_datagram_is_believed_by_source_agent_and_sub_agent)
{
	struct ipaddr source = address(datagrams[_i].source);
	struct sflow_head head = { .agent = address(datagrams[_i].agent),
				   .sub_agent = datagrams[_i].sub_agent };

	/* whichever switch the one before was from */
	for (uint32_t last = 0; last < 5; last++) {
		a.last_match = last;
		ck_assert_msg(agents_find(&a, &source, &head) ==
				  datagrams[_i].found,
			      "%s", datagrams[_i].name);
	}
}
END_TEST

START_TEST(a_source_is_known_if_some_switch_sends_from_it)
{
	struct ipaddr own = address("192.0.2.1");
	struct ipaddr listed = address("2001:db8::9");
	struct ipaddr replaced = address("2001:db8::1");

	ck_assert(agents_know_source(&a, &own));
	ck_assert(agents_know_source(&a, &listed));
	ck_assert(!agents_know_source(&a, &replaced));
}
END_TEST

START_TEST(what_counts_is_as_configured)
{
	ck_assert(a.switches[0].undecided);
	ck_assert_int_eq(a.switches[0].counted, COUNTED_ANY);
	ck_assert(!a.switches[3].undecided);
	ck_assert_int_eq(a.switches[3].counted, COUNTED_EGRESS);
}
END_TEST

/* What the rules of a switch are made of, in its configuration. */
static const char *const rules_of[] = {
	"direction: any",
	"direction: both",
	"direction: auto",
	"direction: ingress",
	"direction: egress",
	"direction: both, scaling: plain",
	"direction: any, scaling: corrected",
};

START_TEST(each_switch_has_the_rules_of_its_own)
{
	static const enum config_direction expected[] = {
		CONFIG_DIRECTION_ANY,	 CONFIG_DIRECTION_BOTH,
		CONFIG_DIRECTION_AUTO,	 CONFIG_DIRECTION_INGRESS,
		CONFIG_DIRECTION_EGRESS, CONFIG_DIRECTION_BOTH,
		CONFIG_DIRECTION_ANY
	};
	char text[1024] = EXCHANGE_HEAD "state_dir: /nonexistent\nswitches:\n";

	for (size_t i = 0; i < COUNT_OF(rules_of); i++) {
		size_t len = strlen(text);

		(void)snprintf(text + len, sizeof(text) - len,
			       "  - { name: s%zu, agent: 192.0.2.%zu, %s }\n",
			       i, i + 1, rules_of[i]);
	}
	teardown();
	exchange_build(&e, text, NULL);
	ck_assert_int_eq(agents_init(&a, e.config), 0);
	for (size_t i = 0; i < COUNT_OF(rules_of); i++) {
		bool both = i == 1 || i == 2 || i == 5;

		ck_assert_int_eq(a.rules[i].direction, expected[i]);
		ck_assert_int_eq(a.rules[i].is_combined, both);
		ck_assert_int_eq(a.rules[i].is_corrected,
				 i == 1 || i == 2 || i == 6);
		ck_assert_int_eq(a.switches[i].undecided, i == 2);
		ck_assert_double_eq_tol(a.switches[i].correction, 1, 1e-9);
	}
}
END_TEST

static void refuse(uint32_t sub_agent, int64_t time_us)
{
	struct ipaddr source = address("203.0.113.1");
	struct sflow_head head = { .agent = address("203.0.113.9"),
				   .sub_agent = sub_agent };

	agents_refuse(&a, &source, &head, time_us);
}

START_TEST(a_refused_agent_is_listed_once)
{
	struct ipaddr source = address("203.0.113.1");

	refuse(1, 10);
	refuse(1, 20);
	refuse(2, 30);
	agents_refuse(&a, &source, NULL, 40);
	ck_assert_uint_eq(a.refused_count, 3);
	ck_assert_uint_eq(a.refused[0].datagrams, 2);
	ck_assert_int_eq(a.refused[0].last_us, 20);
	ck_assert_uint_eq(a.refused[1].sub_agent, 2);
	ck_assert_uint_eq(a.refused[2].agent.version, 0);
}
END_TEST

START_TEST(who_goes_on_sending_stays_in_the_bounded_refused_list)
{
	refuse(0, 1);
	refuse(0, 2);
	for (uint32_t i = 1; i < REFUSED_MAX + 10; i++)
		refuse(i, 3);
	ck_assert_uint_eq(a.refused_count, REFUSED_MAX);
	ck_assert_uint_eq(a.refused_not_listed, 10);
	ck_assert_uint_eq(a.refused[0].datagrams, 2);
	ck_assert_uint_eq(a.refused[1].datagrams, 1);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_datagram_is_believed_by_source_agent_and_sub_agent,
		  COUNT_OF(datagrams) },
		{ a_source_is_known_if_some_switch_sends_from_it, 0 },
		{ what_counts_is_as_configured, 0 },
		{ a_refused_agent_is_listed_once, 0 },
		{ who_goes_on_sending_stays_in_the_bounded_refused_list, 0 },
		{ each_switch_has_the_rules_of_its_own, 0 },
	};

	return unit_run_with("agents", setup, teardown, tests, COUNT_OF(tests));
}
