#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""History in and out: small trees of IXP Manager's and MRTG's, made by rrdtool
with known values, and CSVs, imported and read back.

usage: import.py COLLECTOR SIMULATOR
"""
import calendar
import csv
import fcntl
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import harness
import ixp_tree

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


def check_two_archives(checks, site):
    """Two archives of one length say the same twice."""
    site.clear()
    path = (site.folder + "/two/ipv4/bytes/individual/"
            "individual.ipv4.bytes.src-00007.rrd")
    os.makedirs(os.path.dirname(path))
    harness.must(["rrdtool", "create", path, "--start", str(START),
                  "DS:traffic_in:GAUGE:600:U:U",
                  "DS:traffic_out:GAUGE:600:U:U", "RRA:AVERAGE:0.5:1:20",
                  "RRA:AVERAGE:0.5:1:600", "RRA:AVERAGE:0.1:12:50",
                  "RRA:AVERAGE:0.5:12:20"])
    harness.must(["rrdtool", "update", path, *[
        ":".join(map(str, row)) for row in constant(
            30, 40, END - 300 * STEP)]])
    code, out, _ = site.run("--import", "ixp-manager:two")
    checks.equal(code, 0, out)
    for step in (STEP, HOUR):
        rows = site.rows("member/as64500", "--step", str(step))
        values = {row["from_v4_bytes"] for _, row in rows.values() if row}
        checks.equal(values, {30}, f"rows of {step} s")


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


def check_parts(checks, site):
    """A sum that lacks a part is not stored, for it would stay like that."""
    code, out, _ = site.run("--import", "ixp-manager:tree")
    checks.equal(code, DATA_ERROR, "parts that are nobody's")
    for line in (
            "left: ipv4/bytes/individual/individual.ipv4.bytes.src-00011.rrd: "
            "whose it is is not known; a line for the map: vlaninterface:11,",
            "left: ipv4/bytes/aggregate/aggregate.ipv4.bytes.vlan00999.rrd: "
            "the exchange has no such VLAN; a line for the map: vlan:999,",
            "withheld: member/as64500: the tree has parts",
            "withheld: member/as64501: the tree has parts",
            "withheld: exchange: the tree has parts",
            "withheld: all pairs: ", " series withheld: "):
        checks.that(line in out, f"no {line!r} in {out}")
    for series in ("member/as64500", "member/as64501", "exchange",
                   "pair/v100/as64500/as64501"):
        checks.equal(site.rows(series), {}, f"{series} lacks a part")
    at = START + HOUR
    for series, column, wanted in (
            ("interface/as64501-v100-1", "from_v4_bytes", 400),
            ("vlan/v100", "from_v4_bytes", 77)):
        near(checks, site.rows(series, "--step", str(HOUR))[at][1][column],
             wanted, f"{series}, which is no sum,")


def check_damaged_part(checks, site):
    """A damaged file of one of B's connections, and of a pair either way."""
    site.clear()
    root = site.folder + "/torn"
    individual(root, 7, constant(3, 4))
    individual(root, 8, constant(400, 1000))
    individual(root, 9, constant(50, 60))
    p2p(root, 7, 8, constant(1, 2))
    p2p(root, 7, 9, constant(1, 2))
    p2p(root, 9, 10, constant(5, 6))
    for name in ("individual/individual.ipv4.bytes.src-00008.rrd",
                 "p2p/src-00007/p2p.ipv4.bytes.src-00007.dst-00008.rrd"):
        os.truncate(f"{root}/ipv4/bytes/{name}", 100000)
    code, out, _ = site.run("--import", "ixp-manager:torn")
    checks.equal(code, DATA_ERROR, "a damaged part")
    for series in ("member/as64501", "pair/v100/as64500/as64501"):
        checks.that(f"withheld: {series}: a part of it was refused" in out,
                    f"{series} in {out}")
        checks.equal(site.rows(series), {}, f"{series} lacks a part")
    for series in ("member/as64500", "interface/as64501-v100-2",
                   "pair/v100/as64501/as64502"):
        checks.that(site.rows(series), f"{series} has all its parts")


