/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/crc32c.h"

#include <string.h>

/*
 * Slicing by eight (Kounavis, Berry: Novel table lookup-based algorithms for
 * high-performance CRC generation): slice[k][n] is what byte n comes to with k
 * zero bytes behind it. That is linear in the bits of n, so each slice is made
 * of eight numbers when it is compiled, and nothing has to be set up.
 */
#define SUMS_1(x, a)	  (x), (x) ^ (a)
#define SUMS_2(x, b, a)	  SUMS_1(x, a), SUMS_1((x) ^ (b), a)
#define SUMS_3(x, c, ...) SUMS_2(x, __VA_ARGS__), SUMS_2((x) ^ (c), __VA_ARGS__)
#define SUMS_4(x, d, ...) SUMS_3(x, __VA_ARGS__), SUMS_3((x) ^ (d), __VA_ARGS__)
#define SUMS_5(x, e, ...) SUMS_4(x, __VA_ARGS__), SUMS_4((x) ^ (e), __VA_ARGS__)
#define SUMS_6(x, f, ...) SUMS_5(x, __VA_ARGS__), SUMS_5((x) ^ (f), __VA_ARGS__)
#define SUMS_7(x, g, ...) SUMS_6(x, __VA_ARGS__), SUMS_6((x) ^ (g), __VA_ARGS__)
/* What byte 0x80 comes to, then 0x40, down to 1: all their sums, in order. */
#define SLICE(h, ...)                                                          \
	{                                                                      \
		SUMS_7(0u, __VA_ARGS__), SUMS_7(h, __VA_ARGS__)                \
	}

static const uint32_t slices[8][256] = {
	SLICE(0x82f63b78, 0x417b1dbc, 0x20bd8ede, 0x105ec76f, 0x8ad958cf,
	      0xc79a971f, 0xe13b70f7, 0xf26b8303),
	SLICE(0xfbc3faf9, 0xff17c604, 0x7f8be302, 0x3fc5f181, 0x9d14c3b8,
	      0x4e8a61dc, 0x274530ee, 0x13a29877),
	SLICE(0x8b277743, 0xc76580d9, 0xe144fb14, 0x70a27d8a, 0x38513ec5,
	      0x9edea41a, 0x4f6f520d, 0xa541927e),
	SLICE(0x52a0c93f, 0xaba65fe7, 0xd725148b, 0xe964b13d, 0xf64463e6,
	      0x7b2231f3, 0xbf672381, 0xdd45aab8),
	SLICE(0x6ea2d55c, 0x37516aae, 0x1ba8b557, 0x8f2261d3, 0xc5670b91,
	      0xe045beb0, 0x7022df58, 0x38116fac),
	SLICE(0x1c08b7d6, 0x0e045beb, 0x85f4168d, 0xc00c303e, 0x6006181f,
	      0xb2f53777, 0xdb8ca0c3, 0xef306b19),
	SLICE(0xf56e0ef4, 0x7ab7077a, 0x3d5b83bd, 0x9c5bfaa6, 0x4e2dfd53,
	      0xa5e0c5d1, 0xd0065990, 0x68032cc8),
	SLICE(0x34019664, 0x1a00cb32, 0x0d006599, 0x847609b4, 0x423b04da,
	      0x211d826d, 0x9278fa4e, 0x493c7d27),
};

/* Without the inversions before and after. */
static uint32_t by_tables(uint32_t crc, const uint8_t *at, size_t len)
{
	for (; len >= 8; at += 8, len -= 8) {
		crc ^= (uint32_t)at[0] | (uint32_t)at[1] << 8 |
		       (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
		crc = slices[7][crc & 0xff] ^ slices[6][crc >> 8 & 0xff] ^
		      slices[5][crc >> 16 & 0xff] ^ slices[4][crc >> 24] ^
		      slices[3][at[4]] ^ slices[2][at[5]] ^ slices[1][at[6]] ^
		      slices[0][at[7]];
	}
	for (; len > 0; at++, len--)
		crc = crc >> 8 ^ slices[0][(crc ^ *at) & 0xff];
	return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t
by_instruction(uint32_t crc, const uint8_t *at, size_t len)
{
	uint64_t state = crc;

	for (; len >= 8; at += 8, len -= 8) {
		uint64_t eight;

		memcpy(&eight, at, sizeof(eight));
		state = __builtin_ia32_crc32di(state, eight);
	}
	crc = (uint32_t)state;
	for (; len > 0; at++, len--)
		crc = __builtin_ia32_crc32qi(crc, *at);
	return crc;
}
#endif

uint32_t crc32c(uint32_t crc, const void *bytes, size_t len)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("sse4.2"))
		return ~by_instruction(~crc, bytes, len);
#endif
	return ~by_tables(~crc, bytes, len);
}

uint32_t crc32c_portable(uint32_t crc, const void *bytes, size_t len)
{
	return ~by_tables(~crc, bytes, len);
}
