"""JSON as the standard has it, and its values read by kind: whatever is wrong becomes one line of ProblemError."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any, NoReturn

from .validation import ProblemError, is_whole, shown

MAX_BYTES = 100_000_000

Source = str | Path | IO[bytes] | IO[str]


def read_text(source: Source) -> str:
    """The text of a file or stream. ProblemError: too large, empty or not UTF-8. OSError: not readable."""
    if isinstance(source, str | Path):
        with Path(source).open("rb") as stream:
            data: bytes | str = stream.read(MAX_BYTES + 1)
    else:
        data = source.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ProblemError(f"the file is larger than {MAX_BYTES // 1_000_000} MB")
    if not data.strip():
        raise ProblemError("the file is empty")
    if isinstance(data, str):
        return data
    try:
        return data.decode("utf-8-sig")  # some editors begin with a byte order mark
    except UnicodeDecodeError as error:
        raise ProblemError(f"the file is not UTF-8, from byte {error.start + 1} on") from None


def parse(text: str) -> Any:
    """The value a JSON text stands for. ProblemError: it is no JSON, names a key twice or says NaN."""
    try:
        return json.loads(text, object_pairs_hook=_each_key_once, parse_constant=_no_constant)
    except ProblemError:
        raise
    except json.JSONDecodeError as error:
        raise ProblemError(f"the file is not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise ProblemError("the file is nested too deep") from None
    except ValueError:  # Python reads no whole number of thousands of digits
        raise ProblemError("the file holds a number of too many digits") from None


def an_object(value: Any, what: str, known: Collection[str], required: Collection[str] = ()) -> Mapping[str, Any]:
    """An object with no key but the known ones, and all that are required."""
    if not isinstance(value, dict):
        raise ProblemError(f"{what} must be an object, not {shown(value)}")
    if not value.keys() <= set(known):
        strange = next(key for key in value if key not in known)
        raise ProblemError(f"{what}: unknown key {shown(strange)}{suggestion(strange, known)}")
    for key in required:
        if key not in value:
            raise ProblemError(f'{what}: the key "{key}" is missing')
    return value


def a_list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise ProblemError(f"{what} must be a list, not {shown(value)}")
    return value


def whole_numbers(value: Any, what: str) -> list[int]:
    for item in a_list(value, what):
        if type(item) is not int:
            raise ProblemError(f"{what} must hold whole numbers, not {shown(item)}")
    return value


def names(value: Any, what: str) -> list[str | int]:
    """Identifiers: texts or whole numbers."""
    for item in a_list(value, what):
        if type(item) is not int and type(item) is not str:
            raise ProblemError(f"{what} must hold ids (texts or whole numbers), not {shown(item)}")
    return value


def a_name(value: Any, what: str) -> str | int:
    if type(value) is not int and type(value) is not str:
        raise ProblemError(f"{what} must be a text or a whole number, not {shown(value)}")
    return value


def a_text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise ProblemError(f"{what} must be a text, not {shown(value)}")
    return value


def a_whole(value: Any, what: str) -> int:
    if not is_whole(value):
        raise ProblemError(f"{what} must be a whole number, not {shown(value)}")
    return int(value)


def a_number(value: Any, what: str) -> int | float:
    if type(value) not in (int, float) or not abs(value) < float("inf"):
        raise ProblemError(f"{what} must be a number, not {shown(value)}")
    return value  # type: ignore[no-any-return]


def a_truth(value: Any, what: str) -> bool:
    if not isinstance(value, bool):
        raise ProblemError(f"{what} must be true or false, not {shown(value)}")
    return value


def suggestion(strange: str, known: Collection[str]) -> str:
    near = get_close_matches(strange[:100], known, 1)
    return f", did you mean {shown(near[0])}?" if near else ""


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ProblemError(f"the key {shown(twice)} stands twice in one object")
    return made


def _no_constant(name: str) -> NoReturn:
    raise ProblemError(f"{name} is not a number JSON knows")