def check_ixp(checks, site):
    make_ixp_tree(site.folder + "/tree")
    check_parts(checks, site)
    harness.write(site.folder + "/nobodys",
                  "vlaninterface:11,-\nvlan:999,-\n")
    code, out, err = site.run("--import", "ixp-manager:tree", "--map",
                              "nobodys")
    checks.equal(code, DATA_ERROR, f"a damaged file among good ones: {err}")
    for line in (
            "damaged: ipv4/bytes/p2p/src-00008/p2p.ipv4.bytes.src-00008."
            "dst-00010.rrd: cut off in its rows",
            "taken: ipv6/bytes/individual/individual.ipv6.bytes.src-00007.rrd:"
            " member/as64500",
            "left: 1 pairs that never had traffic"):
        checks.that(line in out, f"no {line!r} in {out}")
    # Of a day: an hour unknown, 11 h single, 12 h double; so 35/23.
    days = site.rows("member/as64500", "--step", str(DAY))
    checks.equal(sorted(days), list(range(START, END, DAY)), "days of A")
    for at, (_, row) in days.items():
        near(checks, row.get("from_v4_bytes"), 1000 * 35 / 23, f"A's day {at}")
        near(checks, row.get("to_v4_bytes"), 400 * 35 / 23, f"A's day {at}")
        near(checks, row.get("from_v4_pkts"), 10, "packets")
        near(checks, row.get("from_v6_bytes"), 1, "IPv6")
        near(checks, row.get("to_v6_bytes"), 2, "IPv6")
        checks.that("from_other_bytes" not in row and "from_var" not in row,
                    "what the tree does not know is unknown")
    hours = site.rows("member/as64500", "--step", str(HOUR))
    checks.that("from_v4_bytes" not in hours[START][1], "an unknown hour")
    near(checks, hours[START + HOUR][1]["from_v4_bytes"], 1000, "an hour")
    near(checks, hours[START + 12 * HOUR][1]["from_v4_bytes"], 2000, "noon")
    maxima = site.rows("member/as64500", "--maximum", "--step", str(DAY))
    near(checks, maxima[START][1]["from_v4_bytes"], 2000, "a day's maximum")
    fine = site.rows("member/as64500", "--step", str(STEP))
    known = [at for at in fine if fine[at][1]]
    checks.equal((min(known), max(known)), (END - 600 * STEP, END - STEP),
                 "five minutes as far as the tree has them")
    checks.that(not any(row for _, row in site.rows(
        "member/as64500", "--step", "60").values()), "no minutes are made up")
    check_sums(checks, site)
    check_pairs(checks, site)


def check_sums(checks, site):
    """B is the sum of its two connections, which have series of their own."""
    at = START + HOUR
    b = site.rows("member/as64501", "--step", str(HOUR))[at][1]
    near(checks, b["from_v4_bytes"], 450, "B from")
    near(checks, b["to_v4_bytes"], 1060, "B to")
    for ordinal, wanted in ((1, 400), (2, 50)):
        own = site.rows(f"interface/as64501-v100-{ordinal}", "--step",
                        str(HOUR))[at][1]
        near(checks, own["from_v4_bytes"], wanted, f"B's {ordinal}")
    checks.equal(site.rows("interface/as64500-v100-1"), {},
                 "a member's only interface has no series")
    for series in ("vlan/v100", "exchange"):
        row = site.rows(series, "--step", str(HOUR))[at][1]
        near(checks, row["from_v4_bytes"], 77, series)
        near(checks, row["to_v4_bytes"], 77, series)


