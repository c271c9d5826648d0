/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/relay.h"
#include "support/registry_builder.h"
#include "support/switch_builder.h"
#include "util/err.h"

enum { RECEIVERS = 3, TIME_US = 1000000 };

static struct exchange e;
static struct agents agents;
static struct relay *relay;
static struct text problem;
static struct sflow_builder b;
static int receivers[RECEIVERS];
static uint16_t ports[RECEIVERS];
static uint8_t got[65536];

static int bound_to(uint16_t *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons(*port) };
	socklen_t len = sizeof(addr);
	int size = 8 << 20;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	ck_assert_int_ge(fd, 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	*port = ntohs(addr.sin_port);
	return fd;
}

static void setup(void)
{
	text_init(&problem);
	relay = NULL;
	memset(ports, 0, sizeof(ports));
	for (size_t i = 0; i < RECEIVERS; i++)
		receivers[i] = bound_to(&ports[i]);
}

static void end(void)
{
	agents_fini(&agents);
	exchange_free(&e);
}

static void teardown(void)
{
	relay_free(relay);
	end();
	text_fini(&problem);
	for (size_t i = 0; i < RECEIVERS; i++)
		(void)close(receivers[i]);
}

/* The exchange, with what a format says behind "relay: ". */
__attribute__((format(printf, 1, 2))) static void begin(const char *format, ...)
{
	char *config = exchange_config_text("any", NULL);
	struct text text;
	char relays[400];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(relays, sizeof(relays), format, args);
	va_end(args);
	text_init(&text);
	text_addf(&text, "%s\nrelay: [ %s ]\n", config, relays);
	exchange_build(&e, text_str(&text), NULL);
	ck_assert_int_eq(agents_init(&agents, e.config), 0);
	text_fini(&text);
	free(config);
}

static void open_relay(void)
{
	ck_assert_int_eq(relay_new(&relay, e.registry, NULL, &problem), 0);
	relay_take_over(relay, NULL);
}

static void add_from(struct ipaddr source, const void *bytes, size_t len)
{
	const struct datagram d = { source, bytes, len };

	relay_add(relay, &agents, &d, false);
}

static void relay_bytes(const void *bytes, size_t len)
{
	add_from(switch_address(1), bytes, len);
	relay_send(relay, &agents, TIME_US);
}

/* A datagram that the receiver has, or -1. */
static ssize_t receive(int receiver)
{
	return recv(receivers[receiver], got, sizeof(got), 0);
}

static const struct relay_counters *counters(size_t i)
{
	const struct relay_counters *c = &relay_target_at(relay, i)->counters;

	ck_assert_uint_eq(c->received, c->sent + c->dropped + c->left_out);
	return c;
}

static uint32_t word_at(size_t at)
{
	uint32_t word;

	memcpy(&word, got + at, sizeof(word));
	return ntohl(word);
}

/* Of a datagram of an IPv4 agent. */
static uint32_t sequence(void)
{
	return word_at(16);
}

/* The same of its first sample. */
static uint32_t sample_number(void)
{
	return word_at(36);
}

static uint32_t samples(void)
{
	return word_at(24);
}

static const struct sent_flow one_to_two = {
	.src = 1, .dst = 2, .port = 1, .rate = 64, .bytes = 100
};

/* One sample in a datagram, relayed. */
static void relay_flow(uint32_t number, const struct sent_flow *flow)
{
	switch_starts(&b, 1, number, 1000);
	switch_adds_flow(&b, flow);
	relay_bytes(b.data, b.len);
}

