#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: mirror_live.py WATCH

What comes from a mirror port, in a network namespace: our own sender at one end
of a cable, at the other end WATCH, which prints what the collector's source of
frames gives. Sent = seen + dropped, to the frame and the byte.
"""
import array
import fcntl
import os
import queue
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import harness
import netns

MIRROR, SWITCH = "mirror0", "switch0"  # the ends of the cable
HEAD = bytes.fromhex("020000000002" "020000000001")
RING = 4 << 20
TINY_RING = 1 << 20
FLOOD = 100000
PATIENCE_S = 20
SIOCETHTOOL, ETHTOOL_SGRO = 0x8946, 0x2c

Q, AD = 0x8100, 0x88a8
TAGGED = {
    "untagged": [],
    "802.1Q": [(Q, 100)],
    "802.1ad": [(AD, 200)],
    "QinQ": [(AD, 200), (Q, 100)],
    "twice 802.1Q": [(Q, 300), (Q, 100)],
    "three tags": [(AD, 200), (Q, 100), (Q, 7)],
    "a priority tag": [(Q, 5 << 13)],
    "a priority tag of priority 0": [(Q, 0)],
    "priority, DEI and the last VLAN": [(Q, 7 << 13 | 1 << 12 | 4095)],
    "0x9100": [(0x9100, 100)],
}


def frame(tags=(), size=60, filler=0):
    """An Ethernet frame of so many bytes without its tags."""
    tag_bytes = b"".join(struct.pack(">HH", *tag) for tag in tags)
    return HEAD + tag_bytes + struct.pack(">H", 0x0800) + \
        bytes([filler & 255]) * (size - len(HEAD) - 2)


class Watch:
    """The program, and what it printed."""

    def __init__(self, program, space, interfaces, **options):
        words = [options.get("snap", 2048), options.get("ring", RING),
                 options.get("filter", "-"), options.get("prints", "frames")]
        self.process = subprocess.Popen(
            options.get("before", []) +
            space.command(program, *words, *interfaces),
            stdout=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.split())
        self.lines.put(None)

    def await_line(self, *words):
        """Wait for a line that begins so; those before it are passed over."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                line = self.lines.get(timeout=PATIENCE_S)
            except queue.Empty:
                break
            if line is None or line[:len(words)] == list(words):
                return line
        return None

    def frames(self, count):
        """That many, as (interface, wire bytes, bytes)."""
        got = []
        while len(got) < count:
            line = self.await_line("frame")
            if line is None:
                break
            got.append((line[1], int(line[2]), bytes.fromhex(line[3])))
        return got

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        """Frames, bytes and drops of each interface, and how long the end
        took."""
        self.process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        totals = {}
        while (line := self.await_line("total")) is not None:
            totals[line[1]] = tuple(map(int, line[2:]))
        self.process.wait(PATIENCE_S)
        return totals, time.monotonic() - started

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def received_by(space, device):
    """What the kernel says an interface got."""
    path = f"/sys/class/net/{device}/statistics/rx_packets"
    return int(netns.run(*space.command("cat", path)).stdout)


def check_tags(checks, space, program, sender):
    watch = Watch(program, space, [MIRROR])
    watch.await_line("state", MIRROR, "up")
    sent = {name: frame(tags) for name, tags in TAGGED.items()}
    for one in sent.values():
        sender.send(one)
    got = watch.frames(len(sent))
    checks.equal(len(got), len(sent), "frames with tags")
    for (name, one), (_, wire, seen) in zip(sent.items(), got):
        checks.equal(seen.hex(), one.hex(), name)
        checks.equal(wire, len(one), f"{name}: length")
    watch.end()


def check_lengths(checks, space, program, sender):
    """Wire lengths count, whatever is held of the frame."""
    watch = Watch(program, space, [MIRROR], snap=96)
    watch.await_line("state", MIRROR, "up")
    sizes = [60, 95, 96, 97, 1514, 4000, 9014]
    sent = [frame(tags, size, size) for size in sizes
            for tags in ([], [(Q, 100)])]
    for one in sent:
        sender.send(one)
    for one, (_, wire, seen) in zip(sent, watch.frames(len(sent))):
        checks.equal(wire, len(one), "wire length")
        checks.equal(seen, one[:96], f"what is held of {len(one)} bytes")
    totals, _ = watch.end()
    checks.equal(totals.get(MIRROR), (len(sent), sum(map(len, sent)), 0),
                 "frames, bytes, drops")


