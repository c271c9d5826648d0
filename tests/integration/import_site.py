# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of imports share: an exchange of three members without any
history, and RRD files of known values as IXP Manager and MRTG make them.
"""
import calendar
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import harness

USAGE, DATA_ERROR, NO_INPUT, UNAVAILABLE, CONFIG = 64, 65, 66, 69, 78
IO_ERROR = 74
DAY, HOUR, STEP = 86400, 3600, 300
END = int(time.time()) // DAY * DAY - DAY  # midnight, a day ago and more
DAYS = 5
START = END - DAYS * DAY
REPLAYED = 1700006400

CONFIG_TEXT = """exchange: { name: Test }
state_dir: state
roster: members.json
vlans: [ { id: 100, name: Peering, roster_vlan: 1 } ]
ixp_manager: { interfaces: ids.json }
switches:
  - name: sw1
    agent: 192.0.2.1
    ports:
      - { ifindex: 12, name: Ethernet1/12, asn: 64500 }
"""


def member(asn, name, *macs):
    return {"asnum": asn, "name": name, "connection_list": [
        {"ixp_id": 1, "vlan_list": [{"vlan_id": 1, "ipv4": {
            "address": f"192.0.2.{int(mac, 16)}",
            "mac_addresses": [f"02:00:00:00:00:{mac}"]}}]} for mac in macs]}


# AS64501 has two connections; their ids are 8 and 9.
ROSTER = {"version": "1.0",
          "ixp_list": [{"ixp_id": 1, "vlan": [{"id": 1, "name": "one"}]}],
          "member_list": [member(64500, "A", "11"),
                          member(64501, "B", "21", "22"),
                          member(64502, "C", "31")]}
IDS = {"1": {"100": {"020000000011": 7, "020000000021": 8,
                     "020000000022": 9, "020000000031": 10}}}


class Site:
    """A configuration with an empty state_dir, and what is done with it."""

    def __init__(self, folder, collector):
        self.folder, self.collector = folder, collector
        harness.write(folder + "/config.yaml", CONFIG_TEXT)
        harness.write(folder + "/members.json", json.dumps(ROSTER))
        harness.write(folder + "/ids.json", json.dumps(IDS))

    def run(self, *arguments):
        done = subprocess.run(
            [self.collector, "-c", "config.yaml", *arguments],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=120, check=False)
        return (done.returncode, done.stdout.decode(), done.stderr.decode())

    def clear(self):
        shutil.rmtree(self.folder + "/state", ignore_errors=True)

    def rows(self, series, *more):
        """time -> (seconds, {column: value}) of an export."""
        code, text, _ = self.run("--export", series, *more)
        rows = {}
        if code != 0:
            return rows
        for row in csv.DictReader(io.StringIO(text)):
            at = time.strptime(row.pop("time"), "%Y-%m-%dT%H:%M:%SZ")
            seconds = int(row.pop("seconds"))
            row.pop("series")
            row.pop("consolidation")
            rows[calendar.timegm(at)] = (seconds, {
                k: float(v) for k, v in row.items() if v != ""})
        return rows

    def hash(self):
        found = {}
        for name in harness.files_below(self.folder + "/state"):
            with open(os.path.join(self.folder, "state", name), "rb") as file:
                found[name] = hash(file.read())
        return found


def make_rrd(path, rows, names=("traffic_in", "traffic_out"),
             kind="GAUGE:600:U:U"):
    """A file as IXP Manager's handler or MRTG makes it; rows are
    (end of five minutes, first, second)."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    archives = []
    for steps, count in ((1, 600), (6, 700), (24, 750), (288, 3650)):
        archives += [f"RRA:AVERAGE:0.5:{steps}:{count}",
                     f"RRA:MAX:0.5:{steps}:{count}"]
    harness.must(["rrdtool", "create", path, "--start",
                  str(rows[0][0] - STEP),
                  *[f"DS:{name}:{kind}" for name in names], *archives])
    for i in range(0, len(rows), 300):
        harness.must(["rrdtool", "update", path,
                      *[":".join(map(str, row)) for row in rows[i:i + 300]]])


def constant(first, second, start=START, end=END):
    return [(at, first, second) for at in range(start + STEP, end + 1, STEP)]


def individual(root, vli, rows, protocol="ipv4", unit="bytes"):
    make_rrd(f"{root}/{protocol}/{unit}/individual/"
             f"individual.{protocol}.{unit}.src-{vli:05d}.rrd", rows)


def p2p(root, a, b, rows, protocol="ipv4"):
    make_rrd(f"{root}/{protocol}/bytes/p2p/src-{a:05d}/p2p.{protocol}.bytes."
             f"src-{a:05d}.dst-{b:05d}.rrd", rows)


def make_ixp_tree(root):
    """Member A sends 1000 byte/s and gets 400, all of it to and from B's first
    connection; half of the time the rate is double, in the first hour of each
    day it was unknown."""
    def shaped(first, second):
        rows = []
        for at in range(START + STEP, END + 1, STEP):
            second_of_day = (at - STEP) % DAY
            if second_of_day < HOUR:
                rows.append((at, "U", "U"))
            else:
                factor = 2 if second_of_day >= DAY // 2 else 1
                rows.append((at, factor * first, factor * second))
        return rows

    individual(root, 7, shaped(1000, 400))
    individual(root, 7, constant(10, 4), unit="pkts")
    individual(root, 7, constant(1, 2), protocol="ipv6")
    individual(root, 8, shaped(400, 1000))
    individual(root, 9, constant(50, 60))
    individual(root, 11, constant(1, 1))  # nobody's
    # of src-A.dst-B, out is from A to B
    p2p(root, 7, 8, [(at, b, a) for at, a, b in shaped(1000, 400)])
    p2p(root, 8, 7, shaped(1000, 400))
    p2p(root, 8, 9, constant(11, 13))  # both are B's
    p2p(root, 9, 8, constant(13, 11))
    p2p(root, 7, 10, constant(0, 0))  # never had traffic
    # its own order is damaged, the other one serves
    p2p(root, 8, 10, constant(3, 5))
    p2p(root, 10, 8, constant(5, 3))
    damaged = (f"{root}/ipv4/bytes/p2p/src-00008/p2p.ipv4.bytes.src-00008."
               "dst-00010.rrd")
    os.truncate(damaged, 100000)
    make_rrd(f"{root}/ipv4/bytes/aggregate/aggregate.ipv4.bytes.vlan00100.rrd",
             constant(77, 77))
    make_rrd(f"{root}/ipv4/bytes/aggregate/aggregate.ipv4.bytes.vlan00999.rrd",
             constant(9, 9))


def near(checks, got, wanted, what):
    checks.that(got is not None and abs(got - wanted) <= 1e-9 * wanted,
                f"{what}: {got}, expected {wanted}")


def main(*checks_in_turn):
    """Each check of a site in its turn; what one leaves the next may use."""
    if not shutil.which("rrdtool"):
        print("skipped: rrdtool is not installed (scripts/setup --tests)")
        return 77
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        site = Site(folder, os.path.abspath(sys.argv[1]))
        for check in checks_in_turn:
            check(checks, site)
    return checks.finish()
