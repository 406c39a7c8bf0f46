"""The services of docker-compose.yml as plain processes: its commands and environments, a real PostgreSQL and Redis."""

import asyncio
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
import yaml

from tests.person import Person
from tests.services import accepts, free_port, wait_until

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("compose")]
HERE = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((HERE / "docker-compose.yml").read_text())["services"]
VALUES = {"SECRET_KEY": "compose-test-secret", "POSTGRES_PASSWORD": "x"}
VARIABLE = re.compile(r"\$\{(\w+)(?::[-?]([^}]*))?\}")


class Installation:
    """The services with their names turned into addresses of this machine; nothing else about them is changed."""

    def __init__(self, folder: Path, postgres_url: str, redis_url: str) -> None:
        self.folder = folder
        self.ports = {"web-1": free_port(), "web-2": free_port(), "proxy": free_port()}
        self.database, self.redis = postgres_url, redis_url
        self.processes: dict[str, subprocess.Popen] = {}

    def moved(self, text: str) -> str:
        text = VARIABLE.sub(lambda found: VALUES.get(found[1], found[2] or ""), text)
        text = re.sub(r"postgres://\S+", self.database, text)
        text = re.sub(r"redis://\S+", self.redis, text)
        for name, port in self.ports.items():
            text = text.replace(f"{name}:8000", f"127.0.0.1:{port}")
        return text.replace("/data", str(self.folder))

    def environment(self, name: str) -> dict[str, str]:
        given = {key: self.moved(value) for key, value in COMPOSE[name]["environment"].items()}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return {"PATH": path, "HOME": str(self.folder), "PYTHONPATH": str(HERE)} | given

    def command(self, name: str) -> list[str]:
        command = self.moved(COMPOSE[name]["command"])
        if name in self.ports:
            command = command.replace("--port 8000", f"--port {self.ports[name]}")
        return shlex.split(command)

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            environment = self.environment(name)
            process = subprocess.Popen(self.command(name), cwd=HERE, env=environment, stdout=log, stderr=log)
        self.processes[name] = process

    def start_proxy(self) -> None:
        """nginx with the configuration that compose mounts, at our ports and in our folder."""
        written = self.moved((HERE / "deploy/nginx.conf").read_text())
        written = written.replace("listen 80;", f"listen 127.0.0.1:{self.ports['proxy']};")
        head = f"daemon off; pid {self.folder}/nginx.pid; error_log stderr;\n"
        places = "".join(
            f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        written = head + written.replace("http {", f"http {{ access_log off; {places}", 1)
        if os.geteuid() == 0:
            written = "user root;\n" + written
        (self.folder / "nginx.conf").write_text(written)
        command = ["nginx", "-c", str(self.folder / "nginx.conf")]
        path = os.environ["PATH"] + ":/usr/sbin"
        log = (self.folder / "nginx.log").open("ab")
        self.processes["proxy"] = subprocess.Popen(command, env={"PATH": path}, stdout=log, stderr=log)

    def prepare(self) -> str:
        done = subprocess.run(
            self.command("migrate"), cwd=HERE, env=self.environment("migrate"), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def is_healthy(self, name: str) -> bool:
        assert self.processes[name].poll() is None, (self.folder / f"{name}.log").read_text()[-3000:]
        port = self.ports[name]
        return accepts(port) and httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def installation(tmp_path_factory, postgres_url, redis_url) -> Iterator[Installation]:
    name = f"compose{os.getpid()}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    folder = tmp_path_factory.mktemp("compose")
    made = Installation(folder, postgres_url.rsplit("/", 1)[0] + f"/{name}", redis_url)
    made.link = re.search(r"/start/\S+", made.prepare())[0]
    for service in ("web-1", "web-2", "worker", "beat"):
        made.start(service)
    made.start_proxy()
    for service in ("web-1", "web-2"):
        wait_until(lambda service=service: made.is_healthy(service), f"{service} healthy", 60)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def cookies(installation) -> dict[str, str]:
    """Of alice, who made the first account."""

    async def start() -> dict[str, str]:
        url = f"http://127.0.0.1:{installation.ports['web-1']}"
        alice = await Person.arrive(url)
        await alice.start(url + installation.link)
        cookies = alice.cookies
        await alice.leave()
        return cookies

    return asyncio.run(start())


def test_compose_names_every_service_of_the_product():
    expected = {"proxy", "migrate", "web-1", "web-2", "worker", "beat", "postgres", "redis"}
    assert set(COMPOSE) == expected
    assert all("healthcheck" in COMPOSE[name] for name in expected - {"migrate", "beat"})


async def test_a_conversation_lives_across_two_web_processes(installation, cookies):
    one_url, two_url = (f"http://127.0.0.1:{installation.ports[name]}" for name in ("web-1", "web-2"))
    alice, again = await Person.arrive(one_url, cookies), await Person.arrive(two_url, cookies)
    await alice.connect()
    await again.connect()
    asked = await alice.ask("long answer 6000 [sandbox: tokens_per_s 400]")
    await alice.until("message.delta")
    await again.open(asked["conversation"])
    assert await alice.ended(asked["reply"]) == "complete"
    assert await again.ended(asked["reply"]) == "complete"
    stored = await again.stored(asked["reply"])
    assert len(stored) > 1000
    assert alice.text(asked["reply"]) == stored
    assert again.text(asked["reply"]) == stored
    await alice.leave()
    await again.leave()


async def test_stop_pressed_at_the_other_process_ends_the_reply(installation, cookies):
    one_url, two_url = (f"http://127.0.0.1:{installation.ports[name]}" for name in ("web-1", "web-2"))
    asker, stopper = await Person.arrive(one_url, cookies), await Person.arrive(two_url, cookies)
    for person in (asker, stopper):
        await person.connect()
    asked = await asker.ask("long answer 20000 [sandbox: tokens_per_s 100]")
    await asker.until("message.delta")
    await stopper.send("reply.stop", message=asked["reply"])
    assert await asker.ended(asked["reply"]) == "stopped"
    for person in (asker, stopper):
        await person.leave()


async def test_a_web_process_killed_in_mid_reply_leaves_its_text_and_the_reply_interrupted(installation, cookies):
    one_url, two_url = (f"http://127.0.0.1:{installation.ports[name]}" for name in ("web-1", "web-2"))
    asker, watcher = await Person.arrive(two_url, cookies), await Person.arrive(one_url, cookies)
    for person in (asker, watcher):
        await person.connect()
    asked = await asker.ask("long answer 20000 [sandbox: tokens_per_s 200]")
    await watcher.open(asked["conversation"])
    while len(watcher.text(asked["reply"])) < 1000:
        await watcher.until("message.delta")
    installation.processes["web-2"].kill()
    installation.processes["web-2"].wait()
    changed = await watcher.until("message.changed", 30, message=asked["reply"], status="interrupted")
    assert changed["revision"] > 0
    stored = await watcher.stored(asked["reply"])
    assert stored
    assert watcher.text(asked["reply"]).startswith(stored[:500])
    installation.start("web-2")
    wait_until(lambda: installation.is_healthy("web-2"), "web-2 healthy again", 60)
    for person in (asker, watcher):
        await person.leave()


async def test_the_proxy_passes_pages_sockets_and_health(installation, cookies):
    url = f"http://127.0.0.1:{installation.ports['proxy']}"
    wait_until(lambda: installation.is_healthy("proxy"), "the proxy healthy")
    alice = await Person.arrive(url, cookies)
    await alice.connect()
    asked = await alice.ask("Hello through the proxy")
    assert await alice.ended(asked["reply"]) == "complete"
    assert await alice.stored(asked["reply"]) == alice.text(asked["reply"])
    await alice.leave()
