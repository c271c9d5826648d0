#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""IXP Manager's addresses of a simulated exchange, held to rrdtool.

usage: grapher.py COLLECTOR SIMULATOR WEB

An hour and a half is replayed with --store into series and IXP Manager's tree.
Each of Grapher's graphs is asked for in each type; the logs are compared with
what rrdtool fetches from the files, statistics with those worked out here from
the log, and the tree's files over HTTP with those on the disk.
"""
import http.client
import json
import math
import os
import subprocess
import sys
import tempfile
from datetime import datetime, timezone

import harness
import ixp_tree

START = 1700006400
SECONDS = 5400
STEP = 300
PERIODS = {"day": 300, "week": 1800, "month": 7200, "year": 86400}
UNSERVED = ("physicalinterface", "virtualinterface", "trunk", "corebundle",
            "latency")


class Site:
    """The stored exchange and the program that serves it."""

    def __init__(self, checks, collector, simulator, web, folder):
        self.checks, self.folder = checks, folder
        capture = os.path.join(folder, "all.pcap")
        sim = os.path.join(folder, "sim")
        harness.must([simulator, "--out", sim, "--pcap", capture,
                      "--seconds", SECONDS, "--rate", 16384, "--start", START,
                      "--seed", 21, "--slice", 1, "--one-direction",
                      "ingress"], timeout=200)
        self.ids = ixp_tree.number_interfaces(sim)
        self.tree = os.path.join(folder, "tree")
        self.config = os.path.join(sim, "config.yaml")
        with open(self.config, encoding="utf-8") as file:
            config = file.read()
        harness.write(self.config, config + f"""
ixp_manager: {{ tree: {self.tree}, interfaces: ids.json }}
""")
        harness.must([collector, "-c", self.config, "--replay",
                      f"sflow:{capture}", "--store"], timeout=200)
        self.log = open(os.path.join(folder, "web.log"), "wb")
        self.web = web
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [self.web, "-c", self.config, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.port = int(self.process.stdout.readline().rstrip("/\n")
                        .rsplit(":", 1)[1])

    def stop(self):
        self.process.terminate()
        self.checks.equal(self.process.wait(20), 0, "exit of the web program")

    def get(self, target, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=30)
        connection.request("GET", target, headers=headers or {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def fetch(self, path, what, row_s):
        """What rrdtool has of a file: {time: (in, out)}."""
        end = START + SECONDS
        text = harness.must(
            ["rrdtool", "fetch", path, what, "-r", row_s, "-s",
             START - row_s, "-e", end + row_s]).stdout.decode()
        rows = {}
        for line in text.splitlines()[1:]:
            if ":" in line:
                at, values = line.split(":")
                rows[int(at)] = [float(v) for v in values.split()]
        return rows


def statistics(log, row_s):
    """Of one column of averages and one of maxima, and when."""
    averages = [row[1] for row in log]
    top = max(log, key=lambda row: row[2])
    return {"total": sum(averages) * row_s, "cur": averages[-1],
            "average": sum(averages) / len(averages), "max": top[2],
            "maxat": top[0]}


def check_statistics(site, target, row_s):
    """The description's figures are those of its log."""
    checks = site.checks
    answer, body = site.get(target + "&type=json")
    checks.equal(answer.status, 200, target)
    described = json.loads(body)["statistics"]
    log = json.loads(site.get(target + "&type=log")[1])
    for side, column in (("in", 1), ("out", 2)):
        wanted = statistics([(r[0], r[column], r[column + 2]) for r in log],
                            row_s)
        for key in ("total", "cur", "average", "max"):
            checks.that(abs(described[key + side] - wanted[key]) <=
                        row_s * len(log) if key == "total" else
                        abs(described[key + side] - wanted[key]) <= 1,
                        f"{target}: {key}{side} {described[key + side]}, "
                        f"expected {wanted[key]}")
        at = datetime.fromtimestamp(wanted["maxat"], timezone.utc)
        checks.equal(described[f"max{side}at"],
                     at.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
                     f"{target}: max{side}at")