START_TEST(all_of_a_known_sender_goes_on_as_it_came)
{
	static const char *const texts[] = { "abc", "", "not sFlow at all" };
	struct ipaddr stranger = { .version = 4, .bytes = { 192, 0, 2, 77 } };

	begin("{ to: \"127.0.0.1:%u\" }, { to: \"127.0.0.1:%u\" }", ports[0],
	      ports[1]);
	open_relay();
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		add_from(switch_address(i % 2 ? 2 : 1), texts[i],
			 strlen(texts[i]));
	add_from(stranger, "x", 1);
	relay_send(relay, &agents, TIME_US);
	for (int r = 0; r < 2; r++) {
		for (size_t i = 0; i < COUNT_OF(texts); i++) {
			ck_assert_int_eq(receive(r), (ssize_t)strlen(texts[i]));
			ck_assert_mem_eq(got, texts[i], strlen(texts[i]));
		}
		ck_assert_int_eq(receive(r), -1);
		ck_assert_uint_eq(counters((size_t)r)->sent, 3);
		ck_assert_uint_eq(counters((size_t)r)->bytes, 19);
		ck_assert_int_eq(counters((size_t)r)->error, 0);
	}
	relay_send(relay, &agents, TIME_US);
	ck_assert_uint_eq(counters(0)->received, 3);
}
END_TEST

START_TEST(without_receivers_nothing_happens)
{
	begin("%s", "");
	open_relay();
	for (int i = 0; i < 3 * DATAGRAM_BATCH; i++)
		add_from(switch_address(1), "x", 1);
	relay_send(relay, &agents, TIME_US);
	relay_tick(relay, TIME_US);
	ck_assert_uint_eq(relay_count(relay), 0);
}
END_TEST

START_TEST(a_dead_receiver_is_counted_and_may_come_back)
{
	uint64_t dropped;

	begin("{ to: \"127.0.0.1:%u\" }, { to: \"127.0.0.1:%u\" }", ports[0],
	      ports[1]);
	open_relay();
	(void)close(receivers[0]);
	for (int batch = 0; batch < 10; batch++) {
		for (int i = 0; i < DATAGRAM_BATCH; i++)
			add_from(switch_address(1), "abc", 3);
		relay_send(relay, &agents, TIME_US);
	}
	dropped = counters(0)->dropped;
	ck_assert_uint_eq(counters(0)->received, 10 * DATAGRAM_BATCH);
	ck_assert_uint_gt(dropped, 8 * DATAGRAM_BATCH);
	ck_assert_int_eq(counters(0)->error, -ECONNREFUSED);
	ck_assert_int_eq(counters(0)->error_us, TIME_US);
	ck_assert_uint_eq(counters(1)->sent, 10 * DATAGRAM_BATCH);
	receivers[0] = bound_to(&ports[0]);
	/* What comes back of what went before costs nothing more. */
	relay_bytes("abc", 3);
	relay_bytes("def", 3);
	ck_assert_uint_eq(counters(0)->dropped, dropped);
	ck_assert_int_eq(receive(0), 3);
	ck_assert_int_eq(receive(0), 3);
	ck_assert_mem_eq(got, "def", 3);
}
END_TEST

START_TEST(one_that_cannot_be_reached_is_tried_again)
{
	begin("{ to: \"255.255.255.255:%u\" }, { to: \"127.0.0.1:%u\" }",
	      ports[0], ports[1]);
	open_relay();
	relay_bytes("abc", 3);
	relay_tick(relay, TIME_US + 1);
	relay_bytes("abc", 3);
	ck_assert_uint_eq(counters(0)->dropped, 2);
	ck_assert_int_eq(counters(0)->error, -EACCES);
	ck_assert_int_eq(counters(0)->error_us, TIME_US + 1);
	ck_assert_uint_eq(counters(1)->sent, 2);
}
END_TEST

START_TEST(one_that_is_too_long_is_dropped_alone)
{
	static uint8_t large[65536];

	begin("{ to: \"127.0.0.1:%u\" }", ports[0]);
	open_relay();
	for (int i = 0; i < 10; i++) {
		add_from(switch_address(1), large, i < 3 ? sizeof(large) : 5);
	}
	relay_send(relay, &agents, TIME_US);
	ck_assert_uint_eq(counters(0)->dropped, 3);
	ck_assert_uint_eq(counters(0)->sent, 7);
	ck_assert_int_eq(counters(0)->error, -EMSGSIZE);
}
END_TEST

