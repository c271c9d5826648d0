/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * bare_udp — the floor of receiving: recvmmsg in a loop, nothing else.
 *
 * bare_udp PORT
 *
 * Receives on 127.0.0.1:PORT with a large buffer, looks at the first byte of
 * each datagram, and ends two seconds after the last one. Prints how many it
 * received and how many the kernel dropped.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

enum { BATCH = 64, SIZE = 65536, BUFFER = 64 << 20, IDLE_S = 2 };

static int open_socket(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval idle = { .tv_sec = IDLE_S };
	int size = BUFFER;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size,
				 sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle)) < 0 ||
	    bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0)
		return -1;
	return fd;
}

int main(int argc, char **argv)
{
	struct mmsghdr messages[BATCH] = { 0 };
	struct iovec parts[BATCH];
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);
	uint64_t received = 0;
	uint64_t sum = 0;
	uint8_t *buffers = malloc((size_t)BATCH * SIZE);
	int fd = -1;

	if (argc == 2)
		fd = open_socket((uint16_t)strtoul(argv[1], NULL, 10));
	if (fd < 0 || !buffers) {
		(void)fprintf(stderr, "usage: bare_udp PORT\n");
		return 64;
	}
	for (size_t i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){ buffers + i * SIZE, SIZE };
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (;;) {
		int n = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);

		if (n < 0 && errno == EAGAIN && received > 0)
			break;
		for (int i = 0; i < n; i++)
			sum += buffers[(size_t)i * SIZE];
		received += n > 0 ? (uint64_t)n : 0;
	}
	(void)getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len);
	/* so that looking at the datagrams is not optimised away */
	if (sum == UINT64_MAX)
		return 1;
	(void)printf("%llu %u\n", (unsigned long long)received,
		     info[SK_MEMINFO_DROPS]);
	return 0;
}
