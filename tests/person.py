"""A person without a browser: signs in over HTTP and speaks on the socket as the page does."""

import asyncio
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import aiohttp

PASSWORD = "a calm green lake 42"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Person:
    """Pieces deltas together by offset as the page does: overlap is dropped, and a gap asks for what is missing."""

    url: str
    session: aiohttp.ClientSession
    line: aiohttp.ClientWebSocketResponse | None = None
    texts: dict[int, bytes] = field(default_factory=dict)
    frames: list[dict[str, Any]] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)

    @classmethod
    async def arrive(cls, url: str, cookies: dict[str, str] | None = None) -> "Person":
        """With the `cookies` of somebody who signed in before, signed in: signing in is rationed."""
        return cls(url, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), cookies=cookies))

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.key: cookie.value for cookie in self.session.cookie_jar}

    async def leave(self) -> None:
        if self.line:
            await self.line.close()
        await self.session.close()

    async def submit(self, path: str, **fields: str) -> aiohttp.ClientResponse:
        """Fills in the form at `path`, which may be a whole address."""
        address = path if path.startswith("http") else self.url + path
        async with self.session.get(address) as page:
            token = TOKEN.search(await page.text())
        assert token, f"no form at {address}"
        data = fields | {"csrfmiddlewaretoken": token[1]}
        async with self.session.post(address, data=data, headers={"Referer": address}) as done:
            await done.read()
            return done

    async def start(self, link: str, name: str = "alice") -> None:
        await self.submit(link, name=name, password=PASSWORD, team="Film club")

    async def sign_in(self, name: str = "alice") -> None:
        await self.submit("/accounts/login/", login=name, password=PASSWORD)

    async def connect(self, at: str = "") -> None:
        """Opens the socket, at another web process if `at` says so; its cookies are this site's."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        target = at or self.url
        self.line = await self.session.ws_connect(
            f"{target}/ws/", headers={"Cookie": cookies, "Origin": target}, max_msg_size=0
        )

    async def send(self, type_: str, **fields: Any) -> None:
        assert self.line
        await self.line.send_json({"type": type_, **fields})

    async def until(self, type_: str, within_s: float = 20, **fields: Any) -> dict[str, Any]:
        async with asyncio.timeout(within_s):
            while True:
                for index, frame in enumerate(self.frames):
                    if index not in self.taken and fits(frame, type_, fields):
                        self.taken.add(index)
                        return frame
                await self._take(await self.line.receive_json())

    async def _take(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        for part, _, at, piece in frame.get("ops", ()):
            have, units = self.texts.get(frame["message"], b""), piece.encode("utf-16-le")
            if part == 0 and at * 2 > len(have):
                await self.send("reply.peek", message=frame["message"], lengths=[len(have) // 2])
            elif part == 0 and at * 2 + len(units) > len(have):
                self.texts[frame["message"]] = have[: at * 2] + units

    def text(self, message: int) -> str:
        return self.texts.get(message, b"").decode("utf-16-le")

    async def ask(self, text: str, **fields: Any) -> dict[str, Any]:
        question = {"client_id": uuid.uuid4().hex, "conversation": None, "parent": None, "text": text}
        question |= {"model": "qwen3-max-preview", "attachments": [], "parameters": {}}
        await self.send("message.create", **(question | fields))
        accepted = await self.until("message.accepted")
        if fields.get("conversation") is None:
            await self.open(accepted["conversation"])
        return accepted

    async def open(self, conversation: int) -> None:
        await self.send("conversation.open", conversation=conversation, lengths={})
        await self.until("conversation.opened")

    async def ended(self, message: int) -> str:
        while (frame := await self.until("message.changed", message=message))["status"] in ("queued", "streaming"):
            pass
        return frame["status"]

    async def stored(self, message: int) -> str:
        async with self.session.get(f"{self.url}/messages/{message}/raw/") as answer:
            answer.raise_for_status()
            return await answer.text()

    async def share(self, conversation: int) -> None:
        async with self.session.get(f"{self.url}/") as page:
            token = re.search(r'name="csrf"\s+content="([^"]+)"', await page.text())
        headers = {"X-CSRFToken": token[1], "Referer": self.url}
        async with self.session.post(f"{self.url}/c/{conversation}/share/", headers=headers) as done:
            done.raise_for_status()


def fits(frame: dict[str, Any], type_: str, fields: dict[str, Any]) -> bool:
    return frame["type"] == type_ and all(frame.get(key) == value for key, value in fields.items())
