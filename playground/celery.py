"""The Celery application: a Redis broker where there is one, else the memory of the one process."""

import os

from celery import Celery
from celery.signals import worker_ready, worker_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")

app = Celery("playground")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    beat_schedule={
        "mark-interrupted-replies": {
            "task": "chats.tasks.mark_interrupted_replies",
            "schedule": 5.0,
            "options": {"expires": 5},
        },
        "sweep-generations": {
            "task": "chats.tasks.sweep_generations",
            "schedule": 5.0,  # workers sweep by themselves once a second; this is for one whose own sweep has died
            "options": {"expires": 30},  # clocks of machines differ
        },
        "purge-deleted": {"task": "chats.tasks.purge_deleted", "schedule": 3600.0},
    },
)
app.autodiscover_tasks()


@worker_ready.connect
def keep_sweeping_generations(**_facts) -> None:
    from chats import generations

    generations.keep_sweeping()


@worker_shutdown.connect
def drain_generations(**_facts) -> None:
    """Paid calls that are open when a worker is asked to end are heard first."""
    from django.conf import settings

    from chats import generations

    generations.drain(settings.GENERATION_DRAIN_S)
