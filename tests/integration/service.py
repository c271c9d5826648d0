#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: service.py COLLECTOR WEB

Both daemons under a service manager: sockets that it opened, what they tell it,
and a watchdog that is fed by progress alone.
"""
import os
import re
import signal
import socket
import sys
import tempfile
import threading
import urllib.request

import harness
import manager

CONFIG = """exchange: {{ name: Service }}
state_dir: {folder}/state
roster: {folder}/roster.json
sources: [ {{ sflow: {{ listen: "127.0.0.1:{port}" }} }} ]
vlans: [ {{ id: 100, name: Peering }} ]
macs: [ {{ asn: 64500, vlan: 100, mac: "02:00:00:00:00:01" }} ]
switches: [ {{ name: sw1, agent: 192.0.2.1, from: [ 127.0.0.1 ] }} ]
web: {{ listen: "127.0.0.1:1", access: open }}
"""
ROSTER = """{ "version": "1.0", "ixp_list": [ { "ixp_id": 1,
  "vlan": [ { "id": 100, "name": "one" } ] } ],
  "member_list": [ { "asnum": 64500 } ] }
"""
COLLECTOR_WATCHDOG_US = 300000  # its clock ticks each second
WRITER_PATIENCE = 10            # collector/live_service.c
WEB_WATCHDOG_US = 3000000


def make(folder):
    """A configuration in a folder, and a state that is there."""
    os.mkdir(folder + "/state")
    harness.write(folder + "/roster.json", ROSTER)
    return harness.write(folder + "/lanterne.yaml", CONFIG.format(
        folder=folder, port=harness.free_port()))


def port_of(config):
    """Where the collector of a configuration listens."""
    with open(config, encoding="utf-8") as file:
        return int(re.search(r"sflow:.*:(\d+)", file.read()).group(1))


def get(port, target, host="127.0.0.1", timeout=20):
    with urllib.request.urlopen(f"http://{host}:{port}{target}",
                                timeout=timeout) as answer:
        return answer.status


def check_life(checks, service, busy):
    """Ready, again after a reload, and the end."""
    name = service.name
    checks.that(service.await_line("READY=1"), f"{name}: READY=1")
    checks.that(any(line.startswith("STATUS=") for _, line in service.told),
                f"{name}: STATUS")
    busy()
    service.listen_to()
    ready = service.count("READY=1")
    service.process.send_signal(signal.SIGHUP)
    checks.that(service.await_line("RELOADING=1"), f"{name}: RELOADING=1")
    checks.that(manager.wait_for(lambda: service.count("READY=1") > ready, 20),
                f"{name}: READY=1 after it")
    checks.equal(service.count("STOPPING=1"), 0, f"{name}: STOPPING=1 so far")
    checks.equal(service.stop(), 0, f"{name}: exit")
    checks.equal(service.count("STOPPING=1"), 1, f"{name}: STOPPING=1")


def web_sockets(checks, web):
    """Answers at the sockets that it got, not where the configuration says."""
    ports = [(web.listen(), "127.0.0.1")]
    if socket.has_ipv6:
        try:
            ports.append((web.listen("::1", socket.AF_INET6), "[::1]"))
        except OSError:
            pass  # a machine without
    web.start()

    def busy():
        for port, host in ports:
            checks.equal(get(port, "/livez", host), 200, f"{host}: /livez")
            checks.that(f"http://{host}:{port}/" in web.said(),
                        f"{host}: address in the log")
        checks.that(web.await_line("WATCHDOG=1"), "web: WATCHDOG=1")

    check_life(checks, web, busy)
    # Whoever came between the daemon's end and its next start was not refused.
    web.start()
    checks.equal(get(ports[0][0], "/livez"), 200, "started again")
    checks.equal(web.stop(), 0, "started again: exit")


def check_modes(checks, folder):
    """What is stored is for its user, who writes, and its group, who reads."""
    for where, _, names in os.walk(folder + "/state"):
        for path in [where] + [os.path.join(where, name) for name in names]:
            mode = os.stat(path).st_mode
            if path == folder + "/state":
                continue  # made by this test
            checks.equal(mode & 0o027, 0, f"{path}: mode {mode:o}")


def odd_socket(checks, folder, program, config):
    """What is no TCP socket is refused by name."""
    web = manager.Service(folder, "odd", [program, "-c", config])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        web.add_socket(made)
        web.start()
        checks.equal(web.process.wait(20), 69, "a UDP socket: exit")
    checks.that("socket 3 from the service manager" in web.said(),
                "a UDP socket is named")
    web.close()


def stuck_writer(checks, folder, program):
    """A file that cannot be written, for nobody reads from the FIFO that stands
    in its place: the collector's loop goes on, and feeds nobody any more. Once
    it is written, it does again."""
    collector = manager.Service(folder, "stuck", [
        program, "-c", folder + "/lanterne.yaml"], COLLECTOR_WATCHDOG_US)
    fifo = folder + "/state/status.json.new"
    os.mkfifo(fifo)
    collector.start()
    checks.that(collector.await_line("WATCHDOG=1"), "stuck: fed at first")
    checks.that(manager.wait_for(
        lambda: "the writer has stood still" in collector.said(), 40),
        "stuck: said in the log")
    collector.listen_to()
    fed = collector.count("WATCHDOG=1")
    checks.that(manager.wait_for(
        lambda: collector.said().count("has stood still") >= 4, 40),
        "stuck: its loop goes on")
    checks.equal(collector.count("WATCHDOG=1"), fed, "stuck: fed no more")
    with open(fifo, "rb") as reader:
        thread = threading.Thread(target=reader.read)
        thread.start()
        checks.that(manager.wait_for(
            lambda: collector.count("WATCHDOG=1") > fed, 40),
            "stuck: fed again once it is not")
        collector.stop()
        thread.join()
    collector.close()


def main():
    collector_program, web_program = sys.argv[1:3]
    checks = harness.Checks()
    with tempfile.TemporaryDirectory() as folder:
        config = make(folder)
        collector = manager.Service(
            folder, "collector", [collector_program, "-c", config],
            COLLECTOR_WATCHDOG_US)
        collector.start()
        check_life(checks, collector, lambda: checks.that(
            collector.await_line("WATCHDOG=1"), "collector: WATCHDOG=1"))
        check_modes(checks, folder)
        web = manager.Service(folder, "web", [web_program, "-c", config],
                              WEB_WATCHDOG_US)
        web_sockets(checks, web)
        odd_socket(checks, folder, web_program, config)
        stuck_writer(checks, folder, collector_program)
        if checks.failed:
            print(collector.said(), web.said())
        collector.close()
        web.close()
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
