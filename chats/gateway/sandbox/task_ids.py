"""Names of tasks: the vendor's own in older gateways, `task_…` in newer ones (video.md 1.5)."""

import base64
import secrets
import string
import time
import uuid

LETTERS = string.ascii_letters + string.digits


def fresh(form: str, is_g2: bool, model: str, length: int = 0) -> str:
    """`length` makes it that long, as some are."""
    name = "task_" + _letters(32) if is_g2 else _of_vendor(form, model)
    return name + "".join("-_"[at % 2] if at % 9 == 0 else secrets.choice(LETTERS) for at in range(length - len(name)))


def _of_vendor(form: str, model: str) -> str:
    match form:
        case "digits":
            return str(8 * 10**17 + secrets.randbelow(10**17))
        case "cgt":
            return f"cgt-{time.strftime('%Y%m%d%H%M%S')}-{secrets.token_hex(3)[:5]}"
        case "random":
            return _letters(32)
        case "video":
            return f"video_{secrets.token_hex(24)}"
        case "operation":
            operation = (
                f"projects/sandbox/locations/us-central1/publishers/google/models/{model}/operations/{uuid.uuid4()}"
            )
            return base64.urlsafe_b64encode(operation.encode()).decode().rstrip("=")
        case _:
            return str(uuid.uuid4())


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))
