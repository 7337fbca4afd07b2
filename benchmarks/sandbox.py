"""How fast the sandbox is: planting, exporting, importing; beside a server that hands out the same bytes.

    python -m benchmarks.sandbox [--rows 1000000]

The peer is aiohttp serving one export page from memory: what Python's usual server does when there is
nothing to look up. The client is the same for both: it counts bytes and decodes nothing.
"""

import argparse
import asyncio
import base64
import http.client
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

LOGIN = {"Authorization": "Basic " + base64.b64encode(b"Sandbox\\demo:demo").decode()}
PAGE = 50_000
UPLOAD = 30 * 1024 * 1024
FIELDS = {
    "email": "{{Contact.Field(C_EmailAddress)}}",
    "first": "{{Contact.Field(C_FirstName)}}",
    "last": "{{Contact.Field(C_LastName)}}",
    "company": "{{Contact.Field(C_Company)}}",
    "country": "{{Contact.Field(C_Country)}}",
    "title": "{{Contact.Field(C_Title)}}",
}


class Wire:
    """One connection that counts bytes."""

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        self.connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=600)
        self.buffer = bytearray(4 * 1024 * 1024)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        kind = {"Content-Type": headers.pop("content_type", "application/json")}
        self.connection.request(method, path, data, {**LOGIN, **kind, **headers})
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status < 300, (method, path, answer.status, content[:500])
        return answer.status, content

    def drain(self, path: str, **headers: str) -> int:
        """Read an answer without keeping it; returns its bytes."""
        self.connection.request("GET", path, headers={**LOGIN, **headers})
        answer = self.connection.getresponse()
        assert answer.status == 200, (path, answer.status)
        total = 0
        while count := answer.readinto(self.buffer):
            total += count
        return total

    def json(self, method: str, path: str, body: Any = None) -> Any:
        return json.loads(self.call(method, path, body)[1])


class Program:
    """A sandbox of one's own."""

    def __init__(self, *options: str) -> None:
        self.folder = tempfile.TemporaryDirectory()
        ready = Path(self.folder.name) / "ready.json"
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "certain_eloqua_sandbox",
                "--port",
                "0",
                "--ready-file",
                str(ready),
                *options,
            ],
            stdout=subprocess.DEVNULL,
        )
        while not ready.exists():
            if self.process.poll() is not None:
                raise SystemExit("the sandbox did not start")
            time.sleep(0.01)
        self.seconds = time.perf_counter() - began
        self.url = json.loads(ready.read_text())["url"]

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far: on a busy machine they tell more than the clock."""
        used = psutil.Process(self.process.pid).cpu_times()
        return float(used.user + used.system)

    @property
    def memory(self) -> float:
        return psutil.Process(self.process.pid).memory_info().rss / 1e6

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.folder.cleanup()


def export(wire: Wire) -> tuple[float, str]:
    """Export all contacts; returns the seconds of the sync and its URI."""
    definition = wire.json("POST", "/api/bulk/2.0/contacts/exports", {"name": "bench", "fields": FIELDS})
    began = time.perf_counter()
    sync = wire.json("POST", "/api/bulk/2.0/syncs", {"syncedInstanceUri": definition["uri"]})
    while sync["status"] in ("pending", "active"):
        sync = wire.json("GET", "/api/bulk/2.0" + sync["uri"])
    assert sync["status"] == "success", sync
    return time.perf_counter() - began, sync["uri"]


def walk(wire: Wire, uri: str, rows: int, kind: str) -> tuple[float, int]:
    """Read all pages of an export; returns seconds and bytes."""
    began, total = time.perf_counter(), 0
    for offset in range(0, rows, PAGE):
        total += wire.drain(f"/api/bulk/2.0{uri}/data?limit={PAGE}&offset={offset}", Accept=kind)
    return time.perf_counter() - began, total


def import_rows(wire: Wire, rows: int) -> tuple[float, float, str]:
    """Import rows as CSV; returns the seconds of staging and of the sync, and its status."""
    names = ["email", "first", "last", "company"]
    definition = wire.json(
        "POST",
        "/api/bulk/2.0/contacts/imports",
        {"name": "bench", "fields": {name: FIELDS[name] for name in names}, "identifierFieldName": "email"},
    )
    head = (",".join(names) + "\n").encode()
    lines = [
        f"import{n}@bench.example,First {n % 997},Last {n % 4999},Company {n % 211}\n".encode()
        for n in range(rows)
    ]
    uploads, size = [[head]], 0
    for line in lines:
        if size + len(line) > UPLOAD:
            uploads.append([head])
            size = 0
        uploads[-1].append(line)
        size += len(line)
    began = time.perf_counter()
    for upload in uploads:
        wire.call("POST", f"/api/bulk/2.0{definition['uri']}/data", b"".join(upload), content_type="text/csv")
    staged = time.perf_counter()
    sync = wire.json("POST", "/api/bulk/2.0/syncs", {"syncedInstanceUri": definition["uri"]})
    while sync["status"] in ("pending", "active"):
        sync = wire.json("GET", "/api/bulk/2.0" + sync["uri"])
    return staged - began, time.perf_counter() - staged, sync["status"]


def _peer(body: bytes, port: Any) -> None:
    from aiohttp import web

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    async def serve() -> None:
        application = web.Application()
        application.router.add_get("/{path:.*}", handler)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(serve())


def peer(body: bytes, pages: int) -> float:
    """Serve the same bytes from a handler that does nothing else; returns seconds."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_peer, args=(body, there), daemon=True)
    process.start()
    try:
        wire = Wire(f"http://127.0.0.1:{here.recv()}")
        began = time.perf_counter()
        for _ in range(pages):
            wire.drain("/")
        return time.perf_counter() - began
    finally:
        process.terminate()


