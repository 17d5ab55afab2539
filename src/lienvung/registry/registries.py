"""A registry: an ordered list of named parts that closes when it is first read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Part(Protocol):
    """What every registered part has: a name unique in its registry, and its place in the order."""

    @property
    def name(self) -> str: ...

    @property
    def order(self) -> int: ...


P = TypeVar("P", bound=Part)


class RegistryFrozen(RuntimeError):
    """A part came after start-up; register it in the room's `AppConfig.ready()`."""


class Registry(Generic[P]):
    """Parts sorted by (order, name)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._parts: dict[str, P] = {}
        self._sorted: tuple[P, ...] | None = None

    def register(self, part: P) -> None:
        """Add a part. RegistryFrozen after start-up, ValueError when the name is taken."""
        if self._sorted is not None:
            raise RegistryFrozen(f"registry {self.name!r} is frozen; {part.name!r} came too late")
        if part.name in self._parts:
            raise ValueError(f"registry {self.name!r} already has {part.name!r}")
        self._parts[part.name] = part

    def freeze(self) -> tuple[P, ...]:
        if self._sorted is None:
            self._sorted = tuple(sorted(self._parts.values(), key=lambda part: (part.order, part.name)))
        return self._sorted

    @property
    def frozen(self) -> bool:
        return self._sorted is not None

    def __iter__(self) -> Iterator[P]:
        return iter(self.freeze())

    def __len__(self) -> int:
        return len(self._parts)

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def __getitem__(self, name: str) -> P:
        return self._parts[name]
