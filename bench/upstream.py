"""A gateway that costs nothing to ask: raw sockets, one stamp of CLOCK_MONOTONIC in each delta. Its own process.

It speaks the protocol that the path names (bench/wire.py).

The question's text says what to stream: "rate=50 count=500" is 500 deltas at 50 a second, each "t=<ns> " and filler.
"""

import asyncio
import json
import re
import sys
import time

from bench.wire import ASKED, Wire, wire_of

WISH = re.compile(rb"rate=(\d+) count=(\d+)")
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Accel-Buffering: no\r\n"
    b"X-Oneapi-Request-Id: toio1\r\nTransfer-Encoding: chunked\r\n\r\n"
)
MODELS = json.dumps({"success": True, "object": "list", "data": [{"id": model} for model in ASKED.values()]}).encode()
FILLER = "word " * 2
LIST_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(MODELS)


def chunk(payload: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(payload), payload)


async def stream(writer: asyncio.StreamWriter, wire: Wire, rate: int, count: int) -> None:
    writer.write(HEAD + b"".join(map(chunk, wire.begins)))
    began = time.monotonic()
    for index in range(count):
        wait = began + index / rate - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        writer.write(chunk(wire.delta(f"t={time.monotonic_ns()} {FILLER}")))
    writer.write(b"".join(map(chunk, wire.ends)) + b"0\r\n\r\n")


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1])) if length else b""
            if head.startswith(b"GET"):
                writer.write(LIST_HEAD + MODELS)
                continue
            wish = WISH.findall(body)
            rate, count = wish[-1] if wish else (b"50", b"10")
            await stream(writer, wire_of(head), int(rate), int(count))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main(port: int) -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", port, limit=2**24, backlog=4096)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
