/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/datagram_source.h"

static struct datagram_source *source;
static int sender = -1;

static struct config_endpoint endpoint(const char *address, uint16_t port)
{
	struct config_endpoint e = { .port = port };

	ck_assert_int_eq(ipaddr_parse(address, strlen(address), &e.addr), 0);
	return e;
}

/* Listen on a free port of loopback, and have a socket that sends there. */
static void listen_on(const char *address)
{
	struct config_endpoint e = endpoint(address, 0);
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);
	struct sockaddr_in to = { .sin_family = AF_INET };
	int buffer = 0;

	ck_assert_int_eq(
	    datagram_source_open(&source, DATAGRAM_UDP, &e, &buffer), 0);
	ck_assert_int_gt(buffer, 0);
	ck_assert_int_eq(getsockname(datagram_source_fd(source),
				     (struct sockaddr *)&bound, &len),
			 0);
	to.sin_port = bound.ss_family == AF_INET
			  ? ((struct sockaddr_in *)&bound)->sin_port
			  : ((struct sockaddr_in6 *)&bound)->sin6_port;
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sender = socket(AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_ge(sender, 0);
	ck_assert_int_eq(connect(sender, (struct sockaddr *)&to, sizeof(to)),
			 0);
}

static void teardown(void)
{
	datagram_source_close(source);
	source = NULL;
	if (sender >= 0)
		(void)close(sender);
	sender = -1;
}

static void send_one(const void *bytes, size_t len)
{
	ck_assert_int_eq(send(sender, bytes, len, 0), (ssize_t)len);
}

static int receive_all(void)
{
	const struct datagram *d;
	int sum = 0;
	int count;

	while ((count = datagram_source_receive(source, &d)) > 0)
		sum += count;
	ck_assert_int_eq(count, 0);
	return sum;
}

START_TEST(a_datagram_comes_with_its_source_and_length)
{
	static uint8_t large[60000];
	const struct datagram *d;

	listen_on("127.0.0.1");
	ck_assert_int_eq(datagram_source_receive(source, &d), 0);
	memset(large, 7, sizeof(large));
	send_one("abc", 3);
	send_one("", 0);
	send_one(large, sizeof(large));
	ck_assert_int_eq(datagram_source_receive(source, &d), 3);
	ck_assert_uint_eq(d[0].len, 3);
	ck_assert_mem_eq(d[0].bytes, "abc", 3);
	ck_assert_uint_eq(d[1].len, 0);
	ck_assert_uint_eq(d[2].len, sizeof(large));
	ck_assert_mem_eq(d[2].bytes, large, sizeof(large));
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(d[i].source.version, 4);
		ck_assert_mem_eq(d[i].source.bytes, "\x7f\0\0\1", 4);
	}
	ck_assert_int_eq(datagram_source_receive(source, &d), 0);
}
END_TEST

START_TEST(many_datagrams_come_in_batches_and_in_order)
{
	const struct datagram *d;
	uint32_t expected = 0;
	int count;

	listen_on("127.0.0.1");
	for (uint32_t i = 0; i < 200; i++)
		send_one(&i, sizeof(i));
	while ((count = datagram_source_receive(source, &d)) > 0) {
		for (int i = 0; i < count; i++, expected++)
			ck_assert_mem_eq(d[i].bytes, &expected, 4);
	}
	ck_assert_uint_eq(expected, 200);
	ck_assert_uint_eq(datagram_source_drops(source), 0);
}
END_TEST

START_TEST(the_wildcard_of_ipv6_takes_ipv4_too)
{
	const struct datagram *d;

	listen_on("::");
	send_one("x", 1);
	ck_assert_int_eq(datagram_source_receive(source, &d), 1);
	ck_assert_uint_eq(d[0].source.version, 4);
	ck_assert_mem_eq(d[0].source.bytes, "\x7f\0\0\1", 4);
}
END_TEST

START_TEST(what_the_kernel_drops_is_counted)
{
	enum { SENT = 2000 };
	static uint8_t bytes[1400];
	int tiny = 4096;
	uint64_t drops;
	int received;

	listen_on("127.0.0.1");
	ck_assert_int_eq(setsockopt(datagram_source_fd(source), SOL_SOCKET,
				    SO_RCVBUF, &tiny, sizeof(tiny)),
			 0);
	for (int i = 0; i < SENT; i++)
		send_one(bytes, sizeof(bytes));
	received = receive_all();
	drops = datagram_source_drops(source);
	ck_assert_uint_gt(drops, 0);
	ck_assert_uint_eq(drops + (uint64_t)received, SENT);
	/* asked again, nothing more was dropped */
	ck_assert_uint_eq(datagram_source_drops(source), drops);
}
END_TEST