def check_pairs(checks, site):
    row = site.rows("pair/v100/as64500/as64501", "--step", "1800")[
        START + HOUR][1]
    near(checks, row["ab_v4_bytes"], 1000, "from A to B")
    near(checks, row["ba_v4_bytes"], 400, "from B to A")
    row = site.rows("pair/v100/as64501/as64502", "--step", "1800")[
        START + HOUR][1]
    # 10 gets 5 from 8 and sends 3: of the file that is whole
    near(checks, row["ab_v4_bytes"], 5, "from B to C")
    near(checks, row["ba_v4_bytes"], 3, "from C to B")
    checks.equal(site.rows("pair/v100/as64500/as64502"), {}, "an idle pair")
    row = site.rows("pair/v100/as64501/as64501", "--step", "1800")[
        START + HOUR][1]
    near(checks, row["ab_v4_bytes"], 24, "from B to B")
    checks.equal(row["ba_v4_bytes"], 0, "and nothing the other way")


def check_again(checks, site):
    """A second time changes nothing, and known values stay."""
    before = site.hash()
    code, out, _ = site.run("--import", "ixp-manager:tree", "--map",
                            "nobodys")
    checks.equal(code, DATA_ERROR, "a second time")
    checks.that("0 series got 0 rows" in out, out)
    checks.equal(site.hash(), before, "a second time changes nothing")
    individual(site.folder + "/other", 7, constant(999, 999))
    site.run("--import", "ixp-manager:other")
    row = site.rows("member/as64500", "--step", str(HOUR))[START + HOUR][1]
    near(checks, row["from_v4_bytes"], 1000, "a known value")
    row = site.rows("member/as64500", "--step", str(HOUR))[START][1]
    near(checks, row["from_v4_bytes"], 999, "an unknown hour is filled")
    books = [n for n in harness.files_below(site.folder + "/state/daybook")
             if n.endswith(".day")]
    checks.that(len(books) >= 2, f"day books: {books}")


def check_unreadable(checks, site):
    """A file that cannot be read may be whole: nothing is said for it."""
    site.clear()
    individual(site.folder + "/unread", 7, constant(3, 4))
    path = (site.folder + "/unread/ipv6/bytes/individual/"
            "individual.ipv6.bytes.src-00007.rrd")
    os.makedirs(os.path.dirname(path))
    os.symlink(os.path.basename(path), path)  # leads to itself
    code, out, _ = site.run("--import", "ixp-manager:unread")
    checks.equal(code, IO_ERROR, f"a file that cannot be read: {out}")
    checks.that("unreadable: ipv6/bytes/individual/" in out and
                " 0 damaged" in out and "withheld: member/as64500" in out,
                out)
    checks.equal(site.rows("member/as64500"), {}, "a part cannot be read")
    ints = site.folder + "/unread-mrtg/ints"
    os.makedirs(ints)
    harness.write(ints + "/pi00012-errs.log",
                  f"{END} 9 9\n{END} 5 5 5 5\n{END - STEP} 3 3 3 3\n")
    os.symlink("pi00012-bits.log", ints + "/pi00012-bits.log")
    harness.write(site.folder + "/port", "physicalinterface:12,port/sw1/12\n")
    code, out, _ = site.run("--import", "mrtg:unread-mrtg", "--map", "port")
    checks.equal(code, IO_ERROR, f"a log that cannot be read: {out}")
    checks.that("withheld: port/sw1/12" in out, out)


def check_ended(checks, site):
    """An import that was ended after it filled left a note of the days."""
    note = site.folder + "/state/days-to-close"
    checks.that(not os.path.exists(note), "a note of an import that is done")
    shutil.rmtree(site.folder + "/state/daybook")
    harness.write(note, f"{END - DAY} {END}\n")
    _, out, _ = site.run("--import", "ixp-manager:other")
    checks.that("0 series got 0 rows" in out and "day books: " in out, out)
    books = [n for n in harness.files_below(site.folder + "/state/daybook")
             if n.endswith(".day")]
    checks.that(books, "day books of an import that was ended")
    checks.that(not os.path.exists(note), "the note is gone")


