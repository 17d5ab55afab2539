"""What a recall reaches, by brute force over raw event JSON: docs/explanation/lineage.md in the plainest Python.

Shares nothing with the product. Times are the events' own texts (ISO 8601 in UTC, so they sort as they stand).
"""

from __future__ import annotations

from typing import Any

Event = dict[str, Any]
NEVER, ALWAYS = "", "9"
ENDS = {"retail_sold", "destroyed", "stolen", "inactive"}


def in_effect(told: list[Event], until: str = ALWAYS) -> list[Event]:
    """Without events declared wrong, in order of time."""
    wrong = {event["eventID"] for event in told if "errorDeclaration" in event}
    kept = [event for event in told if event["eventID"] not in wrong and event["eventTime"] <= until]
    return sorted(kept, key=lambda event: event["eventTime"])


def plain(uri: str) -> str:
    """A serial without the lot in its address."""
    head, found, serial = uri.partition("/21/")
    return head.partition("/10/")[0] + found + serial


def singles(event: Event, *names: str) -> list[str]:
    return [plain(uri) for name in names for uri in event.get(name, ())]


def amounts(event: Event, *names: str) -> list[tuple[str, float]]:
    return [(element["epcClass"], element["quantity"]) for name in names for element in event.get(name, ())]


def inputs(event: Event) -> list[str]:
    return singles(event, "inputEPCList") + [lot for lot, _ in amounts(event, "inputQuantityList")]


def outputs(event: Event) -> list[str]:
    return singles(event, "outputEPCList") + [lot for lot, _ in amounts(event, "outputQuantityList")]


def lot_links(events: list[Event]) -> set[tuple[str, str]]:
    """(serial, lot): by the address, or by the lot number of the event that made them."""
    found = set()
    for event in events:
        number = event.get("ilmd", {}).get("cbvmda:lotNumber")
        for name in ("epcList", "outputEPCList", "inputEPCList", "childEPCs"):
            for uri in event.get(name, ()):
                if "/10/" in uri and "/21/" in uri:
                    found.add((plain(uri), uri.partition("/21/")[0]))
                elif number and "/21/" in uri:
                    found.add((uri, uri.partition("/21/")[0] + f"/10/{number}"))
    return found


def stays(events: list[Event]) -> list[tuple[str, str, str, str]]:
    """(thing, container, from, to)"""
    single: dict[str, tuple[str, str]] = {}
    lots: dict[tuple[str, str], tuple[float, str]] = {}
    found: list[tuple[str, str, str, str]] = []

    def leave(thing: str, t: str) -> None:
        if thing in single:
            found.append((thing, *single.pop(thing), t))

    def empty(holder: str, t: str) -> None:
        for thing in [thing for thing, (where, _) in single.items() if where == holder]:
            leave(thing, t)
        for key in [key for key in lots if key[1] == holder]:
            found.append((*key, lots.pop(key)[1], t))

    for event in events:
        t, case = event["eventTime"], event.get("parentID")
        children, parts = singles(event, "childEPCs"), amounts(event, "childQuantityList")
        if case and event["action"] == "ADD":
            for thing in children:
                leave(thing, t)
                single[thing] = (case, t)
            for lot, amount in parts:
                before, since = lots.get((lot, case), (0, t))
                lots[lot, case] = (before + amount, since)
        elif case and event["action"] == "DELETE" and (children or parts):
            for thing in children:
                leave(thing, t)
            for lot, amount in parts:
                before, since = lots.pop((lot, case))
                if before > amount:
                    lots[lot, case] = (before - amount, since)
                else:
                    found.append((lot, case, since, t))
        elif case and event["action"] == "DELETE":
            empty(case, t)
        ended = singles(event, "inputEPCList")
        if event.get("disposition") in ENDS or (event["type"] == "ObjectEvent" and event["action"] == "DELETE"):
            ended += singles(event, "epcList")
        for thing in ended:
            leave(thing, t)
            empty(thing, t)
    found += [(thing, where, since, ALWAYS) for thing, (where, since) in single.items()]
    return found + [(*key, since, ALWAYS) for key, (_, since) in lots.items()]


def reach(told: list[Event], root: str, since: str = NEVER, until: str = ALWAYS) -> dict[str, str]:
    """Everything affected if something is wrong with `root` since a time: thing -> since when."""
    events = in_effect(told, until)
    links, inside = lot_links(events), stays(events)
    bad = {root: since}
    while True:
        before = dict(bad)

        def spread(thing: str, t: str) -> None:
            bad[thing] = min(t, bad.get(thing, t))

        for serial, lot in links:
            if lot in before:
                spread(serial, before[lot])
        for thing, case, start, end in inside:
            if case in before and end >= before[case]:
                spread(thing, max(start, before[case]))
        for event in events:
            t = event["eventTime"]
            if any(since <= t and touched(thing, event, inside) for thing, since in before.items()):
                for other in events:
                    same = event.get("transformationID")
                    if other is event or (same and other.get("transformationID") == same):
                        for output in outputs(other):
                            spread(output, other["eventTime"])
        if bad == before:
            return bad


def touched(thing: str, event: Event, inside: list[tuple[str, str, str, str]]) -> bool:
    """Whether the event used the thing, or a container that it was in at that time."""
    used = inputs(event)
    return bool(used) and bool(({thing} | holders(thing, event["eventTime"], inside)) & set(used))


def holders(thing: str, t: str, inside: list[tuple[str, str, str, str]]) -> set[str]:
    direct = {case for content, case, start, end in inside if content == thing and start <= t <= end}
    return direct.union(*(holders(case, t, inside) for case in direct))