START_TEST(the_collector_itself_is_no_receiver)
{
	char *config = exchange_config_text("any", NULL);
	struct text text;

	text_init(&text);
	/* What the configuration alone cannot tell, but for loopback. */
	text_addf(&text,
		  "%s\nsources: [ { sflow: { listen: \"[::]:%u\" } } ]\n"
		  "relay: [ { to: \"192.0.2.50:%u\" } ]\n",
		  config, ports[0], ports[0]);
	exchange_build(&e, text_str(&text), NULL);
	ck_assert_int_eq(agents_init(&agents, e.config), 0);
	text_fini(&text);
	free(config);
	e.config->relays[0].to.addr =
	    (struct ipaddr){ .version = 4, .bytes = { 127, 0, 0, 1 } };
	ck_assert_int_eq(relay_new(&relay, e.registry, NULL, &problem),
			 ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(text_str(&problem), "itself listens"));
	ck_assert_ptr_null(relay);
}
END_TEST

static void begin_members(void)
{
	begin("{ to: \"127.0.0.1:%u\", asn: 64504 }, "
	      "{ to: \"127.0.0.1:%u\", asn: 64505 }, "
	      "{ to: \"127.0.0.1:%u\", asn: 64501 }",
	      ports[0], ports[1], ports[2]);
	open_relay();
}

/* Who gets a sample: a bit for each of AS64504, AS64505, AS64501. */
static const struct {
	struct sent_flow flow;
	unsigned who;
} whose[] = {
	{ { .src = 1, .dst = 4, .port = 1, .rate = 1, .bytes = 64 }, 0 },
	{ { .src = 1, .dst = 2, .port = 1, .rate = 1, .bytes = 64 }, 4 },
	{ { .src = 2, .dst = 1, .port = 2, .rate = 1, .bytes = 64 }, 4 },
	{ { .src = 6, .dst = 7, .port = 6, .rate = 1, .bytes = 64 }, 3 },
	{ { .src = 7, .dst = 7, .port = 6, .rate = 1, .bytes = 64 }, 2 },
	{ { .src = 2,
	    .dst = STATION_BROADCAST,
	    .port = 2,
	    .rate = 1,
	    .bytes = 64,
	    .type = SENT_ARP },
	  4 },
	/* an address of two members */
	{ { .src = 5, .dst = 1, .port = 6, .rate = 1, .bytes = 64, .tag = 100 },
	  1 },
	{ { .src = 1, .dst = 5, .port = 6, .rate = 1, .bytes = 64, .tag = 200 },
	  2 },
	{ { .src = 5, .dst = 1, .port = 6, .rate = 1, .bytes = 64 }, 0 },
	{ { .src = 5, .dst = 1, .port = 6, .rate = 1, .bytes = 64, .tag = 300 },
	  0 },
	{ { .src = 5, .dst = 1, .port = 1, .rate = 1, .bytes = 64 }, 1 },
	/* also what does not count here: a core port, a strange VLAN */
	{ { .src = 2, .dst = 1, .port = 48, .rate = 1, .bytes = 64 }, 4 },
	{ { .src = 2, .dst = 1, .port = 2, .rate = 1, .bytes = 64, .tag = 200 },
	  4 },
};

START_TEST(a_member_gets_the_samples_of_its_addresses)
{
	begin_members();
	relay_flow(7, &whose[_i].flow);
	for (int r = 0; r < 3; r++) {
		ssize_t len = receive(r);

		if (!(whose[_i].who >> r & 1)) {
			ck_assert_int_eq(len, -1);
			ck_assert_uint_eq(counters((size_t)r)->left_out, 1);
			continue;
		}
		ck_assert_int_gt(len, 0);
		ck_assert_int_le(len, (ssize_t)b.len);
		ck_assert_uint_eq(samples(), 1);
		ck_assert_uint_eq(sequence(), 1);
		ck_assert_uint_eq(counters((size_t)r)->sent, 1);
		ck_assert_int_eq(receive(r), -1);
	}
}
END_TEST