def check_flood(checks, space, program, sender, stopped):
    """A ring that is too small: what finds no room is counted."""
    watch = Watch(program, space, [MIRROR], snap=96, ring=TINY_RING,
                  prints="count")
    watch.await_line("state", MIRROR, "up")
    before = received_by(space, MIRROR)
    if stopped:
        watch.process.send_signal(signal.SIGSTOP)
    small, large = frame(), frame([(Q, 100)], 1514)
    octets_sent = 0
    for i in range(FLOOD):
        octets_sent += sender.send(large if i % 8 == 0 else small)
    if stopped:
        watch.process.send_signal(signal.SIGCONT)
    sent = received_by(space, MIRROR) - before
    totals, _ = watch.end()
    seen, octets, drops = totals.get(MIRROR, (0, 0, 0))
    print(f"flood{' of a stopped reader' if stopped else ''}: {sent} sent, "
          f"{seen} seen, {drops} dropped")
    checks.equal(seen + drops, sent, "seen + dropped")
    if stopped:
        checks.that(0 < seen < sent // 2, f"most are dropped: {seen} seen")
    if drops == 0 and sent == FLOOD:  # none was lost on the cable
        checks.equal(octets, octets_sent, "bytes")


def check_filter(checks, space, program, sender):
    for words, wanted in (("vlan 100", ["802.1Q", "0x9100"]),
                          ("vlan 200", ["802.1ad", "QinQ", "three tags"]),
                          ("ether host 02:00:00:00:00:03", []),
                          ("ether src 02:00:00:00:00:01", TAGGED),
                          ("not host 2001:db8::1 and ip and not vlan",
                           ["untagged"])):
        watch = Watch(program, space, [MIRROR], filter=words, prints="count")
        watch.await_line("state", MIRROR, "up")
        for tags in TAGGED.values():
            sender.send(frame(tags))
        totals, _ = watch.end()
        checks.equal(totals[MIRROR][0], len(wanted), words)
    for words, why in (("vlan and", "is wrong: "), ("tcp[", "is wrong: "),
                       ("host example.org", '"example.org"'),
                       ("tcp port http", '"http"'),
                       ("ip proto \\tcp", '"\\tcp"')):
        watch = Watch(program, space, [MIRROR], filter=words)
        line = watch.await_line("refused", MIRROR) or []
        checks.that(why in " ".join(line), f"{words}: {' '.join(line)}")
        checks.equal(watch.process.wait(PATIENCE_S), 78, f"{words}: exit")


def check_outgoing(checks, space, program, sender):
    """What the host itself sends by the mirror port is none of its."""
    watch = Watch(program, space, [MIRROR], prints="count")
    watch.await_line("state", MIRROR, "up")
    own = space.packet_socket(MIRROR)
    for i in range(100):
        own.send(frame(filler=i))
        if i % 2:
            sender.send(frame(filler=i))
    own.close()
    totals, _ = watch.end()
    checks.equal(totals.get(MIRROR), (50, 50 * 60, 0), "frames from outside")


def check_several(checks, space, program, sender):
    space.veth("mirror1", "switch1")
    other = space.packet_socket("switch1")
    watch = Watch(program, space, [MIRROR, "mirror1"], prints="count")
    for name in (MIRROR, "mirror1"):
        watch.await_line("state", name, "up")
    for i in range(3000):
        sender.send(frame())
        if i % 3 == 0:
            other.send(frame(size=1000))
        if i % 200 == 0:
            time.sleep(0.002)  # a cable holds a thousand frames
    other.close()
    totals, _ = watch.end()
    checks.equal(totals, {MIRROR: (3000, 3000 * 60, 0),
                          "mirror1": (1000, 1000 * 1000, 0)}, "two interfaces")
    space.ip("link", "del", "mirror1")


def idles(checks, watch, what):
    """Nothing spins while there is nothing to read."""
    before = watch.cpu_s()
    time.sleep(2)
    used = watch.cpu_s() - before
    checks.that(used < 0.5, f"{what}: {used} s of CPU in 2 s")


def check_comings(checks, space, program, sender):
    """Down and up, deleted and made again, there only later."""
    watch = Watch(program, space, [MIRROR, "later0"])
    checks.that(watch.await_line("state", MIRROR, "up"), "up")
    checks.that(watch.await_line("state", "later0", "gone"), "not there")
    sender.send(frame())
    checks.equal(len(watch.frames(1)), 1, "a frame before")
    space.ip("link", "set", MIRROR, "down")
    checks.that(watch.await_line("state", MIRROR, "down"), "down")
    idles(checks, watch, "down")
    space.ip("link", "set", MIRROR, "up")
    before = received_by(space, MIRROR)
    for _ in range(100):  # the other end may not know yet, and drop it
        sender.send(frame())  # at once: not one is missed
        time.sleep(0.1)
        if received_by(space, MIRROR) > before:
            break
    checks.equal(len(watch.frames(1)), 1, "the first frame after")
    checks.that(watch.await_line("state", MIRROR, "up"), "up again")
    sender.send(frame())  # and what waits in a block when it goes is read
    space.ip("link", "del", MIRROR)
    checks.equal(len(watch.frames(1)), 1, "the last frame before")
    checks.that(watch.await_line("state", MIRROR, "gone"), "gone")
    idles(checks, watch, "gone")
    space.veth(MIRROR, SWITCH)
    space.ip("link", "set", MIRROR, "down")
    checks.that(watch.await_line("state", MIRROR, "down"), "back, and down")
    space.ip("link", "set", MIRROR, "up")
    checks.that(watch.await_line("state", MIRROR, "up"), "back, and up")
    space.await_up(SWITCH)
    sender = space.packet_socket(SWITCH)
    sender.send(frame([(Q, 100)]))
    checks.equal([(MIRROR, 64, frame([(Q, 100)]))], watch.frames(1),
                 "a frame of the new one")
    space.veth("later0", "later1")
    checks.that(watch.await_line("state", "later0", "up"), "there later")
    space.await_up("later1")
    other = space.packet_socket("later1")
    other.send(frame())
    checks.equal(len(watch.frames(1)), 1, "a frame of the late one")
    other.close()
    totals, _ = watch.end()
    checks.equal(totals, {MIRROR: (4, 3 * 60 + 64, 0), "later0": (1, 60, 0)},
                 "all in all")
    return sender


def check_silence(checks, space, program):
    watch = Watch(program, space, [MIRROR])
    watch.await_line("state", MIRROR, "up")
    totals, took = watch.end()
    checks.equal(totals.get(MIRROR), (0, 0, 0), "a silent interface")
    checks.that(took < 10, f"its end took {took:.1f} s")


def check_offload(checks, space, program):
    """Whether frames may have been joined is seen."""
    with space.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for on in (0, 1, 0):
            value = array.array("B", struct.pack("=II", ETHTOOL_SGRO, on))
            request = struct.pack("16sP", MIRROR.encode(),
                                  value.buffer_info()[0]) + bytes(16)
            fcntl.ioctl(control, SIOCETHTOOL, request)
            watch = Watch(program, space, [MIRROR])
            line = watch.await_line("state", MIRROR, "up")
            checks.equal(line and line[3:5], ["9000", str(on)],
                         "MTU and offload")
            watch.end()


def check_refusals(checks, space, program):
    watch = Watch(program, space, [MIRROR],
                  before=["setpriv", "--bounding-set", "-net_raw"])
    line = " ".join(watch.await_line("refused", MIRROR) or [])
    checks.that("CAP_NET_RAW" in line, f"without the right: {line!r}")
    watch.close()
    made = space.ip("tuntap", "add", "tun0", "mode", "tun", check=False)
    if made.returncode != 0:
        print("skipped: no tun device here")
        return
    space.ip("link", "set", "tun0", "up")
    watch = Watch(program, space, ["tun0"])
    line = " ".join(watch.await_line("refused", "tun0") or [])
    checks.that("no Ethernet" in line, f"a tunnel of IP: {line!r}")
    watch.close()


def main():
    program = sys.argv[1]
    reason = netns.why_not()
    if reason:
        print(f"skipped: {reason}")
        return 77
    checks = harness.Checks()
    space = netns.Namespace()
    try:
        space.veth(MIRROR, SWITCH)
        sender = space.packet_socket(SWITCH)
        check_tags(checks, space, program, sender)
        check_lengths(checks, space, program, sender)
        check_flood(checks, space, program, sender, True)
        check_flood(checks, space, program, sender, False)
        check_filter(checks, space, program, sender)
        check_outgoing(checks, space, program, sender)
        check_several(checks, space, program, sender)
        check_silence(checks, space, program)
        check_offload(checks, space, program)
        check_refusals(checks, space, program)
        check_comings(checks, space, program, sender)
    finally:
        space.remove()
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
