/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "net/ipaddr.h"
#include "util/err.h"

static struct ipaddr parsed(const char *text)
{
	struct ipaddr a;

	ck_assert_int_eq(ipaddr_parse(text, strlen(text), &a), 0);
	return a;
}

static const struct {
	const char *text;
	const char *canonical; /* NULL: a syntax error */
} addresses[] = {
	{ "192.0.2.1", "192.0.2.1" },
	{ "0.0.0.0", "0.0.0.0" },
	{ "2001:db8::1", "2001:db8::1" },
	{ "2001:DB8:0:0:0:0:0:1", "2001:db8::1" },
	{ "::", "::" },
	{ "::ffff:192.0.2.1", "192.0.2.1" },
	{ "::ffff:c000:201", "192.0.2.1" },
	{ "2001:db8:1111:2222:3333:4444:5555:6666",
	  "2001:db8:1111:2222:3333:4444:5555:6666" },
	{ "", NULL },
	{ "192.0.2", NULL },
	{ "192.0.2.256", NULL },
	{ "192.0.2.1 ", NULL },
	{ "192.0.2.1/24", NULL },
	{ "[2001:db8::1]", NULL },
	{ "2001:db8::1%eth0", NULL },
	{ "2001:db8:::1", NULL },
	{ "sw1.example.net", NULL },
	{ "1111111111111111111111111111111111111111111111111", NULL },
};

START_TEST(an_address_is_read_and_written_in_its_canonical_form)
{
	struct ipaddr a;
	char written[IPADDR_TEXT_SIZE];
	const char *text = addresses[_i].text;
	int rc = ipaddr_parse(text, strlen(text), &a);

	ck_assert_msg(rc == (addresses[_i].canonical ? 0 : ERR_SYNTAX), "'%s'",
		      text);
	if (rc == 0)
		ck_assert_str_eq(ipaddr_format(&a, written),
				 addresses[_i].canonical);
}
END_TEST

START_TEST(a_nul_inside_is_no_end)
{
	struct ipaddr a;

	ck_assert_int_eq(ipaddr_parse("192.0.2.1\0x", 11, &a), ERR_SYNTAX);
	ck_assert_int_eq(ipaddr_parse("192.0.2.123", 9, &a), 0);
	ck_assert_int_eq(a.bytes[3], 1);
}
END_TEST

START_TEST(addresses_are_equal_by_value)
{
	struct ipaddr v4 = parsed("192.0.2.1");
	struct ipaddr mapped = parsed("::ffff:192.0.2.1");
	struct ipaddr v6 = parsed("2001:db8::1");
	struct ipaddr compatible = parsed("c000:201::");
	struct ipaddr none = { 0 };

	ck_assert(ipaddr_equal(&v4, &mapped));
	ck_assert(!ipaddr_equal(&v4, &v6));
	ck_assert(!ipaddr_equal(&v4, &compatible));
	ck_assert(!ipaddr_equal(&v4, &none));
	ck_assert(ipaddr_equal(&none, &none));
}
END_TEST

START_TEST(bytes_of_another_length_are_no_address)
{
	static const uint8_t bytes[16] = { 192, 0, 2, 1 };
	char written[IPADDR_TEXT_SIZE];

	for (size_t len = 0; len < sizeof(bytes); len++) {
		struct ipaddr a = ipaddr_of(bytes, len);

		ck_assert_int_eq(a.version, len == 4 ? 4 : 0);
		ck_assert_str_eq(ipaddr_format(&a, written),
				 len == 4 ? "192.0.2.1" : "-");
	}
	ck_assert_int_eq(ipaddr_of(bytes, 16).version, 6);
}
END_TEST

