"""What can be asked: every model as data, read from models.toml once; the only room that knows a model by name."""

from . import reading
from .parameters import Parameter, clean_parameters
from .spec import AVAILABLE_PROTOCOLS, ModelSpec, asked_by

__all__ = ["AVAILABLE_PROTOCOLS", "ModelSpec", "Parameter", "asked_by", "clean_parameters", "get", "listed"]


def get(model: str) -> ModelSpec:
    """The spec of `model`; a name nobody listed gets a plain chat spec and can be used."""
    known = reading.specs()
    if model in known:
        return known[model]
    if model in reading.variants():
        return reading.variants()[model]
    return ModelSpec(model=model, label=model, vendor="other", family="other", is_listed=False)


def listed() -> tuple[ModelSpec, ...]:
    """Every model of the catalog, in the order of the file."""
    return tuple(reading.specs().values())
