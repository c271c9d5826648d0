#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Members come and go, and their history stays with them.

usage: members.py COLLECTOR

One state_dir over five rosters: connections in another order, the first one
gone and back, a member gone and back, names of every kind. Each connection and
member has its own bytes in its own file, unknown while it was away, and no file
is named after a name.
"""
import json
import os
import re
import struct
import sys
import tempfile

import frames
import harness

START = 1700006400
PERIOD_S = 300
NAMES = ("Plain", 'Quote " and \' and `id`', "a:b:c", "100%s%n%d", "<b>&amp;",
         "two\nlines\r\n\tand more", "\u202e\u05d0\u05d1", "x" * 5000,
         "\U0001f980 crab", "../../etc/passwd", "a/b\\c")
CONFIG = """exchange: {{ name: Members }}
state_dir: {folder}/state
roster: {folder}/roster.json
vlans: [ {{ id: 100, name: Peering, roster_vlan: 1 }} ]
macs:
  - {{ asn: 64511, vlan: 100, mac: "02:00:00:00:00:09" }}
switches:
  - {{ name: sw1, agent: 192.0.2.1, direction: any }}
"""
# (ASN, connection) to the last octet of its MAC and IP addresses.
FIRST, SECOND, THIRD = (64500, 10), (64500, 20), (64500, 30)
OTHER = (64501, 40)
KNOWN = r"(exchange|member/as\d+|interface/as\d+-v\d+-\d+|vlan/v\d+" \
    r"|switch/sw1|port/sw1/\d+|agent/sw1|pair/v\d+/as\d+/as\d+)\.rrd"

# Who is there in which order, and the file of each connection.
PERIODS = (
    ((FIRST, SECOND, OTHER), {FIRST: 1, SECOND: 2}),
    ((OTHER, SECOND, FIRST), {FIRST: 1, SECOND: 2}),
    ((THIRD, SECOND), {SECOND: 2, THIRD: 3}),
    ((THIRD, SECOND, FIRST), {FIRST: 1, SECOND: 2, THIRD: 3}),
    ((FIRST, THIRD, OTHER), {FIRST: 1, THIRD: 3}),
)


def roster(connections, name):
    members = []
    for asn, last in connections:
        members.append({
            "asnum": asn, "name": name, "connection_list": [{
                "ixp_id": 1, "vlan_list": [{
                    "vlan_id": 1, "ipv4": {
                        "address": f"192.0.2.{last}",
                        "mac_addresses": [f"02:00:00:00:00:{last:02x}"]}}]}]})
    return json.dumps({
        "version": "1.0", "ixp_list": [{
            "ixp_id": 1, "vlan": [{"id": 1, "name": name}]}],
        "member_list": members})


def size_of(connection, period):
    return 100 + connection[1] * 10 + period


def capture(period, connections):
    """Each second a frame of each connection to a member that stays."""
    out = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, frames.RAW)]
    number = 0
    for second in range(PERIOD_S + 1):
        at_s = START + period * PERIOD_S + second
        for connection in connections if second < PERIOD_S else ():
            number += 1
            data = bytes((2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, connection[1],
                          0x81, 0, 0, 100, 8, 0)) + bytes(64)
            packet = frames.udp_packet(frames.datagram(
                number, [frames.flow_sample(number, frames.Frame(
                    1, size_of(connection, period), data))]))
            out.append(struct.pack("<IIII", at_s, 0, len(packet),
                                   len(packet)) + packet)
    # The last one ends the last minute.
    out.append(struct.pack("<IIII", START + (period + 1) * PERIOD_S - 1,
                           999999, 1, 1) + b"x")
    return b"".join(out)


def stored(path, period):
    """Bytes in each minute of a period; None: unknown."""
    first = START + period * PERIOD_S
    done = harness.must(["rrdtool", "fetch", path, "AVERAGE", "-r", 60, "-s",
                         first, "-e", first + PERIOD_S - 60])
    lines = done.stdout.decode().splitlines()
    column = lines[0].split().index("from_v4_bytes") + 1
    rows = [float(line.split()[column]) for line in lines[2:]]
    return [round(row * 60) if row == row else None for row in rows]


def check_files(checks, folder):
    files = harness.files_below(folder + "/state/rrd")
    odd = [name for name in files if not re.fullmatch(KNOWN, name)]
    checks.equal(odd, [], "files with other names")
    checks.that("interface/as64500-v100-3.rrd" in files, files)
    checks.that("member/as64501.rrd" in files, files)


def check_rows(checks, folder):
    for connection in (FIRST, SECOND, THIRD):
        asn = connection[0]
        for period, (there, numbers) in enumerate(PERIODS):
            wanted = [60 * size_of(connection, period)] * 5 \
                if connection in there else [None] * 5
            number = {FIRST: 1, SECOND: 2, THIRD: 3}[connection]
            checks.equal(numbers.get(connection, number), number, "the plan")
            path = f"{folder}/state/rrd/interface/as{asn}-v100-{number}.rrd"
            if period >= 2 or connection is not THIRD:
                checks.equal(stored(path, period), wanted,
                             f"{connection} in period {period}")
    for period, (there, _) in enumerate(PERIODS):
        wanted = [60 * size_of(OTHER, period)] * 5 if OTHER in there \
            else [None] * 5
        checks.equal(stored(folder + "/state/rrd/member/as64501.rrd", period),
                     wanted, f"AS64501 in period {period}")


def replay_periods(checks, collector, folder, config):
    for period, (there, _) in enumerate(PERIODS):
        harness.write(folder + "/roster.json",
                      roster(there, NAMES[period % len(NAMES)]))
        path = harness.write(folder + "/capture.pcap",
                             capture(period, there))
        done = harness.run([collector, "-c", config, "--replay",
                            "sflow:" + path, "--store"])
        checks.equal(done.returncode, 0, done.stderr.decode())


def check_names(checks, collector, folder, config):
    """A name of any kind is one line of the log at most."""
    for name in NAMES:
        harness.write(folder + "/roster.json", roster((FIRST, OTHER), name))
        done = harness.run([collector, "-c", config, "--check-config"])
        checks.equal(done.returncode, 0, name[:20])
        for line in done.stderr.decode().splitlines():
            checks.that(re.match(r"/[^:]+(:\d+:\d+)?: warning: ", line) and
                        line.isprintable() and len(line) < 1000,
                        f"a line of {name[:20]!r}: {line[:500]!r}")


def check_damage(checks, collector, folder, config):
    """A list of ordinals that cannot be right is not written over."""
    path = folder + "/state/ordinals"
    with open(path, "rb") as file:
        whole = file.read()
    checks.that(b"64500 100 3 192.0.2.30 - 02:00:00:00:00:1e\n" in whole,
                whole)
    harness.write(path, whole[:-3])
    done = harness.run([collector, "-c", config, "--check-config"])
    checks.equal(done.returncode, 78, "exit with half a list")
    checks.that(b"ordinals:" in done.stderr, done.stderr)
    with open(path, "rb") as file:
        checks.equal(file.read(), whole[:-3], "the file")
    os.remove(path)
    done = harness.run([collector, "-c", config, "--check-config"])
    checks.equal(done.returncode, 0, "exit without a list")
    checks.that(not os.path.exists(path), "checking writes no file")


def main():
    collector = sys.argv[1]
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        config = harness.write(folder + "/lanterne.yaml",
                               CONFIG.format(folder=folder))
        replay_periods(checks, collector, folder, config)
        check_files(checks, folder)
        check_rows(checks, folder)
        check_names(checks, collector, folder, config)
        check_damage(checks, collector, folder, config)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