def graphs(site):
    """Every graph that is served, by its address."""
    asns = sorted(site.ids)
    a, b = site.ids[asns[0]][0], site.ids[asns[1]][0]
    return {
        "ixp": "/grapher/ixp?id=1",
        "infrastructure": "/grapher/infrastructure?id=1",
        "switch": "/grapher/switch?id=1",
        "vlan": "/grapher/vlan?id=1",
        "vlaninterface": f"/grapher/vlaninterface?id={a}",
        "customer": f"/grapher/customer?id={asns[0]}",
        "p2p": f"/grapher/p2p?svli={a}&dvli={b}",
        "multip2p": f"/grapher/multip2p?scid={asns[0]}&dcid={asns[1]}",
    }


def check_types(site):
    """Each graph in each type, period, category and protocol."""
    checks = site.checks
    for name, target in graphs(site).items():
        for period, row_s in PERIODS.items():
            for protocol in ("all", "ipv4", "ipv6"):
                query = f"{target}&period={period}&protocol={protocol}"
                answer, body = site.get(query + "&type=log")
                checks.equal(answer.status, 200, query)
                checks.equal(answer.getheader("Content-Type"),
                             "application/json", query)
                log = json.loads(body)
                checks.that(all(len(row) == 5 and row[0] % row_s == 0 and
                                all(isinstance(v, int) for v in row)
                                for row in log), f"{query}: {log[:2]}")
                if period == "day":
                    # the first and the last window are cut
                    checks.that(len(log) >= SECONDS // STEP - 2,
                                f"{query}: {len(log)} rows")
                    check_statistics(site, query, row_s)
        answer, body = site.get(target)  # the default: day, bits, all, png
        checks.equal(answer.status, 200, target)
        checks.that(body[:8] == b"\x89PNG\r\n\x1a\n", f"{target} is no PNG")
        checks.equal(answer.getheader("Content-Disposition"),
                     'inline; filename="grapher-lanterne-bits-day-all.png"',
                     target)
        answer, body = site.get(target + "&type=json&period=never&"
                                "category=cats&protocol=ipx")
        described = json.loads(body)
        checks.equal([described["params"][key] for key in
                      ("period", "category", "protocol")],
                     ["day", "bits", "all"], f"{target}: what is invalid")
        checks.equal(described["class"],
                     "switcher" if name == "switch" else name, target)
        again = described["urls"]["log"]
        checks.equal(site.get(again)[1], site.get(target + "&type=log")[1],
                     f"{again}, which the description names")
        answer, body = site.get(target + "&category=pkts&type=log")
        if name == "multip2p":
            checks.equal(answer.status, 404, target + " in packets")
        else:
            checks.that(len(json.loads(body)) >= SECONDS // STEP - 2,
                        f"{target} in packets")


