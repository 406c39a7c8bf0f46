"""A browser's part in an upload, for tests: begins, sends chunks, reads facts, over Django's own client."""

import asyncio
import json
from pathlib import Path

from django.test import Client


class Sender:
    def __call__(self, user, path: Path, chunk: int = 1024**2) -> dict:
        client = self.client(user)
        content = path.read_bytes()
        begun = self.begin(client, path.name, len(content)).json()
        for offset in range(0, len(content), chunk):
            answer = self.put(client, begun, offset, content[offset : offset + chunk])
        return answer.json()

    @staticmethod
    def client(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    @staticmethod
    def begin(client: Client, name: str, size_bytes: int, **more):
        return client.post(
            "/attachments/",
            json.dumps({"name": name, "size_bytes": size_bytes, **more}),
            content_type="application/json",
        )

    @staticmethod
    def put(client: Client, begun: dict, offset: int, content: bytes):
        url = f"{begun['url']}bytes/?offset={offset}"
        return client.put(url, content, content_type="application/octet-stream")


def body_of(response) -> bytes:
    """All of an answer that streams."""

    async def collect():
        return b"".join([piece async for piece in response.streaming_content])

    return asyncio.run(collect())
