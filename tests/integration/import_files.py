#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""MRTG's logs and CSVs, imported and read back; then the tree that a replay
wrote, behind which the collector goes on.

usage: import_files.py COLLECTOR SIMULATOR
"""
import csv
import fcntl
import io
import json
import sys
import time

import harness
import import_site
from import_site import (
    CONFIG, DATA_ERROR, DAY, DAYS, END, HOUR, NO_INPUT, REPLAYED, START,
    STEP, UNAVAILABLE, make_ixp_tree, make_rrd, near)
import ixp_tree


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
    make_ixp_tree(site.folder + "/tree")
    harness.write(site.folder + "/nobodys",
                  "vlaninterface:11,-\nvlan:999,-\n")
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


def check_lines(checks, site):
    """A line has an end, and a CSV is a file that can be read twice."""
    harness.write(site.folder + "/endless.csv", b"x" * (1 << 20))
    code, _, err = site.run("--import", "csv:endless.csv")
    checks.equal(code, 65, "a line without end")
    checks.that("a line without end" in err, err[:200])
    code, _, err = site.run("--import", "csv:/dev/zero")
    checks.equal(code, 65, "a device")
    checks.that("/dev/zero" in err and "not supported" in err, err)


def check_round_trip(checks, site):
    """The tree that a replay writes, into an empty state_dir: the pairs and
    members that the replay stored, as far as the tree has them."""
    folder, collector, simulator = site.folder, site.collector, sys.argv[2]
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
    check_goes_on(checks, site, into, imported)


def check_goes_on(checks, site, config, imported):
    """The collector goes on behind what was imported, its journal and the files
    agree, and a later import leaves the journal's time alone."""
    folder, collector, simulator = site.folder, site.collector, sys.argv[2]
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


sys.exit(import_site.main(check_mrtg, check_csv, check_faults, check_lines,
                          check_graph_csv, check_round_trip))