def check_map(checks, site):
    site.clear()
    harness.write(site.folder + "/map",
                  "source,series\n# gone members\n"
                  "vlaninterface:11,interface/as64510-v100-1\n"
                  "vlan:999,-\nvlaninterface:8,-\n")
    code, out, _ = site.run("--import", "ixp-manager:tree", "--map", "map")
    checks.equal(code, DATA_ERROR, f"B without its first connection: {out}")
    checks.that(" 0 damaged" in out, out)
    checks.that("withheld: member/as64501: the map passes over" in out, out)
    checks.that("vlan00999" not in out and "src-00008" not in out,
                "nothing is said of what is passed over")
    row = site.rows("member/as64510", "--step", str(HOUR))[START + HOUR][1]
    near(checks, row["from_v4_bytes"], 1, "a member that is gone")
    for series in ("member/as64501", "pair/v100/as64500/as64501"):
        checks.equal(site.rows(series), {}, f"{series} lacks a part")
    row = site.rows("interface/as64501-v100-2", "--step", str(HOUR))[
        START + HOUR][1]
    near(checks, row["from_v4_bytes"], 50, "B's second connection")
    for lines, said in (("vlaninterface:11,member/as64510\n",
                         "vlaninterface:11: expected interface/"),
                        ("vlan:999,member/as64510\n",
                         "vlan:999: expected vlan/vN"),
                        ("vlan:998,vlan/v100\nvlan:999,vlan/v100\n",
                         "vlan:999: another line has this series")):
        site.clear()
        harness.write(site.folder + "/wrong", "source,series\n" + lines)
        code, _, err = site.run("--import", "ixp-manager:tree", "--map",
                                "wrong")
        checks.equal(code, 78, f"{lines}: {err}")
        checks.that(said in err, err)
        checks.equal(site.rows("member/as64500"), {}, "nothing is filled")


def check_mrtg(checks, site):
    site.clear()
    root = site.folder + "/mrtg"
    counter = [(at, 1250 * (at - START), 300 * (at - START))
               for at in range(START, END + 1, STEP)]
    base = root + "/members/0/00016"
    make_rrd(base + "/ints/pi00012-bits.rrd", counter, ("ds0", "ds1"),
             "COUNTER:600:0:1250000000")
    make_rrd(base + "/ints/pi00012-pkts.rrd",
             [(at, 2 * (at - START), at - START) for at, _, _ in counter],
             ("ds0", "ds1"), "COUNTER:600:0:1250000000")
    make_rrd(base + "/ints/pi00013-bits.rrd", counter, ("ds0", "ds1"),
             "COUNTER:600:0:1250000000")
    make_rrd(base + "/aggregate-00016-bits.rrd", counter, ("ds0", "ds1"),
             "COUNTER:600:0:1250000000")
    lines = [f"{END + 10} 9 9", f"{END + 10} 5 5 5 5"]
    lines += [f"{at} {5 if at == END - 2 * STEP else 3} 0 6 0"
              for at in range(END, END - DAY, -STEP)]
    lines += [f"{END - DAY - i * STEP} 0 0 0 0" for i in range(10)]
    harness.write(base + "/ints/pi00012-errs.log", "\n".join(lines) + "\n")
    harness.write(base + "/ints/pi00012-discs.log", "gone\n")
    harness.write(base + "/ints/notes.txt", "nothing\n")
    harness.write(base + "/ints/other.rrd", "nothing\n")
    harness.write(site.folder + "/ports",
                  "physicalinterface:12,port/sw1/12\n"
                  "members/0/00016/aggregate-00016-bits.rrd,-\n")
    code, out, _ = site.run("--import", "mrtg:mrtg", "--map", "ports")
    checks.equal(code, DATA_ERROR, f"a damaged log: {out}")
    for line in (
            "damaged: members/0/00016/ints/pi00012-discs.log: no log of MRTG",
            "left: members/0/00016/ints/other.rrd: no name of a file",
            "left: members/0/00016/aggregate-00016-bits.rrd: the map",
            "left: members/0/00016/ints/pi00013-bits.rrd: which port it is is "
            "not known; a line for the map: physicalinterface:13,port/"):
        checks.that(line in out, f"no {line!r} in {out}")
    row = site.rows("port/sw1/12", "--step", str(HOUR))[START + HOUR][1]
    near(checks, row["in_octets"], 1250, "octets that came in")
    near(checks, row["out_octets"], 300, "octets that went out")
    near(checks, row["in_ucast"], 2, "packets that came in")
    checks.that("in_errors" not in row, "no errors were known then")
    rows = site.rows("port/sw1/12", "--step", str(STEP))
    row = rows[END - 2 * STEP][1]
    near(checks, row["in_errors"], 3, "errors by the log")
    near(checks, rows[END - 3 * STEP][1]["in_errors"], 5,
         "a line's time is when its row ends")
    checks.equal(row["out_errors"], 0, "none went out")
    code, out, _ = site.run("--import", "mrtg:mrtg", "--map", "ports")
    checks.that("0 series got 0 rows" in out, out)


