"""What tests with a real socket begin and end with."""

import pytest

from chats.gateway import breaker, client
from chats.gateway.retries import RetryPolicy


@pytest.fixture
async def fresh(monkeypatch):
    """Tries follow at once, no key is remembered as refused, and the pool is closed."""
    monkeypatch.setattr(client, "POLICY", RetryPolicy(waits_s=(0, 0), busy_waits_s=(0, 0), listed_wait_s=0))
    breaker._refused.clear()
    yield
    await client.close()
