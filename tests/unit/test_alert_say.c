/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Alerts in words, in two languages, and as JSON. */
#include "web/report/alert_say.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/alert_world.h"
#include "support/unit.h"
#include "web/languages.h"
#include "web/report/alert_rules.h"

static struct alert_world world;

static void set_up(void)
{
	alert_world_open(&world);
	alert_world_status(&world, "");
}

static void tear_down(void)
{
	alert_world_close(&world);
}

/* What may be said: a subject, figures, and the words for it. */
static const struct {
	struct alert_subject subject;
	struct alert_figures figures;
	enum alert_what what;
	bool is_missed;
	const char *english;
	const char *french;
} cases[] = {
	{ { .kind = ALERT_COLLECTOR_SILENT },
	  { 600, NAN, NAN },
	  ALERT_RAISED,
	  false,
	  "The collector has said nothing for 10 min",
	  "Le collecteur ne dit plus rien depuis 10" },
	{ { .kind = ALERT_COLLECTOR_SILENT },
	  { INFINITY, NAN, NAN },
	  ALERT_RAISED,
	  false,
	  "status file is missing",
	  "manque" },
	{ { .kind = ALERT_COLLECTOR_SILENT },
	  { 2, NAN, NAN },
	  ALERT_CLEARED,
	  false,
	  "The collector is at work again",
	  "travaille de nouveau" },
	{ { .kind = ALERT_NOT_STORED },
	  { 900, NAN, NAN },
	  ALERT_RAISED,
	  false,
	  "stored nothing for 15 min",
	  "plus rien depuis 15" },
	{ { .kind = ALERT_DISK_NEARLY_FULL, .part = ALERT_BYTES },
	  { 0.083, 12.1e9, 146e9 },
	  ALERT_RAISED,
	  false,
	  "Free space where the data is: 8.3 % (12.1 GB)",
	  "12,1" },
	{ { .kind = ALERT_DISK_NEARLY_FULL, .part = ALERT_INODES },
	  { 0.03, 300, 10000 },
	  ALERT_WORSE,
	  false,
	  "Free inodes where the data is: 3.0 %",
	  "Inodes libres" },
	{ { .kind = ALERT_CLOCK_ODD },
	  { 1, NAN, NAN },
	  ALERT_RAISED,
	  false,
	  "The clock was set",
	  "L\xe2\x80\x99horloge" },
	{ { .kind = ALERT_SWITCH_SILENT, .switch_name = "sw2" },
	  { 300, 1, NAN },
	  ALERT_RAISED,
	  false,
	  "sw2 has been silent for 5 min",
	  "sw2 se tait depuis 5" },
	{ { .kind = ALERT_SWITCH_SILENT, .switch_name = "sw2" },
	  { 300, NAN, NAN },
	  ALERT_RAISED,
	  false,
	  "sw2 has sent nothing yet",
	  "sw2 n" },
	{ { .kind = ALERT_SWITCH_SILENT, .switch_name = "sw2" },
	  { 1, 1, NAN },
	  ALERT_CLEARED,
	  false,
	  "sw2 sends again",
	  "sw2 \xc3\xa9met de nouveau" },
	{ { .kind = ALERT_SWITCH_SILENT, .switch_name = "sw9" },
	  { 300, 1, NAN },
	  ALERT_CLEARED,
	  true,
	  "sw9: there is nothing to go by any more",
	  "sw9" },
	{ { .kind = ALERT_SAMPLES_LOST,
	    .part = ALERT_DATAGRAMS,
	    .switch_name = "sw1" },
	  { 0.071, 7, 100 },
	  ALERT_RAISED,
	  false,
	  "sw1: datagrams lost on the way in the last hour: 7.1 %",
	  "datagrammes perdus" },
	{ { .kind = ALERT_SAMPLES_LOST,
	    .part = ALERT_SAMPLES,
	    .switch_name = "sw1" },
	  { 0.071, 7, 100 },
	  ALERT_RAISED,
	  false,
	  "sw1: samples dropped by the switch",
	  "rejet\xc3\xa9s par le commutateur" },
	{ { .kind = ALERT_PORT_FULL,
	    .part = ALERT_IN,
	    .switch_name = "sw1",
	    .number = 5 },
	  { 0.85, 1.0625e9, 1e10 },
	  ALERT_RAISED,
	  false,
	  "sw1 five (AS64500, AS64501): into the switch 85.0 % of its speed, "
	  "8.50 Gbit/s over 15 minutes",
	  "vers le commutateur" },
	{ { .kind = ALERT_PORT_FULL,
	    .part = ALERT_OUT,
	    .switch_name = "sw1",
	    .number = 999 },
	  { 0.85, 1.0625e9, 1e10 },
	  ALERT_RAISED,
	  false,
	  "sw1 ifIndex 999: out of the switch",
	  "depuis le commutateur" },
	{ { .kind = ALERT_MEMBER_GONE, .asn = 64500 },
	  { 0.001, 1000, 1e6 },
	  ALERT_RAISED,
	  false,
	  "AS64500 A: traffic is gone: 8.00 kbit/s over half an hour, usual "
	  "8.00 Mbit/s",
	  "AS64500 A" },
	{ { .kind = ALERT_MEMBER_GONE, .asn = 64500 },
	  { 1.1, 1.1e6, 1e6 },
	  ALERT_CLEARED,
	  false,
	  "AS64500 A is back: 8.80 Mbit/s",
	  "est de retour" },
	{ { .kind = ALERT_MEMBER_GONE, .asn = 64511 },
	  { 0.001, 1000, 1e6 },
	  ALERT_CLEARED,
	  true,
	  "AS64511: there is nothing to go by any more",
	  "AS64511" },
	{ { .kind = ALERT_MEMBER_UNUSUAL,
	    .part = ALERT_FROM_MEMBER,
	    .asn = 64500 },
	  { -0.6, 4e5, 1e6 },
	  ALERT_RAISED,
	  false,
	  "AS64500 A: sent 3.20 Mbit/s over an hour, \xe2\x88\x92"
	  "60.0 % "
	  "against the usual 8.00 Mbit/s",
	  "a envoy\xc3\xa9" },
	{ { .kind = ALERT_MEMBER_UNUSUAL,
	    .part = ALERT_TO_MEMBER,
	    .asn = 64500 },
	  { 2, 3e6, 1e6 },
	  ALERT_RAISED,
	  false,
	  "AS64500 A: received 24.0 Mbit/s over an hour, +200 % against",
	  "a re\xc3\xa7u" },
	{ { .kind = ALERT_CALIBRATION_DRIFT,
	    .part = ALERT_IN,
	    .switch_name = "sw1",
	    .number = 1 },
	  { 0.47, NAN, NAN },
	  ALERT_RAISED,
	  false,
	  "sw1 one (AS64500): estimates into the switch drift away from the "
	  "counters: 0.470 of these",
	  "0,470" },
	{ { .kind = ALERT_CALIBRATION_DRIFT,
	    .part = ALERT_OUT,
	    .switch_name = "sw1",
	    .number = 1 },
	  { 1, NAN, NAN },
	  ALERT_CLEARED,
	  false,
	  "estimates out of the switch keep to the counters again",
	  "suivent de nouveau" },
	{ { .kind = ALERT_UNKNOWN_AGENT,
	    .name = "192.0.2.8",
	    .source = "192.0.2.9",
	    .number = 2 },
	  { 99, NAN, NAN },
	  ALERT_RAISED,
	  false,
	  "Agent 192.0.2.8/2, sent from 192.0.2.9 sends datagrams",
	  "aucun commutateur" },
	{ { .kind = ALERT_UNKNOWN_AGENT,
	    .name = "192.0.2.8",
	    .source = "192.0.2.8" },
	  { 99, NAN, NAN },
	  ALERT_CLEARED,
	  true,
	  "Agent 192.0.2.8 sends no more",
	  "n\xe2\x80\x99"
	  "envoie plus rien" },
	{ { .kind = ALERT_UNKNOWN_AGENT, .part = ALERT_OTHERS },
	  { 12, NAN, NAN },
	  ALERT_RAISED,
	  false,
	  "Further agents that no switch names: 12",
	  "Autres agents" },
	{ { .kind = ALERT_UNKNOWN_MAC,
	    .name = "02:00:00:00:00:99",
	    .switch_name = "sw1",
	    .number = 3 },
	  { 9, NAN, NAN },
	  ALERT_RAISED,
	  false,
	  "Unknown MAC address: 02:00:00:00:00:99, sw1 three",
	  "Adresse MAC inconnue" },
	{ { .kind = ALERT_UNKNOWN_MAC,
	    .name = "02:00:00:00:00:99",
	    .switch_name = "sw1",
	    .number = 3 },
	  { 9, NAN, NAN },
	  ALERT_CLEARED,
	  true,
	  "MAC address 02:00:00:00:00:99, sw1 three is not seen any more",
	  "n\xe2\x80\x99"
	  "est plus vue" },
	{ { .kind = ALERT_UNKNOWN_MAC, .part = ALERT_OTHERS },
	  { 3950, NAN, NAN },
	  ALERT_RAISED,
	  false,
	  "Further unknown MAC addresses: 3",
	  "Autres adresses" },
};