def check_csv(checks, site):
    """What is exported is imported to the same, also all at once."""
    site.clear()
    site.run("--import", "ixp-manager:tree", "--map", "nobodys")
    first = {}
    for name in ("member/as64500", "pair/v100/as64500/as64501", "all"):
        first[name] = site.run("--export", name)[1]
        harness.write(site.folder + "/" + name.replace("/", "_") + ".csv",
                      first[name].encode())
    peaks = site.run("--export", "all", "--maximum")[1]
    harness.write(site.folder + "/peaks.csv", peaks.encode())
    site.clear()
    code, out, err = site.run("--import", "csv:member_as64500.csv")
    checks.equal(code, 0, f"a CSV of our own: {out} {err}")
    checks.equal(site.run("--export", "member/as64500")[1],
                 first["member/as64500"], "a series out, in and out")
    code, out, err = site.run("--import", "csv:all.csv")
    checks.equal(code, 0, f"all of our own: {out} {err}")
    checks.equal(site.run("--export", "all")[1], first["all"],
                 "all out, in and out")
    code, out, err = site.run("--import", "csv:peaks.csv")
    checks.equal(code, 0, f"maxima: {out} {err}")
    checks.equal(site.run("--export", "all", "--maximum")[1], peaks,
                 "maxima out, in and out")
    lines = site.run("--export", "member/as64500", "--format", "jsonl",
                     "--step", str(DAY))[1].splitlines()
    checks.equal(len(lines), DAYS, "a line a day")
    row = json.loads(lines[0])
    checks.equal((row["series"], row["seconds"], row["from_other_bytes"]),
                 ("member/as64500", DAY, None), "a JSON line")
    # by time, not by series
    site.clear()
    head, *body = first["all"].split("\r\n")[:-1]
    body.sort(key=lambda line: line.split(",")[1])
    harness.write(site.folder + "/sorted.csv",
                  "\r\n".join([head, *body, ""]).encode())
    code, out, err = site.run("--import", "csv:sorted.csv")
    checks.equal(code, 0, f"sorted by time: {out} {err}")
    checks.equal(site.run("--export", "all")[1], first["all"],
                 "sorted by time, in and out")


WRONG_CSVS = [
    ("", ":1:1: error:"),
    ("nonsense\n", ":1:1: error:"),
    ("time,seconds,from_v4_bytes\n", ":1:1: error: found no field series"),
    ("series,time,seconds,from_v4_bytes\n"
     "member/as64500,2026-03-01T00:00:00Z,300,1\n"
     "member/as64500,2026-03-01T00:05:00Z,300,-1\n", ":3:41: error:"),
    ("series,time,seconds,from_v4_bytes\n"
     "member/as64500,2026-03-01T00:00:00Z,300,1\n"
     "member/as64500,2026-03-01T00:00:00Z,300,1\n",
     ":3:1: error: found a row that is there already"),
    ("series,time,seconds,from_v4_bytes\n"
     "member/as64500,2026-03-01T00:00:00Z,300\n", ":2:37: error:"),
]