def check_directions(site):
    """Of a VLAN interface "in" is what it sends, of a pair what it gets: as
    the files of the tree have it."""
    checks = site.checks
    asns = sorted(site.ids)
    a, b = site.ids[asns[0]][0], site.ids[asns[1]][0]
    for protocol in ("ipv4", "ipv6"):
        for category, unit, factor in (("bits", "bytes", 8),
                                       ("pkts", "pkts", 1)):
            where = f"{site.tree}/{protocol}/{unit}"
            files = {
                f"/grapher/p2p?svli={a}&dvli={b}":
                    f"{where}/p2p/src-{a:05d}/p2p.{protocol}.{unit}."
                    f"src-{a:05d}.dst-{b:05d}.rrd",
                f"/grapher/p2p?svli={b}&dvli={a}":
                    f"{where}/p2p/src-{b:05d}/p2p.{protocol}.{unit}."
                    f"src-{b:05d}.dst-{a:05d}.rrd"}
            for target, path in files.items():
                query = f"{target}&protocol={protocol}&category={category}"
                log = {r[0]: r[1:] for r in
                       json.loads(site.get(query + "&type=log")[1])}
                rows = {at: v for at, v in
                        site.fetch(path, "AVERAGE", STEP).items()
                        if not math.isnan(v[0]) and not math.isnan(v[1])}
                checks.equal(sorted(log), sorted(rows), f"{query}: times")
                checks.that(len(rows) > 10, f"{query}: {len(rows)} rows")
                for at, (into, out) in rows.items():
                    checks.that(abs(log[at][0] - into * factor) <= 1 and
                                abs(log[at][1] - out * factor) <= 1,
                                f"{query}: {at}: {log[at]}, expected "
                                f"{into * factor} {out * factor}")
    # The pair's two sides are each other's.
    one = json.loads(site.get(f"/grapher/p2p?svli={a}&dvli={b}&type=log")[1])
    other = json.loads(site.get(f"/grapher/p2p?svli={b}&dvli={a}&type=log")[1])
    checks.equal([r[1] for r in one], [r[2] for r in other], "both sides")
    # The members' pair, in all VLANs, is the same here: one VLAN, one each.
    pair = json.loads(site.get(f"/grapher/multip2p?scid={asns[0]}&dcid="
                               f"{asns[1]}&type=log")[1])
    if len(site.ids[asns[0]]) == 1 and len(site.ids[asns[1]]) == 1:
        by_time = {r[0]: r for r in one}
        shared = [r for r in pair if r[0] in by_time]
        checks.that(len(shared) > 10, "times of both")
        for row in shared[1:-1]:
            checks.that(all(abs(x - y) <= 2 for x, y in
                            zip(row[1:3], by_time[row[0]][1:3])),
                        f"multip2p {row}, p2p {by_time[row[0]]}")


