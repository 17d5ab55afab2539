"""Which part of a forward walk rests on words that are heard about what they draw in; the rest hangs on claims.

The whole walk is made first, and each link that it follows is written down (`Drawn`). Most often every link is
heard, and nothing more is asked. If one is not, a second walk follows the heard links only: what it does not reach
hangs on claims. An output is drawn in by a heard link if whoever is heard about it told that it was made and that
the input was used (both may be told apart under one transformationID), and where the input was in a container,
that it was in it.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from lienvung.lineage.batches import Memo
from lienvung.lineage.facts import Flags, Ints, Links, ints
from lienvung.lineage.stays import Stays
from lienvung.lineage.walk import Reach, Ways, forward, pairs_of_key


class Voices(Protocol):
    """Who is heard about what."""

    def heard(self, events: Ints, things: Ints) -> Flags:
        """Whether each event was told by somebody who is heard about the thing beside it."""
        ...

    def heard_of_lots(self, made: Links) -> Flags:
        """Whether each serial counts as of its lot."""
        ...


class Drawn:
    """Follows every link, and writes down which event drew in what."""

    def __init__(self) -> None:
        self._made: list[tuple[list[Ways], Links]] = []
        self._serials: list[Links] = []
        self._contents: list[Stays] = []

    def made(self, ways: list[Ways], made: Links) -> Flags:
        self._made.append((ways, made))
        return np.ones(len(made), dtype=np.bool_)

    def serials(self, made: Links) -> Flags:
        self._serials.append(made)
        return np.ones(len(made), dtype=np.bool_)

    def contents(self, stays: Stays) -> Flags:
        self._contents.append(stays)
        return np.ones(len(stays), dtype=np.bool_)

    def claims(self, voices: Voices) -> tuple[Ints, Ints]:
        """(event, thing) of everything that was drawn in by words that are not heard about it."""
        parts: list[tuple[Ints, Ints]] = []
        for ways, made in self._made:
            parts.append((made.event, made.thing))
            for way in ways:
                for events in way.events:
                    apart = np.flatnonzero(events != way.process)  # else it is the event that made the output
                    i, j = pairs_of_key(way.process[apart], made.process)
                    parts.append((events[apart[i]], made.thing[j]))
        parts += [(stays.event, stays.thing) for stays in self._contents]
        event, thing = _joined(parts)
        lots = [~voices.heard_of_lots(made) for made in self._serials]
        unheard = ~voices.heard(event, thing) if len(event) else np.zeros(0, dtype=np.bool_)
        return _joined(
            [(event[unheard], thing[unheard])]
            + [(made.event[bad], made.thing[bad]) for made, bad in zip(self._serials, lots)]
        )


class _Heard:
    """Follows the links that are heard."""

    def __init__(self, voices: Voices) -> None:
        self.voices = voices

    def made(self, ways: list[Ways], made: Links) -> Flags:
        told = self.voices.heard(made.event, made.thing)
        led = np.zeros(len(made), dtype=np.bool_)
        for way in ways:
            i, j = pairs_of_key(way.process, made.process)
            open_ = np.ones(len(i), dtype=np.bool_)
            for events in way.events:
                apart = np.flatnonzero(open_ & (events[i] != way.process[i]))
                open_[apart] = self.voices.heard(events[i[apart]], made.thing[j[apart]])
            led[j[open_]] = True
        return told & led

    def serials(self, made: Links) -> Flags:
        return self.voices.heard_of_lots(made)

    def contents(self, stays: Stays) -> Flags:
        return self.voices.heard(stays.event, stays.thing)


def vouched(memo: Memo, roots: Ints, since: int, voices: Voices) -> Reach:
    """What is reached by heard words alone."""
    return forward(memo, roots, since, follow=_Heard(voices))


def _joined(parts: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    return (
        np.concatenate([ints(), *(events for events, _ in parts)]),
        np.concatenate([ints(), *(things for _, things in parts)]),
    )