def check_faults(checks, site):
    site.clear()
    for text, place in WRONG_CSVS:
        harness.write(site.folder + "/wrong.csv", text)
        code, _, err = site.run("--import", "csv:wrong.csv")
        checks.equal(code, DATA_ERROR, f"exit of {text!r}")
        checks.that("wrong.csv" + place in err, f"{text!r} said {err!r}")
    checks.equal([n for n in harness.files_below(site.folder + "/state")
                  if n.endswith(".rrd")], [], "nothing of a wrong file")
    harness.write(site.folder + "/bad.map", "a,b\n")
    for arguments, wanted in (
            (["--import", "csv:nowhere"], NO_INPUT),
            (["--import", "csv:."], NO_INPUT),
            (["--import", "mrtg:nowhere"], NO_INPUT),
            (["--import", "ixp-manager:config.yaml"], NO_INPUT),
            (["--import", "mrtg:mrtg", "--map", "nowhere"], NO_INPUT),
            (["--import", "mrtg:mrtg", "--map", "bad.map"], CONFIG),
            (["--import", "mrtg:mrtg", "--map", "."], NO_INPUT),
            (["--export", "member/as64599"], NO_INPUT),
            (["--export", "AS64500"], NO_INPUT)):
        code, out, err = site.run(*arguments)
        checks.equal(code, wanted, f"exit of {arguments}: {err}")
        checks.that(out == "" and "lanterne-collector: " in err or
                    "bad.map:1:3: error:" in err, f"{arguments}: {err!r}")
    with open(site.folder + "/state/lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        code, _, err = site.run("--import", "ixp-manager:tree")
        checks.equal(code, UNAVAILABLE, "a collector runs")
        checks.that("another collector uses" in err, err)


def check_graph_csv(checks, site):
    """As a graph's CSV has it, in bit/s, for the series that a map names."""
    site.clear()
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(END - HOUR))
    harness.write(site.folder + "/graph.csv",
                  "time,seconds,in_total_bps,out_total_bps\r\n"
                  f"{at},300,8000,\r\n")
    harness.write(site.folder + "/whose", "graph.csv,port/sw1/12\n")
    code, out, err = site.run("--import", "csv:graph.csv", "--map", "whose")
    checks.equal(code, 0, f"a graph's CSV: {out} {err}")
    row = site.rows("port/sw1/12")[END - HOUR][1]
    checks.equal(row, {"in_octets": 1000.0}, "a graph's row")


def check_round_trip(checks, folder, collector, simulator):
    """The tree that a replay writes, into an empty state_dir: the pairs and
    members that the replay stored, as far as the tree has them."""
    sim = folder + "/sim"
    harness.must([simulator, "--out", sim, "--pcap", folder + "/all.pcap",
                  "--seconds", "1800", "--rate", "4096", "--start", REPLAYED,
                  "--seed", "5", "--one-direction", "ingress"])
    ixp_tree.number_interfaces(sim)
    config = harness.replace_in(sim + "/config.yaml", sim + "/own.yaml",
                                sim + "/state", folder + "/own")
    with open(config, "a", encoding="utf-8") as file:
        file.write(ixp_tree.CONFIG.format(tree=folder + "/written"))
    harness.must([collector, "-c", config, "--replay",
                  f"sflow:{folder}/all.pcap", "--store"])
    into = harness.replace_in(config, sim + "/into.yaml", folder + "/own",
                              folder + "/into")
    done = harness.must([collector, "-c", into, "--import",
                         f"ixp-manager:{folder}/written"])
    checks.that(b" 0 damaged" in done.stdout, done.stdout.decode()[-300:])
    compared = 0
    own, imported = (exported(collector, c) for c in (config, into))
    checks.equal(sorted({k[0] for k in imported if k[0].startswith("pair/")}),
                 sorted({k[0] for k in own if k[0].startswith("pair/")}),
                 "the same pairs")
    for key, row in imported.items():
        for column, value in row.items():
            if column[-6:] not in ("_bytes", "4_pkts", "6_pkts"):
                continue
            wanted = own.get(key, {}).get(column)
            compared += value > 0
            # What a member sends to all is in no pair, and not in the tree.
            flood = 0.02 if column.startswith("from_") else 0
            checks.that(wanted is not None and
                        -1e-6 <= wanted * (1 + 1e-9) - value <=
                        (flood + 2e-9) * wanted + 1e-6,
                        f"{key} {column}: {value}, stored {wanted}")
    checks.that(compared > 1000, f"only {compared} values compared")
    check_goes_on(checks, folder, collector, simulator, into, imported)


