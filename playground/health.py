"""Whether this process can serve: asked by proxies, containers and `make run`."""

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.urls import path
from redis.exceptions import RedisError

from playground import small

_migrated = False


def health(request: HttpRequest) -> JsonResponse:
    """200 when everything answers, else 503 with the reasons."""
    reasons = [reason for check in (_database, _redis, _worker) if (reason := check())]
    response = JsonResponse({"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200)
    response["Cache-Control"] = "no-store"
    return response


def _database() -> str:
    global _migrated
    try:
        if _migrated:
            connection.ensure_connection()
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return ""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "migrations have not been applied"
        _migrated = True
        return ""
    except DatabaseError:
        return "the database does not answer"


def _redis() -> str:
    if not settings.REDIS_URL:
        return ""
    try:
        cache.get("health")
        return ""
    except (RedisError, OSError):
        return "Redis does not answer"


def _worker() -> str:
    """Only where worker and beat are threads of this process; elsewhere they are watched by themselves."""
    if settings.REDIS_URL or small.running is None:
        return ""
    return "" if small.running.is_running else "the worker has stopped"


urlpatterns = [path("healthz", health, name="health")]
