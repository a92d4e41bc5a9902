"""Reads a settings model from a TOML file and the environment, and reports every mistake at once, in words.

The model itself (which sections and fields there are) belongs to the product: `scripter.config`."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from scripter.lib.errors import BadInput, FieldError

M = TypeVar("M", bound=BaseModel)


class Section(BaseModel):
    """One table of the settings file; unknown keys are mistakes, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def load(model: type[M], file: Path | None, *, prefix: str, environment: Mapping[str, str] | None = None) -> M:
    """The settings from `file` (may be None), overridden by `PREFIX_SECTION__KEY` or `PREFIX_SECTION__KEY_FILE`.

    A `_FILE` variable names a file that holds the value: the way container platforms hand over secrets.

    Raises:
        BadInput: with one field error per mistake, also when there are several.
    """
    mistakes: list[FieldError] = []
    values = _from_file(file, mistakes)
    _override(values, _variables(model, prefix, environment if environment is not None else os.environ), mistakes)
    try:
        settings = model.model_validate(values)
    except ValidationError as error:
        mistakes += [_in_words(one, prefix) for one in error.errors(include_url=False)]
    if mistakes:
        raise BadInput("The settings cannot be used.", fields=mistakes)
    return settings


def _from_file(file: Path | None, mistakes: list[FieldError]) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        mistakes.append(FieldError(str(file), "there is no such file"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        mistakes.append(FieldError(str(file), f"cannot be read: {error}"))
    return {}


class _Variable(NamedTuple):
    """What one environment variable says; `from_file` means that it names the file with the value."""

    name: str
    section: str
    key: str
    value: str
    from_file: bool


def _variables(model: type[BaseModel], prefix: str, environment: Mapping[str, str]) -> Iterator[_Variable]:
    for name, value in environment.items():
        section, separator, key = name.removeprefix(f"{prefix}_").lower().partition("__")
        if not name.startswith(f"{prefix}_") or not separator:
            continue
        # Some fields are files themselves and are called so: `ca_file` is not the file with the value of `ca`.
        from_file = key.endswith("_file") and not _has(model, section, key)
        yield _Variable(name, section, key.removesuffix("_file") if from_file else key, value, from_file)


def _has(model: type[BaseModel], section: str, key: str) -> bool:
    field = model.model_fields.get(section)
    kind = field.annotation if field else None
    return isinstance(kind, type) and issubclass(kind, BaseModel) and key in kind.model_fields


def _override(values: dict[str, Any], variables: Iterable[_Variable], mistakes: list[FieldError]) -> None:
    for one in variables:
        value = one.value
        if one.from_file:
            try:
                value = Path(value).read_text(encoding="utf-8").rstrip("\n")
            except (OSError, UnicodeDecodeError) as error:
                mistakes.append(FieldError(one.name, f"names a file that cannot be read: {error}"))
                continue
        table = values.setdefault(one.section, {})
        if isinstance(table, dict):
            table[one.key] = value


def _in_words(error: Any, prefix: str) -> FieldError:
    field = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return FieldError(field, "there is no such setting")
    # An address may hold a password.
    got = "" if "@" in str(error["input"]) else f" (got {error['input']!r})"
    return FieldError(field, f"{error['msg'].removeprefix('Value error, ')}{got}")
