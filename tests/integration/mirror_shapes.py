#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Mirrors in captures of every shape: the same totals.

usage: mirror_shapes.py COLLECTOR SIMULATOR [STORY...]
"""
import os
import pty
import select
import subprocess
import time
import sys

import captures
import harness
import mirror_stories


class Shapes(mirror_stories.Stories):
    def shapes(self):
        self.simulate("shape", "--mirror-erspan", "3", "--seed", 5,
                      "--unknown-macs", 1, seconds=6)
        packets = self.packets_of("shape.mirror")
        config = self.path("shape/config.yaml")
        wanted = self.mirror("shape")
        ethernet = captures.ETHERNET
        shapes = {
            "nanoseconds": captures.pcap(packets, nanoseconds=True),
            "big endian": captures.pcap(packets, ">"),
            "pcapng": captures.pcapng(packets, [(ethernet, None)]),
            "pcapng, big endian, nanoseconds":
                captures.pcapng(packets, [(ethernet, 9)], ">"),
            "pcapng, three interfaces":
                captures.pcapng(packets, [(ethernet, None), (ethernet, 9),
                                          (ethernet, 0x80 | 30)]),
            # ERSPAN needs no Ethernet around it.
            "pcapng, five link types":
                captures.pcapng(self.behind_links(packets), captures.MIXED),
        }
        for what, content in shapes.items():
            name = harness.write(self.path("shaped"), content)
            totals, said = self.replay(config, f"mirror:{name}")
            self.checks.that(totals == wanted, f"{what}: the same totals")
            self.checks.equal(said, "", f"{what}: nothing to complain of")
        self.piped(config, wanted)
        self.breaks_off(config, packets)
        self.apart()
        self.progress()

    @staticmethod
    def behind_links(packets):
        """Lengths on the wire as other link types have them."""
        out = []
        for i, (when, frame, wire) in enumerate(packets):
            link = captures.MIXED[i % len(captures.MIXED)][0]
            held = captures.as_link(link, frame)
            out.append((when, frame, wire + len(held) - len(frame)))
        return out

    def piped(self, config, wanted):
        capture = self.path("shape.mirror")
        harness.must(["gzip", "-k", "-1", "-f", "-S", ".gz", capture])
        with subprocess.Popen(["gzip", "-dc", capture + ".gz"],
                              stdout=subprocess.PIPE) as unpacked:
            totals, said = self.replay(config, "mirror:-",
                                       stdin=unpacked.stdout)
        self.checks.equal(unpacked.returncode, 0, "gzip was read whole")
        self.checks.that(totals == wanted, "gzip: the same totals")
        self.checks.equal(said, "", "nothing is shown where no terminal is")

    def breaks_off(self, config, packets):
        whole = captures.pcap(packets)
        fewer = captures.pcap(packets[:-1])
        wanted, _ = self.replay(
            config, "mirror:" + harness.write(self.path("cut"), fewer))
        wanted["input"]["broken_captures"] = 1
        for size in (len(whole) - 1, len(fewer) + 17, len(fewer) + 3):
            name = harness.write(self.path("cut"), whole[:size])
            totals, said = self.replay(config, f"mirror:{name}")
            self.checks.that(totals == wanted, f"cut to {size} bytes")
            self.checks.that("breaks off" in said, f"it is said: {said}")

    def apart(self):
        """Two switches, a capture each, are what both have in one; so are
        three parts in any order."""
        for kind in ((), ("--mirror-erspan", "2")):
            options = (*kind, "--seed", 5)
            self.simulate("all", *options)
            for switch in ("sw1", "sw2"):
                self.simulate(switch, *options, "--mirror-of", switch)
            wanted = self.mirror("all")
            config = self.path("all/config.yaml")
            parts = [f"mirror:{self.path(s)}.mirror" for s in ("sw2", "sw1")]
            totals, _ = self.replay(config, *parts)
            self.checks.that(totals == wanted, f"sw1 and sw2 apart, {kind}")
            head, packets = harness.read_packets(self.path("all.mirror"))
            names = []
            for i in range(3):
                names.append("mirror:" + harness.write(
                    self.path(f"third{i}"), head + b"".join(packets[i::3])))
            totals, _ = self.replay(config, *names[::-1])
            self.checks.that(totals == wanted, f"three parts, {kind}")

    def progress(self):
        """On a terminal it is shown how far it is, and wiped at the end."""
        head, packets = harness.read_packets(self.path("all.mirror"))
        terminal, end = pty.openpty()
        shown = b""
        with subprocess.Popen(
                [self.collector, "-c", self.path("all/config.yaml"),
                 "--replay", "mirror:-", "--totals", self.path("shown.json")],
                stdin=subprocess.PIPE, stderr=end) as collector:
            os.close(end)
            collector.stdin.write(head)
            until = time.monotonic() + 60
            for at in range(0, len(packets), 4200):
                collector.stdin.write(b"".join(packets[at:at + 4200]))
                collector.stdin.flush()
                while not shown and time.monotonic() < until:
                    if not select.select([terminal], [], [], 0.2)[0]:
                        break
                    shown += os.read(terminal, 4096)
            collector.stdin.close()
            shown += self.rest_of(terminal)
        os.close(terminal)
        self.checks.equal(collector.returncode, 0, "exit on a terminal")
        self.checks.that(b"million packets" in shown and b" MB, " in shown,
                         f"how far it is: {shown!r}")
        self.checks.that(shown.endswith(b"\r\x1b[K"), f"wiped: {shown!r}")
        self.checks.that(b"%" not in shown, "of a pipe no share is known")
        self.checks.that(harness.read_json(self.path("shown.json")) ==
                         self.mirror("all"), "shown: the same totals")

    @staticmethod
    def rest_of(terminal):
        out = b""
        while True:
            try:
                more = os.read(terminal, 4096)
            except OSError:
                return out
            if not more:
                return out
            out += more


if __name__ == "__main__":
    sys.exit(mirror_stories.main(Shapes, ("shapes",)))