/* Whatever the place that it is read to held before. */
START_TEST(an_address_is_read_as_far_as_it_is_there)
{
	static const uint8_t bytes[] = { 192,  0, 2, 1, 0x20, 1, 0x0d,
					 0xb8, 0, 0, 0, 0,    0, 0,
					 0,    0, 0, 0, 0,    1, 7 };
	struct cursor c = cursor_of(bytes, sizeof(bytes));
	struct ipaddr v4 = parsed("192.0.2.1");
	struct ipaddr v6 = parsed("2001:db8::1");
	struct ipaddr none = { 0 };
	struct ipaddr a;

	memset(&a, 0xff, sizeof(a));
	ipaddr_read(&a, &c, 4);
	ck_assert(ipaddr_equal(&a, &v4));
	ipaddr_read(&a, &c, 16);
	ck_assert(ipaddr_equal(&a, &v6));
	ipaddr_read(&a, &c, 0);
	ck_assert(ipaddr_equal(&a, &none));
	ck_assert(cursor_ok(&c));
	memset(&a, 0xff, sizeof(a));
	ipaddr_read(&a, &c, 4);
	ck_assert(ipaddr_equal(&a, &none));
	ck_assert(!cursor_ok(&c));
}
END_TEST

static const struct {
	const char *text;
	int rc;
	const char *addr;
	uint16_t port;
} endpoints[] = {
	{ "192.0.2.1:6343", 0, "192.0.2.1", 6343 },
	{ "[2001:db8::1]:6343", 0, "2001:db8::1", 6343 },
	{ "[::]:65535", 0, "::", 65535 },
	{ "192.0.2.1:65536", ERR_RANGE, NULL, 0 },
	{ "192.0.2.1:", ERR_SYNTAX, NULL, 0 },
	{ "192.0.2.1", ERR_SYNTAX, NULL, 0 },
	{ ":6343", ERR_SYNTAX, NULL, 0 },
	{ "", ERR_SYNTAX, NULL, 0 },
	{ "[]:6343", ERR_SYNTAX, NULL, 0 },
	{ "[:6343", ERR_SYNTAX, NULL, 0 },
	{ "2001:db8::1:6343", ERR_SYNTAX, NULL, 0 },
	{ "[192.0.2.1]:6343", ERR_SYNTAX, NULL, 0 },
	{ "[2001:db8::1]", ERR_SYNTAX, NULL, 0 },
	{ "[2001:db8::1]6343", ERR_SYNTAX, NULL, 0 },
	{ "192.0.2.1:+6343", ERR_SYNTAX, NULL, 0 },
	{ "localhost:6343", ERR_SYNTAX, NULL, 0 },
};

START_TEST(an_endpoint_is_an_address_and_a_port)
{
	struct ipaddr addr = { 0 };
	struct ipaddr wanted = { 0 };
	uint16_t port = 0;
	const char *text = endpoints[_i].text;
	int rc = ipaddr_parse_endpoint(text, strlen(text), &addr, &port);

	ck_assert_msg(rc == endpoints[_i].rc, "'%s': %d", text, rc);
	if (endpoints[_i].addr)
		wanted = parsed(endpoints[_i].addr);
	ck_assert(ipaddr_equal(&addr, &wanted));
	ck_assert_int_eq(port, endpoints[_i].port);
}
END_TEST

START_TEST(a_socket_address_gives_its_address)
{
	struct sockaddr_storage from = { 0 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct ipaddr wanted = parsed("192.0.2.1");
	struct ipaddr got;

	ck_assert_int_eq(inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr), 1);
	memcpy(&from, &v4, sizeof(v4));
	got = ipaddr_of_sockaddr(&from);
	ck_assert(ipaddr_equal(&got, &wanted));
	ck_assert_int_eq(inet_pton(AF_INET6, "::ffff:192.0.2.1", &v6.sin6_addr),
			 1);
	memcpy(&from, &v6, sizeof(v6));
	got = ipaddr_of_sockaddr(&from);
	ck_assert(ipaddr_equal(&got, &wanted));
	from.ss_family = AF_UNIX;
	ck_assert_int_eq(ipaddr_of_sockaddr(&from).version, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ an_address_is_read_and_written_in_its_canonical_form,
		  COUNT_OF(addresses) },
		{ a_nul_inside_is_no_end, 0 },
		{ addresses_are_equal_by_value, 0 },
		{ bytes_of_another_length_are_no_address, 0 },
		{ an_address_is_read_as_far_as_it_is_there, 0 },
		{ an_endpoint_is_an_address_and_a_port, COUNT_OF(endpoints) },
		{ a_socket_address_gives_its_address, 0 },
	};

	return unit_run("ipaddr", tests, COUNT_OF(tests));
}
