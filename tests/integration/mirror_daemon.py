#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: mirror_daemon.py COLLECTOR [pause]

The collector on mirror ports and as a receiver of ERSPAN, in a network
namespace: what is stored is what was sent, to the byte; ports that come and go
are opened again by a process that is confined; what a ring has no room for is
counted. With "pause" it is stopped instead, for longer than it can tell the
time of what waited.
"""
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

import harness
import manager
import netns

CONFIG = """exchange: {{ name: Mirrors }}
state_dir: {folder}/state
roster: {folder}/roster.json
sources:
{sources}
vlans: [ {{ id: 100, name: Peering }}, {{ id: 200, name: Second }} ]
macs:
  - {{ asn: 64500, vlan: 100, mac: "02:00:00:00:00:01" }}
  - {{ asn: 64501, vlan: 100, mac: "02:00:00:00:00:02" }}
  - {{ asn: 64502, vlan: 200, mac: "02:00:00:00:00:01" }}
  - {{ asn: 64503, vlan: 200, mac: "02:00:00:00:00:02" }}
switches:
  - {{ name: sw1, agent: 192.0.2.1, from: [ 127.0.0.2, "2001:db8::2" ] }}
  - {{ name: sw2, agent: 192.0.2.2 }}
"""
ROSTER = """{ "version": "1.0", "ixp_list": [ { "ixp_id": 1, "vlan": [
  { "id": 100, "name": "one" }, { "id": 200, "name": "two" } ] } ],
  "member_list": [ { "asnum": 64500 }, { "asnum": 64501 }, { "asnum": 64502 },
                   { "asnum": 64503 } ] }
