"""The rooms that own files, each asked who may open its own. Imports no tables: `AppConfig.ready()` registers here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lienvung.registry.registries import Registry


@dataclass(frozen=True, slots=True)
class FileProvider:
    """A room with files. `may_open(account, file)`: `account` is the request's user, who may be nobody; `file` a
    `papers.models.File`."""

    name: str
    may_open: Callable[[Any, Any], bool]
    order: int = 100


providers: Registry[FileProvider] = Registry("file_providers")
