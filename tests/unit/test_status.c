/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/status.h"

#include <math.h>
#include <string.h>

#include "support/unit.h"
#include "util/err.h"
#include "util/text.h"

static const char whole[] =
    "{\"version\":1,\"written\":1700000310.5,\"started\":1700000000,"
    "\"replay\":{\"captures\":[\"a.pcap\",\"b.pcap\"],\"from\":1.5,\"to\":60},"
    "\"now\":1700000310,\"last_step_end\":1700000280,"
    "\"sources\":[{\"kind\":\"sflow\",\"listen\":\"[::]:6343\","
    "\"socket_drops\":3},{\"kind\":\"mirror\",\"interface\":\"eth1\"}],"
    "\"relays\":[{\"to\":\"192.0.2.50:6343\",\"asn\":null,\"sent\":5,"
    "\"dropped\":2,\"bytes\":700,\"last_error\":\"Connection refused\","
    "\"last_error_at\":1700000300},"
    "{\"to\":\"[2001:db8::50]:6343\",\"asn\":64500,\"left_out\":4}],"
    "\"input\":{\"datagrams\":7,\"odd\":\"x\",\"nested\":{}},"
    "\"ledger\":{\"observations\":9,\"attributed\":5,"
    "\"dropped\":{\"no_member\":4}},\"skipped\":{\"samples\":0},"
    "\"store\":{\"steps_written\":2,\"rows_failed\":1,"
    "\"last_error\":\"disk full\"},"
    "\"configuration\":{\"loaded\":5,\"refused\":6,"
    "\"problem\":\"a:1: error\\nb:2: error\"},"
    "\"switches\":[{\"name\":\"sw1\",\"agent\":\"192.0.2.1\","
    "\"counted\":\"ingress\",\"sampling_rate\":4096,"
    "\"vlan_counters\":2,"
    "\"discarded_packets\":{\"ttl\":2,\"acl\":3,\"odd\":\"x\"},"
    "\"processor\":{\"load_1m_percent\":12.5,\"memory_bytes\":8}}],"
    "\"refused\":[{\"source\":\"192.0.2.9\",\"agent\":\"192.0.2.8\","
    "\"sub_agent\":1,\"datagrams\":5,\"last_seen\":1700000309}],"
    "\"refused_not_listed\":11,\"clock_jumps\":4,"
    "\"unknown_macs\":[{\"mac\":\"02:00:00:00:00:01\",\"vlan\":0,"
    "\"missed_samples_at_most\":6,"
    "\"ifindex\":5,\"reason\":\"unknown\"}],\"unknown_macs_not_listed\":3,"
    "\"learned_ports\":[{\"switch\":\"sw1\",\"ifindex\":8,"
    "\"configured\":false,\"kind\":\"core\",\"line\":\"- { }\"}],"
    "\"moved_macs\":[{\"mac\":\"02:00:00:00:00:02\",\"asn\":64500,"
    "\"switch\":\"sw1\",\"port\":\"a\",\"other_port\":null,"
    "\"what\":\"moved\",\"at\":9}],"
    "\"misdelivered_macs\":[{\"mac\":\"02:00:00:00:00:03\","
    "\"stays\":true,\"samples\":4}],"
    "\"ports\":[{\"switch\":\"sw1\",\"ifindex\":7,\"name\":\"Ethernet1/1\","
    "\"configured\":true,\"up\":false,\"in_bps\":null,\"out_bps\":8.5,"
    "\"fcs_errors\":null,\"lag\":{\"forwards\":false}}]}";

static struct status *parse(const char *text)
{
	struct status *s = NULL;

	ck_assert_int_eq(status_parse(&s, text, strlen(text)), 0);
	return s;
}