def main() -> None:
    """Measure, and print a table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=1_000_000)
    rows = options.parse_args().rows
    lines: list[tuple[str, str, str]] = []
    program = Program("--contacts", str(rows))
    try:
        lines.append(
            (
                f"seed of {rows:,} contacts, until it listens",
                f"{program.seconds:.1f} s, {program.cpu:.1f} s of CPU",
                "",
            )
        )
        lines.append(("memory after the seed", f"{program.memory:,.0f} MB", ""))
        wire = Wire(program.url)
        used = program.cpu
        seconds, uri = export(wire)
        figure = f"{seconds:.1f} s, {program.cpu - used:.1f} s of CPU"
        lines.append((f"sync of an export of {rows:,} rows, {len(FIELDS)} fields", figure, ""))
        lines.append(("memory after the export", f"{program.memory:,.0f} MB", ""))
        for kind in ("application/json", "text/csv"):
            best, total = min(walk(wire, uri, rows, kind) for _ in range(3))
            one = wire.call("GET", f"/api/bulk/2.0{uri}/data?limit={PAGE}&offset=0", Accept=kind)[1]
            plain = min(peer(one, max(1, rows // PAGE)) for _ in range(3))
            lines.append(
                (
                    f"export served as {kind}, {PAGE:,} rows a page",
                    f"{rows / best:,.0f} rows/s, {total / best / 1e6:,.0f} MB/s",
                    f"{best / plain:.1f} × the time of the peer ({rows / plain:,.0f} rows/s)",
                )
            )
        used = program.cpu
        staged, synced, status = import_rows(wire, rows)
        used = program.cpu - used
        lines.append((f"staging {rows:,} rows of CSV", f"{staged:.1f} s, {rows / staged:,.0f} rows/s", ""))
        lines.append((f"sync of this import ({status})", f"{synced:.1f} s, {rows / synced:,.0f} rows/s", ""))
        lines.append(("CPU of staging and sync together", f"{used:.1f} s", ""))
        lines.append(("memory after the import", f"{program.memory:,.0f} MB", ""))
    finally:
        program.stop()
    small = Program()
    lines.append(("start with the demo seed, until it listens", f"{small.seconds:.2f} s", ""))
    small.stop()
    print(f"{os.cpu_count()} CPUs, Python {sys.version.split()[0]}\n")
    print("| what | figure | beside aiohttp serving the same bytes from memory |\n| --- | ---: | ---: |")
    for line in lines:
        print("| " + " | ".join(line) + " |")


if __name__ == "__main__":
    main()
