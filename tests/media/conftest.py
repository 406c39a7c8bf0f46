"""Files in rows: what most tests of this room begin with."""

import pytest

from tests.media.sending import Sender


@pytest.fixture
def eager():
    """Tasks run where they are queued."""
    from playground.celery import app

    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    app.conf.update(task_always_eager=False, task_eager_propagates=False)


@pytest.fixture
def send(team, eager) -> Sender:
    """`send(user, path)` brings a file in by its own door."""
    return Sender()