START_TEST(every_field_is_read)
{
	struct status *s = parse(whole);

	ck_assert_double_eq(s->written, 1700000310.5);
	ck_assert(s->is_replay);
	ck_assert_str_eq(s->captures, "a.pcap, b.pcap");
	ck_assert_double_eq(s->replay_from, 1.5);
	ck_assert_uint_eq(s->source_count, 2);
	ck_assert_str_eq(s->sources[1].listen, "eth1");
	ck_assert_double_nan(s->sources[1].drops);
	ck_assert_uint_eq(s->relay_count, 2);
	ck_assert_str_eq(s->relays[0].to, "192.0.2.50:6343");
	ck_assert_double_nan(s->relays[0].asn);
	ck_assert_double_eq(s->relays[0].dropped, 2);
	ck_assert_str_eq(s->relays[0].last_error, "Connection refused");
	ck_assert_double_eq(s->relays[1].asn, 64500);
	ck_assert_double_eq(s->relays[1].left_out, 4);
	ck_assert_str_eq(s->relays[1].last_error, "");
	ck_assert_double_eq(s->observations, 9);
	ck_assert_uint_eq(s->dropped.count, 1);
	ck_assert_str_eq(s->dropped.items[0].name, "no_member");
	ck_assert_double_eq(s->dropped.items[0].value, 4);
	ck_assert_str_eq(s->last_error, "disk full");
	ck_assert_str_eq(s->switches[0].counted, "ingress");
	ck_assert_double_nan(s->switches[0].drops);
	ck_assert_double_eq(s->refused[0].sub_agent, 1);
	ck_assert_str_eq(s->macs[0].port, "");
	ck_assert_double_eq(s->macs_not_listed, 3);
	ck_assert_int_eq(s->macs[0].stays, -1);
	ck_assert_str_eq(s->learned[0].kind, "core");
	ck_assert_str_eq(s->learned[0].line, "- { }");
	ck_assert(!s->learned[0].configured);
	ck_assert_double_eq(s->learned[0].ifindex, 8);
	ck_assert_uint_eq(s->move_count, 1);
	ck_assert_str_eq(s->moves[0].what, "moved");
	ck_assert_str_eq(s->moves[0].other_port, "");
	ck_assert_double_eq(s->moves[0].asn, 64500);
	ck_assert_double_eq(s->moves[0].at, 9);
	ck_assert_double_nan(s->moves[0].ifindex);
	ck_assert_int_eq(s->misdelivered[0].stays, 1);
	ck_assert_double_eq(s->misdelivered[0].samples, 4);
	ck_assert_int_eq(s->ports[0].up, 0);
	ck_assert(s->ports[0].configured);
	ck_assert_double_nan(s->ports[0].in_bps);
	ck_assert_double_eq(s->ports[0].out_bps, 8.5);
	ck_assert_double_nan(s->ports[0].fcs_errors);
	ck_assert_int_eq(s->ports[0].lag_forwards, 0);
	ck_assert_double_eq(s->version, 1);
	ck_assert_double_eq(s->clock_jumps, 4);
	ck_assert_double_eq(s->refused_not_listed, 11);
	ck_assert_double_eq(s->macs[0].missed, 6);
	ck_assert_double_eq(s->switches[0].vlan_counters, 2);
	ck_assert_uint_eq(s->switches[0].discarded.count, 3);
	ck_assert_str_eq(s->switches[0].discarded.items[1].name, "acl");
	ck_assert_double_eq(s->switches[0].discarded.items[1].value, 3);
	ck_assert_double_eq(s->switches[0].load_percent, 12.5);
	ck_assert_double_nan(s->switches[0].memory_free_bytes);
	ck_assert_double_eq(s->config_refused, 6);
	ck_assert_str_eq(s->config_problem, "a:1: error\nb:2: error");
	status_free(s);
}
END_TEST

START_TEST(counters_of_odd_types_read_as_unknown_or_are_left_out)
{
	struct status *s = parse(whole);

	ck_assert_uint_eq(s->input.count, 2);
	ck_assert_double_eq(s->input.items[0].value, 7);
	ck_assert_str_eq(s->input.items[1].name, "odd");
	ck_assert_double_nan(s->input.items[1].value);
	status_free(s);
}
END_TEST

START_TEST(a_port_is_found_by_switch_and_index)
{
	struct status *s = parse(whole);

	ck_assert_ptr_eq(status_port(s, "sw1", 7), &s->ports[0]);
	ck_assert_ptr_null(status_port(s, "sw1", 8));
	ck_assert_ptr_null(status_port(s, "sw2", 7));
	status_free(s);
}
END_TEST