START_TEST(only_its_samples_and_no_counters_go_to_a_member)
{
	begin_members();
	switch_starts(&b, 1, 7, 1000);
	switch_adds_counters(&b, 2, 1000, 10);
	switch_adds_flow(&b, &one_to_two);
	switch_adds_flow(&b, &whose[0].flow);
	switch_adds_flow(&b, &whose[2].flow);
	relay_bytes(b.data, b.len);
	ck_assert_int_gt(receive(2), 0);
	ck_assert_uint_eq(samples(), 2);
	ck_assert_int_eq(receive(0), -1);
	/* nothing of it */
	switch_starts(&b, 1, 8, 1000);
	switch_adds_counters(&b, 2, 1000, 10);
	relay_bytes(b.data, b.len);
	ck_assert_int_eq(receive(2), -1);
	ck_assert_uint_eq(counters(2)->left_out, 1);
}
END_TEST

START_TEST(what_came_before_or_cannot_be_read_is_left_out)
{
	struct datagram d = { .source = switch_address(1) };

	begin_members();
	relay_bytes("no sFlow", 8);
	switch_starts(&b, 2, 7, 1000); /* of another agent than that source's */
	switch_adds_flow(&b, &one_to_two);
	relay_bytes(b.data, b.len);
	switch_starts(&b, 1, 7, 1000);
	switch_adds_flow(&b, &one_to_two);
	d.bytes = b.data;
	d.len = b.len;
	relay_add(relay, &agents, &d, true);
	relay_send(relay, &agents, TIME_US);
	ck_assert_uint_eq(counters(2)->received, 3);
	ck_assert_uint_eq(counters(2)->left_out, 3);
	/* samples before a fault are good */
	switch_adds_flow(&b, &one_to_two);
	relay_bytes(b.data, b.len - 10);
	ck_assert_int_gt(receive(2), 0);
	ck_assert_uint_eq(samples(), 1);
}
END_TEST

START_TEST(what_is_written_anew_has_numbers_of_its_own)
{
	struct sent_flow other = one_to_two;

	begin_members();
	for (uint32_t i = 1; i <= 5; i++) {
		relay_flow(i * 1000, &one_to_two);
		relay_flow(i * 1000 + 1, &whose[0].flow);
		ck_assert_int_gt(receive(2), 0);
		ck_assert_uint_eq(sequence(), i);
		ck_assert_uint_eq(sample_number(), i);
	}
	/* another sub-agent, another switch */
	switch_starts(&b, 1, 9, 1000);
	sflow_build_patch(&b, 12, 77);
	switch_adds_flow(&b, &one_to_two);
	relay_bytes(b.data, b.len);
	ck_assert_int_gt(receive(2), 0);
	ck_assert_uint_eq(word_at(12), 77);
	ck_assert_uint_eq(sequence(), 1);
	switch_starts(&b, 2, 9, 1000);
	switch_adds_flow(&b, &one_to_two);
	add_from(switch_address(2), b.data, b.len);
	relay_send(relay, &agents, TIME_US);
	ck_assert_int_gt(receive(2), 0);
	ck_assert_uint_eq(sequence(), 1);
	ck_assert_uint_eq(sample_number(), 1);
	relay_flow(6000, &one_to_two);
	ck_assert_int_gt(receive(2), 0);
	ck_assert_uint_eq(sequence(), 6);
	ck_assert_uint_eq(sample_number(), 6);
	/* another data source */
	other.port = 2;
	relay_flow(6001, &other);
	ck_assert_int_gt(receive(2), 0);
	ck_assert_uint_eq(sequence(), 7);
	ck_assert_uint_eq(sample_number(), 1);
}
END_TEST

START_TEST(sub_agents_beyond_number_begin_anew)
{
	begin_members();
	for (uint32_t i = 0; i < 600; i++) {
		switch_starts(&b, 1, 9, 1000);
		sflow_build_patch(&b, 12, i % 300);
		switch_adds_flow(&b, &one_to_two);
		relay_bytes(b.data, b.len);
		ck_assert_int_gt(receive(2), 0);
		ck_assert_uint_eq(sequence(), 1);
	}
	relay_bytes(b.data, b.len);
	ck_assert_int_gt(receive(2), 0);
	ck_assert_uint_eq(sequence(), 2);
}
END_TEST

