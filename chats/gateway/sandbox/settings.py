"""How a sandbox is set up: read from the environment, or given by whoever mounts it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CATALOG = Path(__file__).parents[2] / "catalog" / "models.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """`inspect` opens /sandbox/requests, which shows what people wrote: off unless asked for."""

    tokens_per_s: float = 200.0  # 0 answers at once
    fetch_private: bool = False  # fetch media from loopback and private addresses too
    inspect: bool = False
    key_prefix: str = "sandbox"
    models: tuple[str, ...] = ()  # list only these
    directives: str = ""  # for every request, as in X-Sandbox
    data_dir: Path | None = None  # tasks and files; a temporary folder when there is none
    task_scale: float = 1.0  # of the seconds that generations take; 0 has them done at once
    generation: str = "G2"  # of the gateway (video.md)
    link_life_s: float = 86400.0  # of links to results
    catalog: Path = CATALOG
    max_body_bytes: int = 128 * 1024 * 1024  # MAX_REQUEST_BODY_MB (text.md 2.2)
    max_fetch_bytes: int = 64 * 1024 * 1024  # MAX_FILE_DOWNLOAD_MB (text.md 2.2)

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        return cls(
            tokens_per_s=float(env.get("SANDBOX_TOKENS_PER_S") or cls().tokens_per_s),
            fetch_private=_is_on(env.get("SANDBOX_FETCH_PRIVATE")),
            inspect=_is_on(env.get("SANDBOX_INSPECT")),
            key_prefix=env.get("SANDBOX_KEY_PREFIX") or "sandbox",
            models=tuple(name for name in env.get("SANDBOX_MODELS", "").split(",") if name),
            catalog=Path(env.get("SANDBOX_CATALOG") or CATALOG),
            directives=env.get("SANDBOX_DIRECTIVES", ""),
            data_dir=Path(env["SANDBOX_DATA_DIR"]) if env.get("SANDBOX_DATA_DIR") else None,
            task_scale=float(env.get("SANDBOX_TASK_SCALE") or cls().task_scale),
            generation=env.get("SANDBOX_GENERATION") or cls().generation,
            link_life_s=float(env.get("SANDBOX_LINK_S") or cls().link_life_s),
        )


def _is_on(value: str | None) -> bool:
    return (value or "").strip().lower() in {"1", "true", "yes", "on"}