/* Objects that are not what was agreed; all of them read as unknown. */
static const char *const odd[] = {
	"{}",
	"{\"written\":\"now\",\"replay\":7,\"sources\":{},\"input\":[],"
	"\"ledger\":null,\"switches\":\"x\",\"ports\":1}",
	"{\"relays\":[1,null,\"x\",[],{}],\"sources\":[1,null,\"x\",[],{}],"
	"\"switches\":[[],{}],\"refused\":[null],\"unknown_macs\":[0],"
	"\"moved_macs\":[[],7],\"learned_ports\":[{},null],"
	"\"misdelivered_macs\":{},\"ports\":[true]}",
	"{\"ledger\":{\"observations\":{},\"dropped\":{\"a\":[],\"b\":{}}}}",
	"{\"replay\":{\"captures\":[1,null,{}]}}",
	"{\"written\":1e308,\"now\":-1e308,\"last_step_end\":1e400}",
	"{\"ports\":[{\"ifindex\":-1,\"up\":\"yes\",\"name\":7}]}",
};

START_TEST(odd_fields_read_as_unknown)
{
	struct status *s = NULL;
	int rc = status_parse(&s, odd[_i], strlen(odd[_i]));

	if (rc < 0) {
		/* A number beyond a double is no JSON to jansson. */
		ck_assert_int_eq(rc, ERR_SYNTAX);
		return;
	}
	ck_assert_uint_eq(s->dropped.count, 0);
	for (size_t i = 0; i < s->port_count; i++) {
		ck_assert_int_eq(s->ports[i].up, -1);
		ck_assert_str_eq(s->ports[i].name, "");
	}
	for (size_t i = 0; i < s->switch_count; i++)
		ck_assert_double_nan(s->switches[i].datagrams);
	status_free(s);
}
END_TEST

START_TEST(no_prefix_but_the_whole_is_taken)
{
	for (size_t len = 0; len < strlen(whole); len++) {
		struct status *s = NULL;

		ck_assert_int_eq(status_parse(&s, whole, len), ERR_SYNTAX);
		ck_assert_ptr_null(s);
	}
}
END_TEST

START_TEST(any_byte_changed_does_no_harm)
{
	char text[sizeof(whole)];

	for (size_t at = 0; at < strlen(whole); at++) {
		struct status *s = NULL;

		memcpy(text, whole, sizeof(whole));
		text[at] = (char)(text[at] ^ (1 << (at % 8)));
		if (status_parse(&s, text, strlen(whole)) == 0)
			status_free(s);
	}
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
	struct status *s = NULL;
	struct text text;

	text_init(&text);
	for (int i = 0; i < 100000; i++)
		text_add(&text, "{\"a\":");
	ck_assert_int_eq(status_parse(&s, text_str(&text), text.len),
			 ERR_SYNTAX);
	text_fini(&text);
}
END_TEST

START_TEST(a_list_without_end_is_cut)
{
	struct status *s;
	struct text text;

	text_init(&text);
	text_add(&text, "{\"ports\":[{}");
	for (int i = 0; i < STATUS_LIST_MAX + 10; i++)
		text_add(&text, ",{}");
	text_add(&text, "]}");
	s = parse(text_str(&text));
	ck_assert_uint_eq(s->port_count, STATUS_LIST_MAX);
	status_free(s);
	text_fini(&text);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ every_field_is_read, 0 },
		{ counters_of_odd_types_read_as_unknown_or_are_left_out, 0 },
		{ a_port_is_found_by_switch_and_index, 0 },
		{ odd_fields_read_as_unknown, COUNT_OF(odd) },
		{ no_prefix_but_the_whole_is_taken, 0 },
		{ any_byte_changed_does_no_harm, 0 },
		{ deep_nesting_is_refused, 0 },
		{ a_list_without_end_is_cut, 0 },
	};

	return unit_run("status", tests, COUNT_OF(tests));
}
