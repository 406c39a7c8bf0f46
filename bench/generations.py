"""10,000 generations in flight on one worker: python -m bench.generations (docs/generations.md).

A real worker and beat on PostgreSQL and Redis ask a gateway that answers at once. Printed: polls a second, how late
they leave, CPU and memory of the worker, transactions of the database per poll; the floor is a bare client's polls.
"""

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import httpx
import psycopg

from bench.figures import cpu_s, memory_mb, table
from tests.services import accepts, free_port, postgres, redis, wait_until

HERE = Path(__file__).resolve().parent.parent
INTERVAL_S = 15
FILL = """
import datetime, sys
from django.contrib.auth import get_user_model
from django.utils import timezone
from chats.models import Conversation, Generation, Message, Team
alice = get_user_model().objects.create(username="alice")
team = Team.objects.create(name="Bench")
row = Conversation.objects.create(team=team, author=alice, client_id="b", title="Bench", model="x")
reply = Message.objects.create(conversation=row, author=alice, client_id="b", role="assistant", status="generating")
now, count = timezone.now() + datetime.timedelta(seconds=8), int({rows})
Generation.objects.bulk_create([
    Generation(message=reply, team=team, author=alice, position=n, model="pixverse-v5.6-t2v", kind="video",
        task="text-to-video", prompt="x" * 200, state="running", remote_id=f"task_{{n:032}}", polls=30, sent_at=now,
        due_at=now + datetime.timedelta(seconds={interval} * n / count), deadline_at=now + datetime.timedelta(days=1))
    for n in range(count)], batch_size=2000)
print("filled")
"""
LATE = re.compile(r"(\d+) steps begun, late by ([\d.]+) s \(half\) and ([\d.]+) s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60)
    wanted = parser.parse_args()
    port = free_port()
    gateway = subprocess.Popen([sys.executable, "-m", "bench.polled", str(port)], cwd=HERE)
    try:
        wait_until(lambda: accepts(port), "the gateway listening")
        with redis() as redis_url, postgres() as database_url:
            measure(wanted.rows, wanted.seconds, port, redis_url, database_url)
    finally:
        gateway.kill()


def measure(rows: int, seconds: float, port: int, redis_url: str, database_url: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench"))
    environment = {
        **os.environ,
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "TOIOTECH_API_KEY": "bench",
        "GATEWAY_BASE_URL": f"http://127.0.0.1:{port}",
        "LOG_LEVEL": "INFO",
    }
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], cwd=HERE, env=environment, check=True)
    script = FILL.format(rows=rows, interval=INTERVAL_S)
    subprocess.run([*manage, "shell", "-v0", "-c", script], cwd=HERE, env=environment, check=True)
    floor = asyncio.run(bare(port))
    with (folder / "log").open("wb") as log:
        celery = [sys.executable, "-m", "celery", "--app", "playground"]
        worker = [*celery, "worker", "--loglevel", "INFO", "--concurrency", "8", "--pool", "threads"]
        beat = [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(folder / "beat")]
        started = [subprocess.Popen(c, cwd=HERE, env=environment, stdout=log, stderr=log) for c in (worker, beat)]
        try:
            report(rows, seconds, port, database_url, started[0].pid, folder / "log", floor)
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait()


async def bare(port: int) -> float:
    """CPU seconds per 1,000 polls of a client that does nothing else."""
    async with aiohttp.ClientSession() as session:
        began = time.process_time()
        for _ in range(1000):
            async with session.get(f"http://127.0.0.1:{port}/v1/video/generations/x") as answer:
                await answer.read()
        return time.process_time() - began


def polled(port: int) -> int:
    return int(httpx.get(f"http://127.0.0.1:{port}/count").text)


def transactions(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        asked = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        found = connection.execute(asked).fetchone()
        return found[0] if found else 0


def report(rows: int, seconds: float, port: int, database_url: str, pid: int, log: Path, floor: float) -> None:
    before = polled(port)
    wait_until(lambda: polled(port) > before + rows, "every generation asked once", 120)
    told, cpu, at, done = polled(port), cpu_s(pid), time.monotonic(), transactions(database_url)
    read = log.stat().st_size
    time.sleep(seconds)
    polls, took = polled(port) - told, time.monotonic() - at
    cpu, done = cpu_s(pid) - cpu, transactions(database_url) - done
    late = LATE.findall(log.read_text()[read:])
    figures = [
        ["figure", "ours", "floor", "ratio", "target"],
        ["polls a second", f"{polls / took:.0f}", f"{rows / INTERVAL_S:.0f} due", "", ""],
        ["late, half", f"{max(float(half) for _n, half, _most in late):.2f} s", "0", "", ""],
        ["late, 99 %", f"{max(float(most) for _n, _half, most in late):.2f} s", "0", "", "≤ 2 s"],
        ["CPU s per 1,000 polls", f"{cpu / polls * 1000:.3f}", f"{floor:.3f}", f"{cpu / polls * 1000 / floor:.1f}", ""],
        ["share of a core", f"{cpu / took * 100:.0f} %", "", "", "≤ 60 %"],
        ["memory", f"{memory_mb(pid):.0f} MB", "", "", "bounded"],
        ["transactions per poll", f"{done / polls:.3f}", "", "", "≤ 3"],
    ]
    print(table(figures))


if __name__ == "__main__":
    main()