static void say(struct text *out, const char *code, int i)
{
	const struct alert_change change = {
		.what = cases[i].what,
		.alert = { .subject = cases[i].subject,
			   .severity = ALERT_WARNING,
			   .figures = cases[i].figures },
		.is_read = !cases[i].is_missed,
	};

	text_init(out);
	out->language = languages_of(code);
	alert_say(out, &world.call, &change);
}

START_TEST(each_alert_has_its_words)
{
	struct text text;

	say(&text, "en", _i);
	ck_assert_msg(strstr(text_str(&text), cases[_i].english) != NULL,
		      "%s, expected %s", text_str(&text), cases[_i].english);
	text_fini(&text);
}
END_TEST

START_TEST(each_has_them_in_french)
{
	struct text english;
	struct text french;

	say(&english, "en", _i);
	say(&french, "fr", _i);
	ck_assert_msg(strstr(text_str(&french), cases[_i].french) != NULL,
		      "%s, expected %s", text_str(&french), cases[_i].french);
	if (!cases[_i].is_missed)
		ck_assert_str_ne(text_str(&english), text_str(&french));
	text_fini(&english);
	text_fini(&french);
}
END_TEST

/* All of the cases as changes, in no order: what is written is not judged. */
static void fill(struct alert_outcome *out, struct alert_change *changes)
{
	*out = (struct alert_outcome){ .changes = changes,
				       .change_count = COUNT_OF(cases) };
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		changes[i] = (struct alert_change){
			.what = cases[i].what,
			.alert = { .subject = cases[i].subject,
				   .severity = ALERT_WARNING,
				   .since_s = WORLD_NOW,
				   .figures = cases[i].figures },
			.is_read = !cases[i].is_missed,
		};
		if (cases[i].what != ALERT_CLEARED &&
		    alert_list_add(&out->standing, &changes[i].alert) < 0)
			abort();
	}
}