def check_goes_on(checks, folder, collector, simulator, config, imported):
    """The collector goes on behind what was imported, its journal and the files
    agree, and a later import leaves the journal's time alone."""
    later = folder + "/later"
    harness.must([simulator, "--out", later, "--pcap", folder + "/later.pcap",
                  "--seconds", "600", "--rate", "4096", "--start",
                  REPLAYED + HOUR, "--seed", "5", "--one-direction",
                  "ingress"])
    harness.must([collector, "-c", config, "--replay",
                  f"sflow:{folder}/later.pcap", "--store"])
    before = exported(collector, config)
    checks.equal({k: before.get(k) for k in imported}, imported,
                 "what was imported is there")
    checks.that(len(before) > len(imported), "and what came later")
    done = harness.must([collector, "-c", config, "--rebuild"])
    checks.that(b" 0 made anew, 0 got rows that they lacked, 0 failed"
                in done.stdout, f"--rebuild said {done.stdout}")
    asn = sorted(k[0] for k in before if k[0].startswith("member/"))[0]
    at = REPLAYED + HOUR + 300  # before it nothing, from here on the journal
    harness.write(folder + "/late.csv", "series,epoch,seconds,from_v4_bytes\n"
                  + "".join(f"{asn},{t},300,7\n" for t in range(
                      REPLAYED + 1800, at + 7200, 300)))
    done = harness.must([collector, "-c", config, "--import",
                         f"csv:{folder}/late.csv"])
    checks.that(f"not taken: {asn}: ".encode() in done.stdout,
                f"rows of the journal's time: {done.stdout}")
    after = exported(collector, config)
    changed = sorted(k[1] for k in after if after[k] != before.get(k))
    checks.equal((len(changed), changed[0][11:16], changed[-1][11:16]),
                 (6, "00:30", "00:55"), "only what lies between was filled")
    done = harness.must([collector, "-c", config, "--rebuild"])
    checks.that(b" 0 made anew" in done.stdout,
                f"--rebuild said {done.stdout}")


def exported(collector, config):
    """(series, time) -> values, of rows of five minutes that know anything."""
    done = harness.must([collector, "-c", config, "--export", "all",
                         "--step", str(STEP)])
    rows = {}
    for row in csv.DictReader(io.StringIO(done.stdout.decode())):
        key = (row.pop("series"), row.pop("time"))
        values = {k: float(v) for k, v in row.items()
                  if v != "" and k not in ("seconds", "consolidation")}
        if values and key[0].split("/")[0] in ("member", "pair"):
            rows[key] = values
    return rows


def check_lines(checks, site):
    """A line has an end, and a CSV is a file that can be read twice."""
    harness.write(site.folder + "/endless.csv", b"x" * (1 << 20))
    code, _, err = site.run("--import", "csv:endless.csv")
    checks.equal(code, 65, "a line without end")
    checks.that("a line without end" in err, err[:200])
    code, _, err = site.run("--import", "csv:/dev/zero")
    checks.equal(code, 65, "a device")
    checks.that("/dev/zero" in err and "not supported" in err, err)


def main():
    if not shutil.which("rrdtool"):
        print("skipped: rrdtool is not installed (scripts/setup --tests)")
        return 77
    collector, simulator = sys.argv[1:]
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        site = Site(folder, os.path.abspath(collector))
        check_ixp(checks, site)
        check_again(checks, site)
        check_ended(checks, site)
        check_unreadable(checks, site)
        check_map(checks, site)
        check_damaged_part(checks, site)
        check_two_archives(checks, site)
        check_mrtg(checks, site)
        check_csv(checks, site)
        check_faults(checks, site)
        check_lines(checks, site)
        check_graph_csv(checks, site)
        check_round_trip(checks, folder, collector, simulator)
    return checks.finish()


sys.exit(main())