def check_senses(site):
    """What a VLAN interface or customer sends into the exchange is "in"."""
    asn = sorted(site.ids)[0]
    vli = site.ids[asn][0]
    for protocol in ("ipv4", "ipv6"):
        path = (f"{site.tree}/{protocol}/pkts/individual/individual."
                f"{protocol}.pkts.src-{vli:05d}.rrd")
        rows = site.fetch(path, "AVERAGE", STEP)
        for graph in (f"vlaninterface?id={vli}",):
            log = json.loads(site.get(
                f"/grapher/{graph}&protocol={protocol}&category=pkts"
                "&type=log")[1])
            middle = log[len(log) // 2]
            into, out = rows[middle[0]]
            for got, wanted in ((middle[1], into), (middle[2], out)):
                # to groups and strangers count in a member's total alone
                site.checks.that(wanted * 0.98 <= got <= wanted * 1.10 + 2,
                                 f"{graph} {protocol}: {got}, in the tree "
                                 f"{wanted}")


def check_files(site):
    """type=rrd, and the tree as IXP Manager fetches it."""
    checks = site.checks
    names = harness.files_below(site.tree)
    for name in names[:: max(1, len(names) // 40)]:
        with open(os.path.join(site.tree, name), "rb") as file:
            wanted = file.read()
        answer, body = site.get("/grapher-sflow/" + name)
        checks.equal(answer.status, 200, name)
        checks.that(body == wanted, f"{name} differs over HTTP")
        checks.equal(answer.getheader("Cache-Control"), "private, max-age=0",
                     name)
    a = site.ids[sorted(site.ids)[0]][0]
    name = (f"ipv6/pkts/individual/individual.ipv6.pkts.src-{a:05d}.rrd")
    with open(os.path.join(site.tree, name), "rb") as file:
        checks.that(site.get(f"/grapher/vlaninterface?id={a}&protocol=ipv6&"
                             "category=pkts&type=rrd")[1] == file.read(),
                    "a VLAN interface's file")
    for target in ("/grapher/ixp?type=rrd",
                   f"/grapher/customer?id={sorted(site.ids)[0]}&type=rrd",
                   f"/grapher/vlaninterface?id={a}&type=rrd"):
        answer, body = site.get(target)
        checks.equal(answer.status, 200, target)
        own = os.path.join(site.folder, "own.rrd")
        harness.write(own, body)
        checks.that(b"from_v4_bytes" in harness.must(
            ["rrdtool", "info", own]).stdout, f"{target} by rrdtool")


def check_refused(site):
    checks = site.checks
    for name in UNSERVED:
        answer, body = site.get(f"/grapher/{name}?id=1")
        checks.equal(answer.status, 404, name)
        checks.that(body.startswith(b"Not served: "), f"{name}: {body}")
    for target in ("/grapher/vlan?id=4000", "/grapher/vlan", "/grapher/p2p",
                   "/grapher/p2p?svli=7&dvli=7", "/grapher/customer?id=64999",
                   "/grapher/switch?id=0", "/grapher/location?id=Nowhere",
                   "/grapher/infrastructure?id=99", "/grapher/nothing",
                   "/grapher/ixp?category=errs",
                   "/grapher/multip2p?scid=64500&dcid=64501&type=rrd",
                   # the simulator's roster has no ixf_id
                   "/json-traffic/v1/timeseries.json",
                   "/json-traffic/v1/statistics.json"):
        answer, body = site.get(target)
        checks.equal(answer.status, 404, target)
        checks.that(len(body) > 10, f"{target}: no reason")


def odd_paths(site):
    name = harness.files_below(site.tree)[0]
    yield from ("ipv4/bytes/aggregate/" + name.rsplit("/", 1)[1] + "x",
                "ipv4/bytes/aggregate/../../../../lanterne.yaml",
                "ipv4/bytes/aggregate/..%2f..%2flanterne.yaml",
                "ipv4/bytes/aggregate/aggregate.ipv4.bytes.vlan100.rrd",
                "ipv4/bytes/aggregate/aggregate.ipv4.bytes.vlan000100.rrd",
                "ipv4/bytes/aggregate/aggregate.ipv6.bytes.vlan00100.rrd",
                "ipv4/bytes/aggregate/aggregate.ipv4.bytes.vlan99999.rrd",
                "ipv4/bytes/individual/aggregate.ipv4.bytes.vlan00100.rrd",
                "ipv4/bytes/aggregate/", "ipv5/bytes/aggregate/x.rrd")


def check_tree_access(site):
    """Odd paths are no files; who may not have them has none."""
    checks = site.checks
    name = "/grapher-sflow/" + harness.files_below(site.tree)[0]
    for path in odd_paths(site):
        answer, body = site.get("/grapher-sflow/" + path)
        checks.that(answer.status in (400, 404, 414), f"{path}: {answer.status}")
        checks.that(b"RRD" not in body[:8], path)
    for headers in ({"X-Forwarded-For": "192.0.2.10"}, {"Via": "1.1 proxy"},
                    {"Forwarded": "for=192.0.2.10"},
                    {"X-Forwarded-For": "127.0.0.1"}):
        checks.equal(site.get(name, headers)[0].status, 403, f"{headers}")
    site.stop()
    with open(site.config, encoding="utf-8") as file:
        config = file.read().replace(
            "access: open", 'access: open\n  rrd_from: "192.0.2.10"\n'
            '  trusted_proxies: "127.0.0.1"')
    harness.write(site.config, config)
    site.start()
    for headers, status in (
            ({}, 403), ({"X-Forwarded-For": "192.0.2.10"}, 200),
            ({"X-Forwarded-For": "192.0.2.11"}, 403),
            ({"X-Forwarded-For": "192.0.2.10, 192.0.2.11"}, 403),
            ({"X-Forwarded-For": "192.0.2.11, 192.0.2.10, 127.0.0.1"}, 200),
            ({"X-Forwarded-For": "nonsense"}, 403), ({"Via": "1.1 p"}, 403)):
        checks.equal(site.get(name, headers)[0].status, status, f"{headers}")
    # What the client says stands on a line of its own before the proxy's.
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    connection.putrequest("GET", "/grapher-sflow/" + name.split(
        "/grapher-sflow/")[-1])
    connection.putheader("X-Forwarded-For", "192.0.2.10")
    connection.putheader("X-Forwarded-For", "192.0.2.11")
    connection.endheaders()
    checks.equal(connection.getresponse().status, 403, "on two lines")
    connection.close()


def main():
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        site = Site(checks, *sys.argv[1:4], folder)
        try:
            check_types(site)
            check_directions(site)
            check_senses(site)
            check_files(site)
            check_refused(site)
            check_tree_access(site)
        finally:
            site.stop()
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