"""
PORT = "  - mirror: {{ interface: {name}, switch: sw2, buffer: {buffer}{more} }}"
RECEIVER = "  - erspan: { switch: sw1 }"
FCS = 4
HEAD = bytes.fromhex("020000000002" "020000000001")
NET_RAW = 1 << 13
FLOOD = 100000
PAUSE_S = 12  # a clock that nobody looked at for ten seconds
UNAVAILABLE, BAD_CONFIG = 69, 78
NOBODY = "65534"


def frame(vlan, size, family=0x0800):
    """With a tag, and of so many bytes with it."""
    head = HEAD + struct.pack(">HHH", 0x8100, vlan, family)
    return head + (b"\x45" if family == 0x0800 else b"\x60") + \
        bytes(size - len(head) - 1)


def erspan(sequence, inner):
    """A packet of type II, session 5 (draft-foschiano-erspan)."""
    return struct.pack(">HHIHHI", 0x1000, 0x88be, sequence, 1 << 12, 5, 0) + \
        inner


class Sent:
    """What was sent, by VLAN and family."""

    def __init__(self):
        self.pairs = {}
        self.frames = 0

    def add(self, vlan, family, inner):
        octets, packets = self.pairs.get((vlan, family), (0, 0))
        self.pairs[vlan, family] = octets + len(inner) + FCS, packets + 1
        self.frames += 1
        return inner


class Collector:
    """In the namespace, with its files."""

    def __init__(self, program, space, folder, sources):
        self.folder = folder
        self.space = space
        os.makedirs(folder + "/state")
        harness.write(folder + "/roster.json", ROSTER)
        self.config = harness.write(
            folder + "/lanterne.yaml",
            CONFIG.format(folder=folder, sources="\n".join(sources)))
        self.program = program
        self.log = folder + "/log"
        self.process = None

    def start(self, before=(), within=()):
        """Run it: with a command before the one that enters the namespace, or
        before its own."""
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [*before, *self.space.command(*within, self.program, "-c",
                                              self.config)], stderr=log)
        return manager.wait_for(
            lambda: "confined" in self.said() or
            self.process.poll() is not None, 20)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def await_said(self, text, times=1):
        return manager.wait_for(
            lambda: self.said().count(text) >= times or
            self.process.poll() is not None, 20) and \
            self.said().count(text) >= times

    def status(self):
        return harness.read_json(self.folder + "/state/status.json")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "no end"

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def check_stored(checks, collector, sent):
    ends = {100: (64500, 64501), 200: (64502, 64503)}
    wanted = {(*ends[vlan], vlan, family): (octets, packets, 0)
              for (vlan, family), (octets, packets) in sent.pairs.items()}
    checks.equal(harness.stored_pairs(collector.program,
                                      collector.folder + "/state"),
                 wanted, "pairs as stored")


def send_mixed(sent, sender, count=200):
    for i in range(count):
        vlan = 200 if i % 5 == 0 else 100
        family = ("ipv6", 0x86dd) if i % 3 == 0 else ("ipv4", 0x0800)
        sender.send(sent.add(vlan, family[0],
                             frame(vlan, 64 + 7 * i, family[1])))


def send_erspan(space, sent, sequence):
    """By IPv4 in fragments as well, and by IPv6; and by a stranger."""
    strangers = 0
    for source, to, family in (("127.0.0.2", "127.0.0.1", socket.AF_INET),
                               ("2001:db8::2", "2001:db8::1",
                                socket.AF_INET6),
                               ("127.0.0.3", "127.0.0.1", socket.AF_INET)):
        with space.socket(family, socket.SOCK_RAW, 47) as s:
            s.bind((source, 0))
            for i in range(20):
                inner = frame(100, 100 + 150 * i)  # above 1,500 with headers
                if source == "127.0.0.3":
                    strangers += 1
                else:
                    sent.add(100, "ipv4", inner)
                s.sendto(erspan(sequence + i, inner), (to, 0))
    return strangers


def check_confined(checks, collector, rights):
    with open(f"/proc/{collector.process.pid}/status",
              encoding="utf-8") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file
                      if ":\t" in line)
    for name in ("CapEff", "CapPrm"):
        checks.equal(int(status[name], 16), rights, name)
    for name in ("CapInh", "CapAmb"):
        checks.equal(int(status[name], 16), 0, name)
    checks.equal(status["NoNewPrivs"], "1", "no new privileges")


def check_life(checks, program, space, folder):
    """Two ports and a receiver; ports go and come, all else goes on."""
    collector = Collector(program, space, folder, [
        PORT.format(name="mirror0", buffer="4M",
                    more=', filter: "not host 2001:db8::99"'),
        PORT.format(name="mirror1", buffer="4M",
                    more=', filter: "vlan 100", snap_length: 96'), RECEIVER])
    collector.start()
    if not checks.that(collector.process.poll() is None, collector.said()):
        return
    check_confined(checks, collector, NET_RAW)
    sent = Sent()
    ports = [space.packet_socket(name) for name in ("switch0", "switch1")]
    send_mixed(sent, ports[0])
    for i in range(100):  # those of VLAN 200 do not pass the filter
        inner = frame(200 if i % 2 else 100, 200 + i)
        ports[1].send(inner if i % 2 else sent.add(100, "ipv4", inner))
    strangers = send_erspan(space, sent, 1000)
    space.ip("link", "set", "mirror0", "down")
    checks.that(collector.await_said("mirror port mirror0: down"), "down")
    space.ip("link", "set", "mirror0", "up")
    space.await_up("switch0")
    send_mixed(sent, ports[0])
    checks.that(collector.await_said("mirror port mirror0: up", 2), "up")
    space.ip("link", "del", "mirror0")
    checks.that(collector.await_said("mirror port mirror0: gone"), "gone")
    ports[0].close()
    space.veth("mirror0", "switch0")
    checks.that(collector.await_said("mirror port mirror0: up", 3),
                f"back after it was confined: {collector.said()}")
    ports[0] = space.packet_socket("switch0")
    send_mixed(sent, ports[0])
    collector.process.send_signal(signal.SIGHUP)
    checks.that(collector.await_said("reloaded"), "a reload")
    send_mixed(sent, ports[0])
    harness.replace_in(collector.config, collector.config, "vlan 100",
                       "vlan 200")
    collector.process.send_signal(signal.SIGHUP)
    checks.that(collector.await_said("sources changed: restart"),
                "another filter wants a restart")
    checks.equal(collector.stop(), 0, f"exit: {collector.said()}")
    check_told(checks, collector, sent, strangers)
    check_stored(checks, collector, sent)
    for port in ports:
        port.close()


def check_told(checks, collector, sent, strangers):
    """What the status says."""
    status = collector.status()
    given = status["input"]
    checks.equal(given["frames"], sent.frames, "frames")
    checks.equal(given["mirrored_packets"], sent.frames + strangers,
                 "mirrored packets")
    checks.equal(given["erspan_foreign"], strangers, "of strangers")
    checks.equal(given["frames_lost"], 0, "lost by number")
    checks.equal((given["ring_drops"], given["socket_drops"]), (0, 0),
                 "drops")
    first, second, receiver = status["sources"]
    checks.equal((first["kind"], first["interface"], first["state"],
                  first["mtu"], first["offload"], first["frames"]),
                 ("mirror", "mirror0", "up", 9000, False, 800),
                 "the first port")
    checks.equal((second["interface"], second["frames"],
                  second["ring_drops"]), ("mirror1", 50, 0), "the second")
    checks.equal((receiver["kind"], receiver["listen"], receiver["frames"],
                  receiver["socket_drops"]), ("erspan", "::", 40, 0),
                 "the receiver")
    ledger = status["ledger"]
    checks.equal(ledger["observations"], sent.frames, "observations")
    checks.equal(ledger["attributed"], sent.frames, "attributed")


def received_by(space, device):
    path = f"/sys/class/net/{device}/statistics/rx_packets"
    return int(netns.run(*space.command("cat", path)).stdout)


def check_flood(checks, program, space, folder):
    """A mirror alone, with a ring that is too small."""
    collector = Collector(program, space, folder, [
        PORT.format(name="mirror0", buffer="1M", more="")])
    collector.start()
    before = received_by(space, "mirror0")
    sender = space.packet_socket("switch0")
    small, large = frame(100, 64), frame(100, 1518)
    collector.process.send_signal(signal.SIGSTOP)
    for i in range(FLOOD):
        sender.send(large if i % 8 == 0 else small)
    collector.process.send_signal(signal.SIGCONT)
    checks.that(collector.await_said("want of room in a ring"),
                f"drops are told: {collector.said()}")
    for i in range(FLOOD):
        sender.send(large if i % 8 == 0 else small)
    sent = received_by(space, "mirror0") - before
    checks.equal(collector.stop(), 0, "exit")
    given = collector.status()["input"]
    print(f"flood: {sent} sent, {given['frames']} frames, "
          f"{given['ring_drops']} dropped")
    checks.equal(given["frames"] + given["frames_waited"] +
                 given["ring_drops"], sent, "frames and drops")
    checks.equal(collector.status()["sources"][0]["ring_drops"],
                 given["ring_drops"], "drops of the source")
    sender.close()


def check_end(checks, program, space, folder):
    """On a silent port the end comes at once; what waits in a ring when the
    signal comes is taken too."""
    collector = Collector(program, space, folder, [
        PORT.format(name="mirror0", buffer="4M", more="")])
    collector.start()
    started = time.monotonic()
    checks.equal(collector.stop(), 0, "exit of a silent one")
    checks.that(time.monotonic() - started < 10, "it ends at once")
    collector = Collector(program, space, folder + "/amid", [
        PORT.format(name="mirror0", buffer="4M", more="")])
    collector.start()
    sent = Sent()
    sender = space.packet_socket("switch0")
    collector.process.send_signal(signal.SIGSTOP)
    send_mixed(sent, sender)
    collector.process.send_signal(signal.SIGTERM)
    collector.process.send_signal(signal.SIGCONT)
    checks.equal(collector.stop(), 0, "exit amid frames")
    check_stored(checks, collector, sent)
    sender.close()


def check_pause(checks, program, space, folder):
    """What waited in the ring for too long is counted and not used."""
    collector = Collector(program, space, folder, [
        PORT.format(name="mirror0", buffer="4M", more="")])
    collector.start()
    sent, unused = Sent(), Sent()
    sender = space.packet_socket("switch0")
    send_mixed(sent, sender)
    time.sleep(1)
    collector.process.send_signal(signal.SIGSTOP)
    send_mixed(unused, sender)
    time.sleep(PAUSE_S)
    collector.process.send_signal(signal.SIGCONT)
    checks.that(collector.await_said("stood still"), collector.said())
    send_mixed(sent, sender)
    checks.equal(collector.stop(), 0, "exit")
    given = collector.status()["input"]
    checks.equal((given["frames"], given["frames_waited"]),
                 (sent.frames, unused.frames), "frames, and those that waited")
    check_stored(checks, collector, sent)
    sender.close()


def check_refusals(checks, program, space, folder):
    without = ["setpriv", "--bounding-set", "-net_raw", "--inh-caps",
               "-net_raw"]
    port = PORT.format(name="mirror0", buffer="4M", more="")
    for name, sources, before, code, said in (
            ("filter", [PORT.format(name="mirror0", buffer="4M",
                                    more=', filter: "vlan and"')], [],
             BAD_CONFIG, 'the filter "vlan and" is wrong'),
            ("name", [PORT.format(name="mirror0", buffer="4M",
                                  more=', filter: "port bgp"')], [],
             BAD_CONFIG, '"bgp"'),
            ("port", [port], without, UNAVAILABLE, "CAP_NET_RAW"),
            ("erspan", [RECEIVER], without, UNAVAILABLE, "CAP_NET_RAW")):
        collector = Collector(program, space, f"{folder}/{name}", sources)
        collector.start(before)
        try:
            checks.equal(collector.process.wait(20), code, f"{name}: exit")
        except subprocess.TimeoutExpired:
            checks.that(False, f"{name}: it runs: {collector.said()}")
            collector.close()
        checks.that(said in collector.said(), f"{name}: {collector.said()}")
        if code == BAD_CONFIG:
            done = harness.run([program, "-c", collector.config,
                                "--check-config"])
            checks.equal(done.returncode, BAD_CONFIG, f"{name}: when checked")
            checks.that(b".yaml:5:" in done.stderr,
                        f"{name}: {done.stderr.decode()}")


def check_receiver(checks, program, space, folder):
    """A receiver of ERSPAN alone keeps no right at all."""
    collector = Collector(program, space, folder, [RECEIVER])
    collector.start()
    check_confined(checks, collector, 0)
    sent = Sent()
    send_erspan(space, sent, 1)
    checks.equal(collector.stop(), 0, "exit")
    check_stored(checks, collector, sent)


def ipv4(source, to, payload):
    """A packet of GRE."""
    def head(checksum):
        return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64,
                           47, checksum) + \
            socket.inet_aton(source) + socket.inet_aton(to)
    total = sum(struct.unpack(">10H", head(0)))
    total = (total & 0xffff) + (total >> 16)
    return head(~total & 0xffff) + payload


def check_both(checks, program, space, folder):
    """What comes in by a mirror port to a receiver counts once."""
    space.ip("addr", "add", "192.0.2.10/24", "dev", "mirror0")
    for name in ("all", "mirror0"):
        space.write(f"/proc/sys/net/ipv4/conf/{name}/rp_filter", 0)
    shown = netns.run(*space.command("cat", "/sys/class/net/mirror0/address"))
    head = bytes.fromhex(shown.stdout.strip().replace(":", "")) + \
        bytes.fromhex("020000000099" "0800")
    collector = Collector(program, space, folder, [
        PORT.format(name="mirror0", buffer="4M", more=""),
        "  - erspan: { listen: 192.0.2.10 }"])
    collector.start()
    sent = Sent()
    sender = space.packet_socket("switch0")
    for i in range(100):
        inner = sent.add(100, "ipv4", frame(100, 64 + i))
        sender.send(head + ipv4("192.0.2.2", "192.0.2.10", erspan(i, inner)))
    checks.equal(collector.stop(), 0, "exit")
    check_stored(checks, collector, sent)
    status = collector.status()
    checks.equal([source["frames"] for source in status["sources"]],
                 [100, 100], "both have it")
    checks.equal(status["ledger"]["dropped"]["no_member"], 100,
                 "the mirror port as what it is")
    sender.close()
    space.ip("addr", "flush", "dev", "mirror0")


def check_user(checks, program, space, folder):
    """As its unit runs it: a user with CAP_NET_RAW and nothing else."""
    within = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY,
              "--clear-groups", "--inh-caps", "-all,+net_raw",
              "--ambient-caps", "+net_raw", "--bounding-set",
              "-all,+net_raw"]
    if harness.run([*within, program, "--version"]).returncode != 0:
        print("skipped: nobody may not run the program here")
        return
    collector = Collector(program, space, folder, [
        PORT.format(name="mirror0", buffer="4M", more="")])
    os.chmod(os.path.dirname(folder), 0o755)
    for path in (folder, folder + "/state"):
        os.chown(path, int(NOBODY), int(NOBODY))
    collector.start(within=within)
    if not checks.that(collector.process.poll() is None, collector.said()):
        return
    check_confined(checks, collector, NET_RAW)
    space.ip("link", "del", "mirror0")
    checks.that(collector.await_said("mirror port mirror0: gone"), "gone")
    space.veth("mirror0", "switch0")
    checks.that(collector.await_said("mirror port mirror0: up", 2),
                f"back: {collector.said()}")
    sent = Sent()
    sender = space.packet_socket("switch0")
    send_mixed(sent, sender)
    checks.equal(collector.stop(), 0, f"exit: {collector.said()}")
    check_stored(checks, collector, sent)
    sender.close()


def main():
    program = sys.argv[1]
    reason = netns.why_not()
    if reason:
        print(f"skipped: {reason}")
        return 77
    checks = harness.Checks()
    space = netns.Namespace()
    try:
        with tempfile.TemporaryDirectory() as folder:
            space.ip("link", "set", "lo", "mtu", "1500")
            for address in ("2001:db8::1/128", "2001:db8::2/128"):
                space.ip("addr", "add", address, "dev", "lo", "nodad")
            space.veth("mirror0", "switch0")
            space.veth("mirror1", "switch1")
            stories = [check_refusals, check_life, check_flood, check_end,
                       check_receiver, check_both, check_user]
            if "pause" in sys.argv:
                stories = [check_pause]
            for story in stories:
                story(checks, program, space, f"{folder}/{story.__name__}")
    finally:
        space.remove()
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