START_TEST(drops_told_late_do_not_count_again)
{
	const struct datagram *d;
	static uint8_t bytes[1400];
	int tiny = 4096 * 40;
	uint64_t sent = 0, received = 0, drops;

	listen_on("127.0.0.1");
	ck_assert_int_eq(setsockopt(datagram_source_fd(source), SOL_SOCKET,
				    SO_RCVBUF, &tiny, sizeof(tiny)),
			 0);
	for (int turn = 0; turn < 5; turn++) {
		for (int i = 0; i < 2000; i++, sent++)
			send_one(bytes, sizeof(bytes));
		if (turn < 4)
			received +=
			    (uint64_t)datagram_source_receive(source, &d);
		(void)datagram_source_drops(source);
	}
	received += (uint64_t)receive_all();
	drops = datagram_source_drops(source);
	ck_assert_uint_eq(drops + received, sent);
}
END_TEST

/* Whether raw sockets may be opened here. */
static bool may_be_raw(void)
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_GRE);

	if (fd < 0) {
		printf("skipped: no right to open raw sockets\n");
		return false;
	}
	(void)close(fd);
	return true;
}

START_TEST(gre_comes_without_the_header_around_it)
{
	static const uint8_t packet[] = { 0, 0, 0x88, 0xbe, 1, 2, 3 };
	static const char *const addresses[] = { "127.0.0.1", "::1" };
	struct config_endpoint e = endpoint(addresses[_i], 0);
	struct sockaddr_storage to;
	socklen_t len = ipaddr_to_sockaddr(&e.addr, 0, &to);
	const struct datagram *d;
	int buffer;

	if (!may_be_raw())
		return;
	ck_assert_int_eq(
	    datagram_source_open(&source, DATAGRAM_GRE, &e, &buffer), 0);
	sender = socket(to.ss_family, SOCK_RAW, IPPROTO_GRE);
	ck_assert_int_ge(sender, 0);
	ck_assert_int_eq(connect(sender, (struct sockaddr *)&to, len), 0);
	send_one(packet, sizeof(packet));
	send_one(packet, 1);
	ck_assert_int_eq(datagram_source_receive(source, &d), 2);
	ck_assert(ipaddr_equal(&d[0].source, &e.addr));
	ck_assert_uint_eq(d[0].len, sizeof(packet));
	ck_assert_mem_eq(d[0].bytes, packet, sizeof(packet));
	ck_assert_uint_eq(d[1].len, 1);
	ck_assert_uint_eq(datagram_source_drops(source), 0);
}
END_TEST

START_TEST(gre_that_is_dropped_is_counted_too)
{
	struct config_endpoint e = endpoint("127.0.0.1", 0);
	struct sockaddr_storage to;
	socklen_t len = ipaddr_to_sockaddr(&e.addr, 0, &to);
	static uint8_t packet[1400];
	int tiny = 4096 * 40;
	int buffer, received;

	if (!may_be_raw())
		return;
	ck_assert_int_eq(
	    datagram_source_open(&source, DATAGRAM_GRE, &e, &buffer), 0);
	ck_assert_int_eq(setsockopt(datagram_source_fd(source), SOL_SOCKET,
				    SO_RCVBUF, &tiny, sizeof(tiny)),
			 0);
	sender = socket(AF_INET, SOCK_RAW, IPPROTO_GRE);
	ck_assert_int_eq(connect(sender, (struct sockaddr *)&to, len), 0);
	for (int i = 0; i < 2000; i++)
		send_one(packet, sizeof(packet));
	received = receive_all();
	ck_assert_int_lt(received, 2000);
	ck_assert_uint_eq((uint64_t)received + datagram_source_drops(source),
			  2000);
}
END_TEST

START_TEST(an_address_that_is_not_ours_is_refused)
{
	struct config_endpoint e = endpoint("192.0.2.1", 6343);
	int buffer;

	ck_assert_int_eq(
	    datagram_source_open(&source, DATAGRAM_UDP, &e, &buffer),
	    -EADDRNOTAVAIL);
	ck_assert_ptr_null(source);
	datagram_source_close(NULL);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_datagram_comes_with_its_source_and_length, 0 },
		{ many_datagrams_come_in_batches_and_in_order, 0 },
		{ the_wildcard_of_ipv6_takes_ipv4_too, 0 },
		{ what_the_kernel_drops_is_counted, 0 },
		{ drops_told_late_do_not_count_again, 0 },
		{ gre_comes_without_the_header_around_it, 2 },
		{ gre_that_is_dropped_is_counted_too, 0 },
		{ an_address_that_is_not_ours_is_refused, 0 },
	};

	return unit_run_with("datagram_source", NULL, teardown, tests,
			     COUNT_OF(tests));
}
