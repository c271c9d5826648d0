#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: web_png.py LANTERNE_WEB MAKE_EXCHANGE

Graphs as PNG from the running program: what is in the image, many at once,
processes that are killed, and the end while some are being drawn.
"""

import http.client
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

BILL = (0xb3, 0x26, 0x1e)  # the colour of the 95th percentile


def children(pid):
    """Process ids and arguments."""
    out = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)],
                         text=True, stdout=subprocess.PIPE, check=False).stdout
    return [(int(line.split()[0]), line.split(None, 1)[1])
            for line in out.splitlines()]


class Web:
    """The program on a port of its own."""

    def __init__(self, program, folder):
        self.log = open(os.path.join(folder, "log"), "w+")
        self.process = subprocess.Popen(
            [program, "-c", os.path.join(folder, "lanterne.yaml"),
             "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        url = self.process.stdout.readline()
        self.port = int(url.rstrip("/\n").rsplit(":", 1)[1])

    def get(self, target, headers=None, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=20)
        connection.request(method, target, headers=headers or {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def helpers(self):
        """Processes that draw: children of the one that starts them."""
        return [pid for spawner, _ in children(self.process.pid)
                for pid, arguments in children(spawner)
                if "--render-helper" in arguments]


def decode(png):
    """Width, height and rows of (red, green, blue) of a PNG by cairo."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n", png[:8]
    at, data = 8, b""
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        chunk = png[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, laced = struct.unpack(
                ">IIBBBBB", chunk)
        elif kind == b"IDAT":
            data += chunk
        at += size + 12
    assert depth == 8 and colour in (2, 6) and laced == 0
    return width, height, unfilter(zlib.decompress(data), width, height,
                                   3 if colour == 2 else 4)


def unfilter(raw, width, height, channels):
    rows, before = [], bytearray(width * channels)
    for y in range(height):
        start = y * (width * channels + 1)
        how = raw[start]
        line = bytearray(raw[start + 1:start + 1 + width * channels])
        for i, value in enumerate(line):
            left = line[i - channels] if i >= channels else 0
            up = before[i]
            corner = before[i - channels] if i >= channels else 0
            if how == 1:
                value += left
            elif how == 2:
                value += up
            elif how == 3:
                value += (left + up) // 2
            elif how == 4:
                near = left + up - corner
                value += min((left, up, corner), key=lambda c: abs(near - c))
            line[i] = value & 255
        rows.append([tuple(line[x * channels:x * channels + 3])
                     for x in range(width)])
        before = line
    return rows


def is_near(pixel, colour):
    return all(abs(a - b) < 60 for a, b in zip(pixel, colour))


def find_level(rows):
    """The row of pixels in which the level is drawn."""
    return max(range(len(rows)),
               key=lambda y: sum(is_near(pixel, BILL) for pixel in rows[y]))


def is_area(pixel):
    """As green as the area or its edge."""
    red, green, blue = pixel
    return green - red > 30 and green - blue > 15


def top_of_area(rows, x):
    """The first pixel of the area from above."""
    for y, row in enumerate(rows):
        if is_area(row[x]):
            return y
    return len(rows)


def find_area(rows):
    """The columns that the area fills, from and to: the longest run of them;
    and the row of pixels under it. The level's ends are no measure of it, for
    a dashed line may end in a gap; the squares of the legend, in the lowest
    fifth, are green as well."""
    start, longest, zero = 0, (0, 0), 0
    plot = rows[:len(rows) * 4 // 5]
    for x in range(len(rows[0])):
        if top_of_area(plot, x) == len(plot):
            start = x + 1
        elif x + 1 - start > longest[1] - longest[0]:
            longest = start, x + 1
    for y, row in enumerate(plot):
        if sum(map(is_area, row)) > (longest[1] - longest[0]) / 2:
            zero = y + 1
    return *longest, zero


def check_swatch(rows):
    """What stands for the level is a full rectangle, apart from its legend."""
    legends = rows[len(rows) * 4 // 5:]
    found = [(x, y) for y, row in enumerate(legends)
             for x, pixel in enumerate(row) if is_near(pixel, BILL)]
    (left, right), (top, bottom) = ((min(of), max(of)) for of in zip(*found))
    assert right - left >= 5 and bottom - top >= 5, found
    assert len(found) == (right - left + 1) * (bottom - top + 1), found
    for row in legends[top:bottom + 1]:
        assert row[right + 3] == (255, 255, 255), row[right + 3]


def check_level(web):
    """The level lies where the area is as high as the 95th percentile, by the
    figures of the JSON: all means are as high as the level and zero have it."""
    _, body = web.get("/graph/exchange.json?range=day")
    figures = json.loads(body)
    graph = figures["from_member"]
    p95 = graph["statistics"]["total"]["p95"]
    means = graph["total"]
    answer, body = web.get("/graph/exchange.png?range=day&width=1200")
    assert answer.status == 200, answer.status
    width, height, rows = decode(body)
    assert (width, height) == (1200, 400), (width, height)
    check_swatch(rows)
    level = find_level(rows)
    left, right, zero = find_area(rows)
    assert right - left > 900, (left, right)
    known = [i for i, mean in enumerate(means) if mean is not None]
    column = (right - left) / (known[-1] + 1 - known[0])
    tops = []  # with the means around it: an edge goes from one to the next
    for i in range(1, len(means) - 1):
        x = left + int((i + 0.5 - known[0]) * column)
        if None not in means[i - 1:i + 2] and x >= left + 8:
            tops.append((means[i - 1:i + 2], top_of_area(rows, x)))
    assert len(tops) >= 200, len(tops)
    for near, top in tops:
        least, most = (zero - (zero - level) * mean / p95
                       for mean in (max(near), min(near)))
        assert least - 3 <= top <= most + 3, (near, p95, top, level, zero)


def check_headers(web):
    answer, body = web.get("/graph/member.png?asn=64500&range=week")
    assert answer.status == 200
    assert answer.getheader("Content-Type") == "image/png"
    assert answer.getheader("Cache-Control").startswith("private, max-age=")
    tag = answer.getheader("ETag")
    again, empty = web.get("/graph/member.png?asn=64500&range=week",
                           {"If-None-Match": tag})
    assert again.status == 304 and empty == b"", again.status
    head, empty = web.get("/graph/member.png?asn=64500&range=week",
                          method="HEAD")
    assert head.status == 200 and empty == b""
    assert int(head.getheader("Content-Length")) == len(body)


def ask_many(web, count, width, answers=None):
    """So many different images at once: their statuses. The answers are put
    where they can be seen meanwhile."""
    answers = [] if answers is None else answers

    def ask(i):
        answer, body = web.get(f"/graph/exchange.png?width={width + i}")
        assert answer.status != 200 or body[:8] == b"\x89PNG\r\n\x1a\n"
        answers.append(answer)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == count, len(answers)
    return [answer.status for answer in answers]


def check_many(web):
    """What the queue does not hold is told to come again, and others are
    answered while nothing is drawn."""
    width = 600  # until both workers have had something to draw
    while len(web.helpers()) < 2 and width < 900:
        ask_many(web, 8, width)
        width += 8
    helpers, answers = web.helpers(), []
    assert len(helpers) == 2, helpers
    asking = threading.Thread(target=ask_many, args=(web, 80, 900, answers))
    for pid in helpers:
        os.kill(pid, signal.SIGSTOP)
    try:
        asking.start()
        end = time.monotonic() + 3  # a helper has five seconds for an image
        while len(answers) < 48 and time.monotonic() < end:
            time.sleep(0.02)
        for _ in range(5):
            answer, _ = web.get("/livez")
            assert answer.status == 200, answer.status
        drawn = [a for a in list(answers) if a.status == 200]
        assert not drawn, "nothing is drawn yet"
    finally:
        for pid in helpers:
            os.kill(pid, signal.SIGCONT)
    asking.join()
    statuses = [answer.status for answer in answers]
    assert len(statuses) == 80 and set(statuses) == {200, 503}, statuses
    assert statuses.count(200) >= 32, statuses
    for answer in answers:
        if answer.status == 503:
            assert int(answer.getheader("Retry-After")) > 0
            assert answer.getheader("Cache-Control") == "no-store"


def has_ended(pid):
    """Whether a process has given everything back: its arguments are gone
    before its sockets are closed."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] in "ZX"


def check_killed(web):
    """Processes that are killed at rest cost nothing; one at work costs what
    it is at."""
    assert len(web.helpers()) in (1, 2)
    killed = web.helpers()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    while not all(has_ended(pid) for pid in killed):
        time.sleep(0.05)
    statuses = ask_many(web, 8, 1100)
    assert statuses == [200] * 8, statuses

    asking = threading.Thread(target=lambda: statuses.extend(
        ask_many(web, 20, 1200)))
    asking.start()
    end = time.monotonic() + 1
    killed = 0
    while asking.is_alive() and time.monotonic() < end:
        for pid in web.helpers():
            os.kill(pid, signal.SIGKILL)
            killed += 1
    asking.join()
    assert killed > 0
    assert set(statuses) <= {200, 503}, statuses
    statuses = ask_many(web, 4, 1300)
    assert statuses == [200] * 4, statuses


def check_end(web):
    """A signal ends the program at once, with images asked for, and its
    processes with it."""
    helpers = web.helpers()
    for pid in helpers:
        os.kill(pid, signal.SIGSTOP)  # so that nothing is finished
    outcomes = []

    def ask(i):
        try:
            outcomes.append(web.get(f"/graph/exchange.png?width={1500 + i}"))
        except (OSError, http.client.HTTPException):
            outcomes.append(None)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    start = time.monotonic()
    web.process.send_signal(signal.SIGTERM)
    assert web.process.wait(10) == 0
    assert time.monotonic() - start < 3
    for thread in threads:
        thread.join()
    assert len(outcomes) == 6
    for pid in helpers:
        assert not os.path.exists(f"/proc/{pid}"), pid


def main():
    program, make_exchange = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        end = int(time.time()) // 60 * 60
        subprocess.run([make_exchange, folder, str(end), "30"],
                       check=True)
        # One that asks for others is many, and its places are not counted.
        path = Path(folder, "lanterne.yaml")
        path.write_text(path.read_text().replace(
            "access: open", "access: open, trusted_proxies: 127.0.0.1"))
        web = Web(program, folder)
        try:
            check_level(web)
            check_headers(web)
            check_many(web)
            check_killed(web)
            check_end(web)
        finally:
            if web.process.poll() is None:
                web.process.kill()
                web.process.wait()
            web.log.seek(0)
            sys.stderr.write(web.log.read())


main()