START_TEST(more_than_a_buffer_holds_is_sent_in_between)
{
	enum { DATAGRAMS = 7 };

	begin_members();
	switch_starts(&b, 1, 7, 1000);
	while (b.len < sizeof(b.data) - 1000)
		switch_adds_flow(&b, &one_to_two);
	for (int i = 0; i < DATAGRAMS; i++)
		add_from(switch_address(1), b.data, b.len);
	relay_send(relay, &agents, TIME_US);
	for (uint32_t i = 1; i <= DATAGRAMS; i++) {
		ck_assert_int_gt(receive(2), 40000);
		ck_assert_uint_eq(sequence(), i);
	}
	ck_assert_uint_eq(counters(2)->sent, DATAGRAMS);
	ck_assert_uint_eq(counters(2)->samples_dropped, 0);
}
END_TEST

START_TEST(a_receiver_that_stays_goes_on)
{
	struct relay *old;
	struct exchange e_before;

	begin("{ to: \"127.0.0.1:%u\", asn: 64501 }, { to: \"127.0.0.1:%u\" }",
	      ports[0], ports[1]);
	open_relay();
	relay_flow(1, &one_to_two);
	ck_assert_int_gt(receive(0), 0);
	ck_assert_int_gt(receive(1), 0);
	/* the first two change places, and one becomes another's */
	old = relay;
	e_before = e;
	agents_fini(&agents);
	begin("{ to: \"127.0.0.1:%u\", asn: 64500 }, { to: \"127.0.0.1:%u\" }, "
	      "{ to: \"127.0.0.1:%u\", asn: 64501 }",
	      ports[2], ports[1], ports[0]);
	ck_assert_int_eq(relay_new(&relay, e.registry, old, &problem), 0);
	relay_take_over(relay, old);
	exchange_free(&e_before);
	relay_flow(2, &one_to_two);
	ck_assert_int_gt(receive(0), 0);
	ck_assert_uint_eq(sequence(), 2);
	ck_assert_int_gt(receive(1), 0);
	ck_assert_int_gt(receive(2), 0);
	ck_assert_uint_eq(sequence(), 1);
	ck_assert_uint_eq(counters(0)->received, 1);
	ck_assert_uint_eq(counters(1)->received, 2);
	ck_assert_uint_eq(counters(2)->received, 2);
}
END_TEST

START_TEST(a_change_that_is_not_made_changes_nothing)
{
	struct relay *next;

	begin("{ to: \"127.0.0.1:%u\", asn: 64501 }, { to: \"127.0.0.1:%u\" }",
	      ports[0], ports[1]);
	open_relay();
	ck_assert_int_eq(relay_new(&next, e.registry, relay, &problem), 0);
	relay_free(next);
	relay_flow(1, &one_to_two);
	ck_assert_int_gt(receive(0), 0);
	ck_assert_int_gt(receive(1), 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ all_of_a_known_sender_goes_on_as_it_came, 0 },
		{ without_receivers_nothing_happens, 0 },
		{ a_dead_receiver_is_counted_and_may_come_back, 0 },
		{ one_that_cannot_be_reached_is_tried_again, 0 },
		{ one_that_is_too_long_is_dropped_alone, 0 },
		{ the_collector_itself_is_no_receiver, 0 },
		{ a_member_gets_the_samples_of_its_addresses, COUNT_OF(whose) },
		{ only_its_samples_and_no_counters_go_to_a_member, 0 },
		{ what_came_before_or_cannot_be_read_is_left_out, 0 },
		{ what_is_written_anew_has_numbers_of_its_own, 0 },
		{ sub_agents_beyond_number_begin_anew, 0 },
		{ more_than_a_buffer_holds_is_sent_in_between, 0 },
		{ a_receiver_that_stays_goes_on, 0 },
		{ a_change_that_is_not_made_changes_nothing, 0 },
	};

	return unit_run_with("relay", setup, teardown, tests, COUNT_OF(tests));
}
