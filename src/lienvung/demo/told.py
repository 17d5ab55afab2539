"""Tell the whole story: the fifteen rows in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lienvung.demo import chains_animal, chains_garden, chains_rice
from lienvung.demo.story import Entry, Event, Story

DOCUMENT_EVENTS = 500  # of one capture document at most

CHAINS: tuple[tuple[str, Callable[[Story], None]], ...] = (
    ("gạo nếp hạt cau", chains_rice.play_glutinous),
    ("gạo chất lượng cao", chains_rice.play_quality),
    ("cơm cháy", chains_rice.play_crust),
    ("thịt dê núi", chains_animal.play_goat),
    ("mắm tép", chains_animal.play_shrimp),
    ("rượu nếp", chains_rice.play_wine),
    ("dứa Đồng Giao", chains_garden.play_pineapple),
    ("nem chua Yên Mạc", chains_animal.play_pork),
    ("cá rô Tổng Trường", chains_animal.play_perch),
    ("khoai lang Hoàng Long", chains_garden.play_potato),
    ("mật ong Cúc Phương", chains_animal.play_honey),
    ("trà hoa vàng Cúc Phương", chains_garden.play_tea),
    ("nấm", chains_garden.play_mushroom),
    ("rau an toàn", chains_garden.play_vegetables),
    ("ngao Kim Sơn", chains_animal.play_clams),
)
"""The chains in the order of the table; rice comes before the rice crust that is made of it."""


def in_time_order(story: Story) -> list[Entry]:
    """All events as they happened; what happened at the same time stays as it was told."""
    return sorted(story.entries, key=lambda entry: (entry.time, entry.order))


def documents_of(entries: Iterable[Entry]) -> Iterator[tuple[str, list[Event]]]:
    """The events as the organisations send them: each twice a month, at most DOCUMENT_EVENTS a document."""
    bundles: dict[tuple[int, bool, str], list[Event]] = {}
    for entry in entries:
        bundles.setdefault((entry.time.month, entry.time.day > 15, entry.firm), []).append(entry.event)
    for (_, _, firm), events in bundles.items():
        for start in range(0, len(events), DOCUMENT_EVENTS):
            yield firm, events[start : start + DOCUMENT_EVENTS]
