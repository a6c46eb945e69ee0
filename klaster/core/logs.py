"""Structured logs: one JSON object a line in production, with the request's id; plain lines elsewhere.

No line carries a secret: fields named like one, links with a token in them, what people searched for, and the values
PostgreSQL quotes in its errors are struck out here, whoever logged them.
"""

from __future__ import annotations

import logging.config
import re
from typing import Any

import structlog

STRUCK = "***"
SECRET_NAMES = re.compile(r"pass(word|phrase)|secret|token|authorization|cookie|api_?key|otp|recovery", re.IGNORECASE)
QUERY = re.compile(r"(?<=\?)[^\s\"']+")
# A part of a path that was drawn by lot and not written by a person: long, with capitals, colons or many hex digits.
TOKEN = re.compile(r"(?<=/)(?=[^/\s]*([A-Z:]|[0-9a-f]{20}))[\w:.%~-]{16,}(?=[/\s?\"']|$)")
QUOTED_VALUES = re.compile(r"(Key \([^)]*\)=)\(.*?\)(?= )|(Failing row contains )\(.*\)", re.DOTALL)
URL_PASSWORD = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+(?=@)")


def strike_out(_logger: Any, _method: str, line: dict[str, Any]) -> dict[str, Any]:
    """The processor that all lines pass last before they are written."""
    for name, value in line.items():
        if name.startswith("_"):
            continue
        if SECRET_NAMES.search(name) and value not in (None, ""):
            line[name] = STRUCK
        elif isinstance(value, str):
            line[name] = without_secrets(value)
    return line


def without_secrets(text: str) -> str:
    text = URL_PASSWORD.sub(rf"\1:{STRUCK}", text)
    text = QUOTED_VALUES.sub(lambda found: f"{found[1] or found[2]}({STRUCK})", text)
    return TOKEN.sub(STRUCK, QUERY.sub(STRUCK, text))


def logging_config(*, plain: bool, quiet: bool = False) -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = structlog.dev.ConsoleRenderer() if plain else structlog.processors.JSONRenderer()
    level = "ERROR" if quiet else "WARNING" if plain else "INFO"
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        strike_out,
                        renderer,
                    ],
                    "foreign_pre_chain": [*shared, structlog.processors.format_exc_info],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "loggers": {
                "procrastinate.blueprints": {"level": "WARNING"},  # these two tell of each task at each start
                "procrastinate.periodic": {"level": "WARNING"},
                "django.request": {"level": "ERROR"},  # of what was refused there is a line with more in it
            },
            "root": {"handlers": ["stderr"], "level": level},
        }
    )
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