START_TEST(json_says_all_of_it)
{
	struct alert_change changes[COUNT_OF(cases)];
	struct alert_outcome outcome;
	const struct alert_report report = { .call = &world.call,
					     .outcome = &outcome,
					     .at_s = WORLD_NOW };
	struct text text;
	json_t *json;

	fill(&outcome, changes);
	text_init(&text);
	alert_report_add_json(&text, &report);
	json = json_loads(text_str(&text), JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(json);
	ck_assert_int_eq(json_integer_value(json_object_get(json, "version")),
			 1);
	ck_assert_uint_eq(json_array_size(json_object_get(json, "changed")),
			  COUNT_OF(cases));
	ck_assert_uint_eq(json_array_size(json_object_get(json, "standing")),
			  outcome.standing.count);
	ck_assert_ptr_nonnull(
	    strstr(text_str(&text), "\"key\":\"port_full/sw1/5/in\""));
	ck_assert_ptr_nonnull(
	    strstr(text_str(&text),
		   "\"subject\":{\"switch\":\"sw1\",\"ifindex\":5,\"port\":"
		   "\"five\",\"part\":\"in\"},\"value\":0.8500,\"threshold\":"
		   "0.8000"));
	json_decref(json);
	text_fini(&text);
	alert_list_fini(&outcome.standing);
}
END_TEST

START_TEST(a_member_is_told_of_its_own_alone)
{
	struct alert_change changes[COUNT_OF(cases)];
	struct alert_outcome outcome;
	struct alert_report report = { .call = &world.call,
				       .outcome = &outcome,
				       .at_s = WORLD_NOW,
				       .asn = 64500 };
	struct text text;

	fill(&outcome, changes);
	ck_assert(alert_report_says(&report));
	text_init(&text);
	alert_report_add_text(&text, &report);
	ck_assert_ptr_nonnull(strstr(text_str(&text), "AS64500 A: sent"));
	ck_assert_ptr_null(strstr(text_str(&text), "sw2"));
	ck_assert_ptr_null(strstr(text_str(&text), "192.0.2.8"));
	ck_assert_ptr_null(strstr(text_str(&text), "02:00"));
	/* a port that it shares, and how well its own is sampled */
	ck_assert_ptr_null(strstr(text_str(&text), "five"));
	ck_assert_ptr_null(strstr(text_str(&text), "drift"));
	text_fini(&text);
	report.asn = 64501;
	ck_assert(!alert_report_says(&report));
	alert_list_fini(&outcome.standing);
}
END_TEST

START_TEST(a_port_of_its_own_is_a_member_s)
{
	struct alert_subject s = { .kind = ALERT_PORT_FULL,
				   .switch_name = "sw1",
				   .number = 1 };

	ck_assert_uint_eq(alert_owner(&world.call, &s), 64500);
	s.number = 48; /* between switches */
	ck_assert_uint_eq(alert_owner(&world.call, &s), 0);
	s.number = 5; /* shared */
	ck_assert_uint_eq(alert_owner(&world.call, &s), 0);
	s.number = 999;
	ck_assert_uint_eq(alert_owner(&world.call, &s), 0);
}
END_TEST

START_TEST(a_mail_is_about_the_worst)
{
	struct alert_change changes[] = {
		{ .what = ALERT_CLEARED,
		  .alert = { .subject = cases[9].subject,
			     .severity = ALERT_CRITICAL },
		  .is_read = true },
		{ .what = ALERT_RAISED,
		  .alert = { .subject = cases[5].subject,
			     .severity = ALERT_WARNING,
			     .figures = cases[5].figures } },
		{ .what = ALERT_WORSE,
		  .alert = { .subject = cases[13].subject,
			     .severity = ALERT_CRITICAL,
			     .figures = cases[13].figures } },
	};
	struct alert_outcome outcome = { .changes = changes,
					 .change_count = 3 };
	const struct alert_report report = { .call = &world.call,
					     .outcome = &outcome,
					     .at_s = WORLD_NOW };
	struct text text;

	text_init(&text);
	alert_report_add_subject(&text, &report);
	ck_assert_ptr_nonnull(strstr(
	    text_str(&text), "Test: Alerts: 3; Worse (critical): sw1 five"));
	text_clear(&text);
	outcome.change_count = 1;
	alert_report_add_subject(&text, &report);
	ck_assert_str_eq(text_str(&text),
			 "Test: Over (critical): sw2 sends again");
	text_fini(&text);
}
END_TEST

START_TEST(a_text_has_an_end)
{
	enum { PORTS = 700 };
	struct alert_change *changes = calloc(PORTS, sizeof(*changes));
	struct alert_outcome outcome = { .changes = changes,
					 .change_count = PORTS };
	const struct alert_report report = { .call = &world.call,
					     .outcome = &outcome,
					     .at_s = WORLD_NOW };
	size_t lines = 0;
	struct text text;

	ck_assert_ptr_nonnull(changes);
	for (uint32_t i = 0; i < PORTS; i++) {
		struct alert other = { .subject = cases[13].subject,
				       .severity = ALERT_WARNING };

		changes[i].alert = other;
		changes[i].alert.subject.number = 1000 + i;
		other.subject.number = 5000 + i;
		ck_assert_int_eq(alert_list_add(&outcome.standing, &other), 0);
	}
	text_init(&text);
	alert_report_add_text(&text, &report);
	for (const char *c = text_str(&text); *c; c++)
		lines += *c == '\n';
	/* head, changes, how many more, what stands, how many more */
	ck_assert_uint_eq(lines, 2 + 500 + 1 + 2 + 50 + 1);
	ck_assert_ptr_nonnull(strstr(text_str(&text), "Further ones: 200\n"));
	ck_assert_ptr_nonnull(strstr(text_str(&text), "Further ones: 650\n"));
	text_fini(&text);
	alert_list_fini(&outcome.standing);
	free(changes);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ each_alert_has_its_words, COUNT_OF(cases) },
		{ each_has_them_in_french, COUNT_OF(cases) },
		{ json_says_all_of_it, 0 },
		{ a_member_is_told_of_its_own_alone, 0 },
		{ a_port_of_its_own_is_a_member_s, 0 },
		{ a_mail_is_about_the_worst, 0 },
		{ a_text_has_an_end, 0 },
	};

	return unit_run_with("alert_say", set_up, tear_down, tests,
			     COUNT_OF(tests));
}
