#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Trees of IXP Manager's handler, made by rrdtool with known values, imported
and read back.

usage: import_trees.py COLLECTOR
"""
import os
import shutil
import sys

import harness
import import_site
from import_site import (
    DATA_ERROR, DAY, END, HOUR, IO_ERROR, START, STEP, constant,
    individual, make_ixp_tree, near, p2p)


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


sys.exit(import_site.main(check_ixp, check_again, check_ended, check_unreadable, check_map,
                          check_damaged_part, check_two_archives))
