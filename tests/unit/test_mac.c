/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/unit.h"

#include <stdint.h>
#include <string.h>

#include "net/mac.h"
#include "util/err.h"

static const struct {
	const char *text;
	int rc;
	uint64_t bits;
} notations[] = {
	{ "02:00:00:00:00:01", 0, 0x020000000001 },
	{ "02-00-00-00-00-01", 0, 0x020000000001 },
	{ "0200.0000.0001", 0, 0x020000000001 },
	{ "020000000001", 0, 0x020000000001 },
	{ "FF:ff:Ff:fF:FF:ff", 0, 0xffffffffffff },
	{ "AbCd.Ef01.2345", 0, 0xabcdef012345 },
	{ "", ERR_SYNTAX, 0 },
	{ "02:00:00:00:00", ERR_SYNTAX, 0 },
	{ "02:00:00:00:00:01:", ERR_SYNTAX, 0 },
	{ "02:00:00-00:00:01", ERR_SYNTAX, 0 },
	{ "02 00 00 00 00 01", ERR_SYNTAX, 0 },
	{ "02.00.00.00.00.01", ERR_SYNTAX, 0 },
	{ "2:0:0:0:0:1", ERR_SYNTAX, 0 },
	{ "02:00:00:00:00:0g", ERR_SYNTAX, 0 },
	{ "0200:0000:0001", ERR_SYNTAX, 0 },
	{ "0200.00000.001", ERR_SYNTAX, 0 },
	{ "02000000000", ERR_SYNTAX, 0 },
	{ "0200000000011", ERR_SYNTAX, 0 },
	{ "0x0200000001", ERR_SYNTAX, 0 },
	{ ":2:00:00:00:00:01", ERR_SYNTAX, 0 },
};

START_TEST(an_address_is_read_in_each_usual_notation)
{
	struct mac mac = { 77 };
	int rc =
	    mac_parse(notations[_i].text, strlen(notations[_i].text), &mac);

	ck_assert_msg(rc == notations[_i].rc, "'%s'", notations[_i].text);
	ck_assert_uint_eq(mac.bits, rc == 0 ? notations[_i].bits : 77);
}
END_TEST

START_TEST(what_is_written_is_read_again)
{
	static const uint64_t all[] = { 0, 0x020000000001, 0xffffffffffff,
					0x0123456789ab };
	char written[MAC_TEXT_SIZE];
	struct mac mac;

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		mac_format((struct mac){ all[i] }, written);
		ck_assert_int_eq(mac_parse(written, strlen(written), &mac), 0);
		ck_assert_uint_eq(mac.bits, all[i]);
	}
	ck_assert_str_eq(written, "01:23:45:67:89:ab");
}
END_TEST

START_TEST(the_first_octet_on_the_wire_is_the_most_significant)
{
	static const uint8_t wire[] = {
		0x02, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xff
	};
	struct cursor c = cursor_of(wire, sizeof(wire));

	ck_assert_uint_eq(mac_read(&c).bits, 0x023456789abc);
	ck_assert_uint_eq(cursor_left(&c), 1);
}
END_TEST

START_TEST(a_cut_address_is_none)
{
	static const uint8_t wire[5] = { 1, 2, 3, 4, 5 };

	for (size_t len = 0; len <= sizeof(wire); len++) {
		struct cursor c = cursor_of(wire, len);

		ck_assert_uint_eq(mac_read(&c).bits, 0);
		ck_assert(!cursor_ok(&c));
	}
}
END_TEST

START_TEST(the_lowest_bit_of_the_first_octet_makes_a_group)
{
	ck_assert(mac_is_group((struct mac){ 0xffffffffffff }));
	ck_assert(mac_is_group((struct mac){ 0x01005e000001 }));
	ck_assert(mac_is_group((struct mac){ 0x333300000001 }));
	ck_assert(!mac_is_group((struct mac){ 0x020000000001 }));
	ck_assert(!mac_is_group((struct mac){ 0x00ffffffffff }));
	ck_assert(mac_equal((struct mac){ 5 }, (struct mac){ 5 }));
	ck_assert(!mac_equal((struct mac){ 5 }, (struct mac){ 6 }));
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ an_address_is_read_in_each_usual_notation,
		  COUNT_OF(notations) },
		{ what_is_written_is_read_again, 0 },
		{ the_first_octet_on_the_wire_is_the_most_significant, 0 },
		{ a_cut_address_is_none, 0 },
		{ the_lowest_bit_of_the_first_octet_makes_a_group, 0 },
	};

	return unit_run("mac", tests, COUNT_OF(tests));
}
