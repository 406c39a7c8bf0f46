"""Prints what this checkout costs beside the direct upstream: python -m bench [--quick] (docs/performance.md)."""

import argparse
import asyncio
import statistics
import time

import aiohttp

from bench.figures import cpu_s, memory_mb, percentile, table
from bench.relay import Pair, Run, Upstream, ask_directly, make_pairs, product_at
from bench.wire import ASKED
from tests.live import Product
from tests.person import Person

CROWD = 100
RATE = 50


async def direct(url: str, streams: int, count: int, ramp_s: float = 0) -> Run:
    run = Run()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(
            *(later(i * ramp_s / streams, ask_directly(session, url, RATE, count, run)) for i in range(streams))
        )
    return run


async def through(
    pairs: list[Pair], count: int, ramp_s: float = 0, protocol: str = "chat_completions"
) -> tuple[Run, Run]:
    run, other = Run(), Run()
    step_s = ramp_s / len(pairs)
    await asyncio.gather(
        *(later(i * step_s, pair.ask(RATE, count, run, other, protocol)) for i, pair in enumerate(pairs))
    )
    return run, other


async def later(wait_s: float, what):
    await asyncio.sleep(wait_s)
    return await what


def figure(ours: float, floor: float, unit: str = "ms") -> tuple[str, str, str]:
    ratio = f"{ours / floor:.1f}" if floor > 0 else "–"
    return f"{ours:.2f} {unit}", f"{floor:.2f} {unit}", ratio


class Report:
    def __init__(self) -> None:
        self.rows: list[list[str]] = [["figure", "ours", "floor", "ratio", "target"]]
        self.lost = self.doubled = 0

    def add(self, name: str, ours: float, floor: float, target: str, unit: str = "ms") -> None:
        self.rows.append([name, *figure(ours, floor, unit), target])
        print(" · ".join(self.rows[-1]), flush=True)

    def count(self, *runs: Run) -> None:
        self.lost += sum(run.lost for run in runs)
        self.doubled += sum(run.doubled for run in runs)


async def measure(product: Product, url: str, report: Report, rounds: int, is_quick: bool) -> None:
    owner = await Person.arrive(product.url)
    await owner.start(product.owner_link)
    await owner.leave()
    pid = product.process.pid
    report.add("memory idle", memory_mb(pid), 0, "≤ 120", "MB")
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        await relays(product, session, url, report, rounds, is_quick)


async def relays(product: Product, session, url: str, report: Report, rounds: int, is_quick: bool) -> None:
    pid = product.process.pid
    pairs = await make_pairs(product, session, 0, CROWD)
    await one_stream(pairs[:1], url, report, rounds)
    await fifty(pairs[:50], url, report, rounds)
    await crowd(pairs, url, report, rounds, pid)
    await protocols(pairs[:50], report, rounds, pid)
    report.add("memory at 100 streams", memory_mb(pid), 0, "≤ 180", "MB")
    if not is_quick:
        await most(product, session, pairs, url, report)


async def one_stream(pairs: list[Pair], url: str, report: Report, rounds: int) -> None:
    ours, floor = [], []
    for _ in range(rounds * 10):
        floor += (await direct(url, 1, 5)).first_ms
        run, other = await through(pairs, 5)
        report.count(run, other)
        ours += run.first_ms
    added = statistics.median(ours) - statistics.median(floor)
    report.add("first token added p50, 1 stream", added, statistics.median(floor), "≤ 6")


async def fifty(pairs: list[Pair], url: str, report: Report, rounds: int) -> None:
    for name, ramp_s, target in (("ramped up", 2.0, "≤ 10"), ("at once", 0.0, "≤ 25")):
        ours, floor = [], []
        for _ in range(rounds):
            floor.append(percentile((await direct(url, 50, 20, ramp_s)).first_ms, 0.95))
            run, other = await through(pairs, 20, ramp_s)
            report.count(run, other)
            ours.append(percentile(run.first_ms, 0.95))
        floor_ms = statistics.median(floor)
        report.add(f"first token added p95, 50 {name}", statistics.median(ours) - floor_ms, floor_ms, target)


async def crowd(pairs: list[Pair], url: str, report: Report, rounds: int, pid: int) -> None:
    p50, p99, cpu, floor50, floor99, floor_cpu = [], [], [], [], [], []
    count = 500
    for _ in range(rounds):
        began = time.process_time()
        base = await direct(url, len(pairs), count, 1.0)
        floor_cpu.append((time.process_time() - began) / (len(pairs) * count / 1000))
        before = cpu_s(pid)
        run, other = await through(pairs, count, 1.0)
        cpu.append((cpu_s(pid) - before) / (len(pairs) * count / 1000))
        report.count(base, run, other)
        for values, share, kept in ((run, 0.5, p50), (run, 0.99, p99), (base, 0.5, floor50), (base, 0.99, floor99)):
            kept.append(percentile(values.delta_ms, share))
    middle = statistics.median
    report.add("added per delta p50, 100 × 50/s", middle(p50) - middle(floor50), middle(floor50), "≤ 20")
    report.add("added per delta p99, 100 × 50/s", middle(p99) - middle(floor99), middle(floor99), "≤ 45")
    report.add("CPU s per 1,000 deltas, 100 × 50/s", middle(cpu), middle(floor_cpu), "≤ 0.06", "s")


async def protocols(pairs: list[Pair], report: Report, rounds: int, pid: int) -> None:
    """What each protocol costs beside chat completions, in turns so that a busy machine is busy for all."""
    spent: dict[str, list[float]] = {name: [] for name in ASKED}
    count = 250
    for _ in range(rounds):
        for name, values in spent.items():
            before = cpu_s(pid)
            run, other = await through(pairs, count, 0.5, name)
            values.append((cpu_s(pid) - before) / (len(pairs) * count / 1000))
            report.count(run, other)
    floor = statistics.median(spent.pop("chat_completions"))
    for name, values in spent.items():
        report.add(f"CPU s per 1,000 deltas, {name} : chat", statistics.median(values), floor, "ratio ≤ 1.5", "s")


async def most(product: Product, session, pairs: list[Pair], url: str, report: Report) -> None:
    """The most streams with a p99 under 100 ms, in steps of 50, each with an onlooker."""
    held = 0
    for number in range(100, 601, 50):
        if number > len(pairs):
            pairs += await make_pairs(product, session, len(pairs), number - len(pairs))
        base = await direct(url, number, 250, 1.0)
        run, other = await through(pairs[:number], 250, 1.0)
        report.count(run, other)
        added = percentile(run.delta_ms, 0.99) - percentile(base.delta_ms, 0.99)
        print(f"    {number} streams: p99 added {added:.0f} ms", flush=True)
        if added >= 100:
            break
        held = number
    report.add("streams of 50/s, p99 added < 100 ms", held, 1050, "≥ 350", "")


def starts(report: Report) -> None:
    product = Product()
    product.start()
    product.stop()
    times = []
    for _ in range(3):
        began = time.monotonic()
        product.start()
        times.append(time.monotonic() - began)
        product.stop()
    report.add("second start to ready", statistics.median(times), 0, "≤ 3", "s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, and no search for the most streams")
    chosen = parser.parse_args()
    report = Report()
    starts(report)
    with Upstream() as upstream:
        product = product_at(upstream).start()
        try:
            asyncio.run(measure(product, upstream.url, report, 1 if chosen.quick else 3, chosen.quick))
        finally:
            product.stop()
    report.add("deltas lost", report.lost, 0, "0", "")
    report.add("deltas doubled", report.doubled, 0, "0", "")
    print("\n" + table(report.rows))


if __name__ == "__main__":
    main()
