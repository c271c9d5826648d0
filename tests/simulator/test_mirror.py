# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: test_mirror.py SIMULATOR
What the simulator mirrors is what it says that it sent: to the byte, in each kind
of ERSPAN and without, cut, lost, in both directions. tshark has no complaint."""
import collections
import filecmp
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../integration"))
import harness  # noqa: E402
import mirror_packets  # noqa: E402

# Three switches, so that core ports carry what others send.
EXCHANGE = ["--switches", "3", "--traffic", "4M", "--seconds", "4",
            "--unknown-macs", "2", "--slice", "2"]
HEADS = 40  # bytes behind Ethernet's header by which a frame is known
KINDS = ["1", "2", "3", "3+"]


def sums(copies):
    """Bytes and packets of each (source, destination, family)."""
    found = collections.defaultdict(lambda: [0, 0])
    for c in copies:
        if c.src:
            found[c.src, c.dst, c.family][0] += c.wire_bytes
            found[c.src, c.dst, c.family][1] += 1
    return found


def is_group(mac):
    return int(mac[:2], 16) & 1 == 1


class Exchange:
    """The results of one run."""

    def __init__(self, folder):
        self.folder = folder
        self.truth = harness.read_json(f"{folder}/truth.json")
        roster = harness.read_json(f"{folder}/roster.json")
        self.asn = {
            mac: member["asnum"]
            for member in roster["member_list"]
            for connection in member["connection_list"]
            for vlan in connection["vlan_list"]
            for family in ("ipv4", "ipv6") if family in vlan
            for mac in vlan[family]["mac_addresses"]}
        with open(f"{folder}/config.yaml", encoding="utf-8") as file:
            self.config = file.read()

    def true_sums(self):
        """What is summed below, out of the truth."""
        t = self.truth
        return {
            "pairs": {(p["from"], p["to"], f): [p[f]["bytes"], p[f]["packets"]]
                      for p in t["pairs"] for f in ("ipv4", "ipv6") if f in p},
            "from": {(m["asn"], f): list(v.values()) for m in t["members"]
                     for f, v in m["from_member"].items()},
            "to": {(m["asn"], f): list(v.values()) for m in t["members"]
                   for f, v in m["to_member"].items()},
            "unknown": {(u["mac"], f): list(v.values())
                        for u in t["unknown_macs"]
                        for f, v in u["sent"].items()},
        }

    def sums_of(self, copies):
        """The same, out of a mirror that has each frame once."""
        found = {kind: collections.defaultdict(lambda: [0, 0])
                 for kind in ("pairs", "from", "to", "unknown")}

        def add(kind, key, amount):
            found[kind][key] = [a + b for a, b in zip(found[kind][key], amount)]

        for (src, dst, family), amount in sums(copies).items():
            a, b = self.asn.get(src), self.asn.get(dst)
            add("from" if a else "unknown", (a or src, family), amount)
            if b:
                add("to", (b, family), amount)
            if a and b:
                add("pairs", (a, b, family), amount)
        return {kind: dict(found[kind]) for kind in found}

    def ports(self):
        """(agent, session) to the AS of that port, as config.yaml has them."""
        found = {}
        for box in self.config.split("  - name: ")[1:]:
            agent = re.search(r'agent: "([^"]*)"', box).group(1)
            asn = dict(re.findall(r"name: (\S+), asn: (\d+)", box))
            for session, port in re.findall(
                    r"session: (\d+), port: (\S+) }", box):
                found[agent, int(session)] = int(asn.get(port, 0))
        return found


class Test:
    def __init__(self, simulator, work):
        self.simulator = simulator
        self.work = work
        self.checks = harness.Checks()
        self.captures = []
        self.numbers = itertools.count()

    def run(self, *arguments, exchange=None):
        folder = f"{self.work}/{next(self.numbers)}"
        harness.must([self.simulator, "--out", folder, "--state-dir", "/s",
                      "--mirror", f"{folder}/m.pcap"] +
                     (EXCHANGE if exchange is None else exchange) +
                     list(arguments))
        self.captures.append((f"{folder}/m.pcap", " ".join(arguments)))
        return Exchange(folder)

    def read(self, run, what, **how):
        """A run's copies, in order of time and as many as it says."""
        try:
            copies = mirror_packets.read(f"{run.folder}/m.pcap", **how)
        except mirror_packets.Wrong as wrong:
            self.checks.that(False, f"{what}: {wrong}")
            return []
        sent = run.truth["sent"]
        frames = [c for c in copies if c.src]
        self.checks.equal(len(frames), sent["mirrored"], f"{what}: copies")
        self.checks.equal(sum(c.wire_bytes for c in frames),
                          sent["mirrored_bytes"], f"{what}: bytes")
        self.checks.equal(len(copies) - len(frames), sent["mirror_markers"],
                          f"{what}: markers")
        self.checks.that(all(a.us <= b.us for a, b in zip(copies, copies[1:])),
                         f"{what}: order of time")
        self.checks.that(len(frames) > 100, f"{what}: there is traffic")
        return copies

    def exact(self, run, copies, what):
        """Each frame is there once, and whole."""
        wanted, found = run.true_sums(), run.sums_of(copies)
        for kind, amounts in wanted.items():
            self.checks.equal(found[kind], amounts, f"{what}: {kind}")

    def span(self):
        run = self.run("--pcap", f"{self.work}/sflow.pcap")
        self.exact(run, self.read(run, "rx"), "rx")
        self.checks.that(run.truth["sent"]["datagrams"] > 0 and
                         "sflow:" in run.config, "sFlow in the same run")
        alone = self.run()
        self.checks.that("mirror: { interface: mirror0 }" in alone.config and
                         "sflow" not in alone.config, "a mirror as the source")
        for key in run.truth:
            if key != "sent":
                self.checks.equal(alone.truth[key], run.truth[key],
                                  f"{key} with and without sFlow")
        self.checks.that(filecmp.cmp(f"{run.folder}/m.pcap",
                                     f"{alone.folder}/m.pcap", False),
                         "the same mirror with and without sFlow")
        tagged = self.run("--vlan-tagged", "--mirror-snap", "9000")
        copies = self.read(tagged, "tagged")
        self.exact(tagged, copies, "tagged")
        self.checks.equal({c.tag for c in copies}, {100}, "tags")
        self.checks.that(all(len(c.inner) + 18 + 4 == c.wire_bytes
                             for c in copies), "the whole frame is captured")
        other = self.run("--seed", "2")
        self.checks.that(not filecmp.cmp(f"{other.folder}/m.pcap",
                                         f"{alone.folder}/m.pcap", False),
                         "another seed, other frames")

    def one_switch(self):
        """The switches' mirrors together are that of all, rx."""
        copies = self.read(self.run(), "all")
        parts = [self.read(self.run("--mirror-of", f"sw{n}"), f"sw{n}")
                 for n in (1, 2, 3)]
        self.checks.equal(sum(map(len, parts)), len(copies), "parts of all")
        total = sums(itertools.chain(*parts))
        self.checks.equal(total, sums(copies), "parts of all, in bytes")
        core = self.run("--mirror-core")
        true = sum(p["counters"][f"in_{kind}"] for p in core.truth["ports"]
                   for kind in ("ucast", "mcast", "bcast"))
        self.checks.equal(len(self.read(core, "core")), true,
                          "what comes in by all ports")

    def erspan(self, kind, *arguments):
        what = " ".join(("ERSPAN", kind) + arguments)
        run = self.run("--mirror-erspan", kind, *arguments)
        cut = int(arguments[1]) if "--mirror-truncate" in arguments else 0
        copies = self.read(run, what, erspan=True, truncated_to=cut)
        self.exact(run, copies, what)
        kinds = {c.outer.kind for c in copies}
        self.checks.equal(kinds, {kind, "marker"} if kind == "3+" else {kind},
                          f"{what}: kinds")
        where = "::" if "--ipv6-agents" in arguments else "0.0.0.0"
        self.checks.that(f'- erspan: {{ listen: "{where}" }}' in run.config,
                         f"{what}: the source")
        if kind == "1":
            self.checks.that("session:" not in run.config, "no sessions")
            return
        self.checks.equal(any(c.outer.cut for c in copies), cut > 0,
                          f"{what}: cut copies")
        ports, next_of = run.ports(), {}
        good = True
        for c in copies:
            key = c.outer.agent, c.outer.session
            good = good and c.outer.vlan == 100 and not c.outer.egress
            good = good and next_of.get(key, c.outer.sequence) == \
                c.outer.sequence
            next_of[key] = (c.outer.sequence + 1) % 2**32
            if c.src in run.asn:
                good = good and ports[key] == run.asn[c.src]
        self.checks.that(good, f"{what}: session, VLAN, sequence")
        self.checks.that(len(set(next_of.values())) > len(next_of) // 2,
                         f"{what}: sequences start anywhere")

    def both(self):
        run = self.run("--mirror-direction", "both", "--mirror-erspan", "3")
        copies = self.read(run, "both", erspan=True)
        rx = [c for c in copies if not c.outer.egress]
        tx = [c for c in copies if c.outer.egress]
        self.exact(run, rx, "both, rx")
        came = collections.defaultdict(list)
        for c in rx:
            came[c.src, c.dst, c.inner[:HEADS]].append(c)
        left = collections.Counter()
        good = True
        for c in tx:
            key = c.src, c.dst, c.inner[:HEADS]
            good = good and c.tag == 100 and any(
                20 <= c.us - a.us <= 400 and
                c.wire_bytes == a.wire_bytes + 4 and a.tag is None
                for a in came[key])
            left[key] += 1
        self.checks.that(good, "both: a copy leaves soon, tagged")
        others = len(run.asn) - 1
        self.checks.that(all(
            left[key] == len(frames) * (others if is_group(key[1]) else 1)
            for key, frames in came.items()), "both: each frame twice, "
            "a flooded one at each port")
        self.checks.equal(set(left), set(came), "both: the same frames")
        alone = self.read(self.run("--mirror-direction", "tx"), "tx")
        self.checks.equal(sums(alone), sums(tx), "tx alone")

    def lost(self):
        run = self.run("--mirror-erspan", "2", "--mirror-lose", "50")
        copies = self.read(run, "lost", erspan=True)
        lost = run.truth["sent"]["mirror_lost"]
        whole = sum(v[1] for kind in ("from", "unknown")
                    for v in run.true_sums()[kind].values())
        self.checks.equal(len(copies) + lost, whole, "lost: sent")
        gaps, last = 0, {}
        for c in copies:
            key = c.outer.agent, c.outer.session
            if key in last:
                gaps += (c.outer.sequence - last[key] - 1) % 2**32
            last[key] = c.outer.sequence
        # what is lost before the first or behind the last leaves no gap
        self.checks.that(0 < lost - len(last) * 3 <= gaps <= lost,
                         f"lost: gaps {gaps} of {lost}")

    def counted(self):
        """A benchmark's input: so many frames of one size."""
        for count, size in ((20000, 64), (3001, 65), (5000, 1518)):
            what = f"{count} of {size}"
            run = self.run("--frame-size", str(size), "--mirror-frames",
                           str(count), "--members", "30", exchange=[])
            copies = self.read(run, what)
            self.checks.equal(len(copies), count, what)
            self.checks.that(all(c.wire_bytes == size for c in copies),
                             f"{what}: the size")
            self.exact(run, copies, what)
        run = self.run("--mirror-frames", "3001", "--mirror-direction", "both",
                       exchange=[])
        self.checks.equal(run.truth["sent"]["mirrored"], 3000, "pairs of copies")

    def repeated(self):
        arguments = ["--mirror-erspan", "3+", "--mirror-direction", "both",
                     "--mirror-lose", "10", "--mirror-core"]
        runs = [self.run(*arguments) for _ in range(2)]
        for name in ("m.pcap", "truth.json"):
            self.checks.that(filecmp.cmp(f"{runs[0].folder}/{name}",
                                         f"{runs[1].folder}/{name}", False),
                             f"{name} is the same every time")
        self.checks.equal(runs[0].config.replace(runs[0].folder, ""),
                          runs[1].config.replace(runs[1].folder, ""),
                          "config.yaml is the same every time")
        self.captures.pop()

    def standard_output(self):
        run = self.run()
        out = subprocess.run(
            [self.simulator, "--out", f"{self.work}/o", "--mirror", "-"] +
            EXCHANGE, stdout=subprocess.PIPE, check=True).stdout
        with open(f"{run.folder}/m.pcap", "rb") as file:
            self.checks.that(file.read() == out, "standard output")
        full = harness.run([self.simulator, "--out", f"{self.work}/o",
                            "--mirror", "/dev/full"])
        self.checks.equal(full.returncode, 74, "a full disk")
        none = harness.run([self.simulator, "--out", f"{self.work}/o",
                            "--mirror", "-", "--members", "2", "--switches",
                            "4", "--mirror-of", "sw4"])
        self.checks.equal(none.returncode, 64, "nothing is mirrored there")

    def tshark(self):
        if not shutil.which("tshark"):
            print("skipped: no tshark")
            return
        for capture, what in self.captures:
            wrong = "_ws.malformed || udp.checksum.status == 0 || " \
                "tcp.checksum.status == 0"
            if "truncate" in what:
                # UDP that is longer than what the session has left of it
                wrong = "(_ws.malformed && !udp.length.bad)"
            found = subprocess.run(
                ["tshark", "-n", "-o", "ip.check_checksum:TRUE",
                 "-o", "udp.check_checksum:TRUE",
                 "-o", "tcp.check_checksum:TRUE",
                 # a client's port may happen to be its
                 "--disable-protocol", "elasticsearch", "-r", capture, "-Y",
                 f"{wrong} || ip.checksum.status == 0 || !eth"],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                check=True).stdout
            self.checks.equal(found.decode(errors="replace")[:300], "",
                              f"tshark: {what or 'SPAN'}")


def main():
    simulator = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as work:
        test = Test(simulator, work)
        test.span()
        test.one_switch()
        for kind in KINDS:
            test.erspan(kind)
            test.erspan(kind, "--mirror-truncate", "128", "--mirror-snap",
                        "9000")
            test.erspan(kind, "--ipv6-agents")
        test.erspan("2", "--mirror-truncate", "64", "--vlan-tagged")
        test.captures.pop()  # tshark misses the rest of its TCP headers
        test.both()
        test.lost()
        test.counted()
        test.repeated()
        test.standard_output()
        test.tshark()
        return test.checks.finish()


if __name__ == "__main__":
    sys.exit(main())
