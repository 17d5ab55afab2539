"""Published agreements as IATI 2.03 activities: the agreement is one activity, each commitment another below it.

What the standard wants and nobody has stated is not made up: an activity without any day is left out, since the
standard asks for one (a commitment takes the days of its agreement); an agreement without days has no IATI file.
No money is reported: the room keeps none. Order of elements: `ORDER`, held to the published schema by a test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as ET

from django.conf import settings

from lienvung.errors import Conflict
from lienvung.programme.models import Agreement, Commitment, Party
from lienvung.programme.rules import state_of_agreement
from lienvung.reports import published
from lienvung.reports.published import LockedFigure
from lienvung.results.models import Indicator

VERSION: Final = "2.03"
LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
LOCAL_GOVERNMENT = "11"  # OrganisationType
ACCOUNTABLE, IMPLEMENTING = "2", "4"  # OrganisationRole
PIPELINE, UNDER_WAY, FINALISED, CLOSED, CANCELLED = "1", "2", "3", "4", "5"  # ActivityStatus
PLANNED_START, ACTUAL_START, PLANNED_END, ACTUAL_END = "1", "2", "3", "4"  # ActivityDateType
SUB_NATIONAL = "5"  # ActivityScope: several first-level areas
OWN_VOCABULARY = "99"  # SectorVocabulary: the reporting organisation's
PARENT, CHILD = "1", "2"  # RelatedActivityType
OUTPUT, UNIT_MEASURE = "1", "1"  # ResultType, IndicatorMeasure
ORDER: Final = (
    "iati-identifier", "reporting-org", "title", "description", "participating-org", "activity-status",
    "activity-date", "activity-scope", "recipient-country", "sector", "related-activity", "result",
)  # fmt: skip
STATUS: Final = {"in_force": UNDER_WAY, "expired": FINALISED, "closed": CLOSED, "draft": PIPELINE}
COMMITMENT_STATUS: Final = {"active": UNDER_WAY, "fulfilled": FINALISED, "withdrawn": CANCELLED, "draft": PIPELINE}
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return NOT_XML.sub("", text)


def _narrated(above: ET.Element, name: str, vi: str, en: str = "", **attributes: str) -> ET.Element:
    """An element with its words in both languages, Vietnamese being the default of the activity."""
    element = ET.SubElement(above, name, attributes)
    ET.SubElement(element, "narrative").text = clean(vi)
    if en:
        ET.SubElement(element, "narrative", {LANG: "en"}).text = clean(en)
    return element


def identifier(agreement: Agreement, commitment: Commitment | None = None) -> str:
    """Reporter's identifier, then the agreement's code, then the commitment's key, which never changes."""
    parts = [settings.IATI_REPORTER, agreement.code]
    return clean("-".join([*parts, str(commitment.pk)] if commitment else parts))


def has_days(agreement: Agreement) -> bool:
    return bool(agreement.starts_on or agreement.ends_on or agreement.signed_on)


def document(agreement: Agreement, *, now: datetime, today: date) -> bytes:
    """The whole file. Conflict where the agreement states no day at all."""
    if not has_days(agreement):
        raise Conflict(
            "reports.iati_no_day",
            vi="Thỏa thuận này không nêu ngày nào, mà IATI bắt buộc có ngày: không xuất được tệp IATI. Các bảng CSV và "
            "JSON vẫn tải được.",
            en="This agreement states no day, and IATI asks for one: there is no IATI file. The CSV and JSON tables "
            "are there all the same.",
        )
    root = ET.Element("iati-activities", {"version": VERSION, "generated-datetime": now.isoformat(timespec="seconds")})
    if agreement.illustrative:
        root.append(ET.Comment(" illustrative data, invented for demonstration: not for the IATI Registry "))
    commitments = list(published.commitments(agreement))
    figures: dict[object, list[LockedFigure]] = {}
    for each in published.figures(agreement):
        figures.setdefault(each.indicator.commitment_id, []).append(each)
    parties = list(agreement.parties.all())
    public = {each.pk for each in commitments}
    own = [each for key, some in figures.items() if key not in public for each in some]
    root.append(_agreement(agreement, parties, commitments, own, today=today))
    for row in commitments:
        root.append(_commitment(row, agreement, parties, figures.get(row.pk, [])))
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _activity(level: int, id: str, reporter: str, title: tuple[str, str], about: tuple[str, str]) -> ET.Element:
    activity = ET.Element("iati-activity", {LANG: "vi", "default-currency": "VND", "hierarchy": str(level)})
    ET.SubElement(activity, "iati-identifier").text = id
    _narrated(activity, "reporting-org", reporter, ref=clean(settings.IATI_REPORTER), type=LOCAL_GOVERNMENT)
    _narrated(activity, "title", *title)
    _narrated(activity, "description", *about, type="1")
    return activity


def _taking_part(activity: ET.Element, parties: Iterable[Party], role: str) -> None:
    for party in parties:
        _narrated(activity, "participating-org", party.name, party.name_en, role=role, type=LOCAL_GOVERNMENT)


def _dated(activity: ET.Element, days: Iterable[tuple[str, date | None]]) -> None:
    for kind, day in days:
        if day is not None:
            ET.SubElement(activity, "activity-date", {"type": kind, "iso-date": day.isoformat()})


def _placed(activity: ET.Element) -> None:
    ET.SubElement(activity, "activity-scope", {"code": SUB_NATIONAL})
    ET.SubElement(activity, "recipient-country", {"code": "VN"})


def _reporter(parties: list[Party]) -> str:
    return settings.OPERATOR or (parties[0].name if parties else "Lienvung")


def _agreement(
    one: Agreement, parties: list[Party], commitments: list[Commitment], figures: list[LockedFigure], *, today: date
) -> ET.Element:
    about = (one.principles or one.title, one.principles_en or one.title_en)
    activity = _activity(1, identifier(one), _reporter(parties), (one.title, one.title_en), about)
    _taking_part(activity, parties, ACCOUNTABLE)
    ET.SubElement(activity, "activity-status", {"code": STATUS[state_of_agreement(one.state, one.ends_on, today)]})
    start = one.starts_on or one.signed_on
    begun = ACTUAL_START if start is not None and start <= today else PLANNED_START  # nothing actual in the future
    _dated(activity, [(begun, start), (PLANNED_END, one.ends_on), (ACTUAL_END, one.closed_on)])
    _placed(activity)
    fields = list(one.fields.filter(parent__isnull=True))
    # shares of sectors must add up to 100: the last one takes what rounding leaves
    even = (Decimal(100) / len(fields)).quantize(Decimal("0.01")) if fields else Decimal(0)
    for place, field in enumerate(fields, start=1):
        share = even if place < len(fields) else 100 - even * (len(fields) - 1)
        more = {} if len(fields) == 1 else {"percentage": str(share)}
        _narrated(
            activity, "sector", field.name, field.name_en, vocabulary=OWN_VOCABULARY, code=clean(field.code), **more
        )
    for each in commitments:
        ET.SubElement(activity, "related-activity", {"ref": identifier(one, each), "type": CHILD})
    _results(activity, figures)
    return activity


def _commitment(one: Commitment, agreement: Agreement, parties: list[Party], figures: list[LockedFigure]) -> ET.Element:
    title = (_title(one.number, one.what), _title(one.number, one.what_en) if one.what_en else "")
    about = (one.what, one.what_en)
    activity = _activity(2, identifier(agreement, one), _reporter(parties), title, about)
    _taking_part(activity, [one.obligor] if one.obligor else parties, IMPLEMENTING)
    ET.SubElement(activity, "activity-status", {"code": COMMITMENT_STATUS[one.state]})
    start = one.starts_on or agreement.starts_on or agreement.signed_on
    _dated(activity, [(PLANNED_START, start), (PLANNED_END, one.due or agreement.ends_on)])
    _placed(activity)
    if one.field is not None:
        _narrated(
            activity, "sector", one.field.name, one.field.name_en, vocabulary=OWN_VOCABULARY, code=clean(one.field.code)
        )
    ET.SubElement(activity, "related-activity", {"ref": identifier(agreement), "type": PARENT})
    _results(activity, figures)
    return activity


def _title(number: str, what: str) -> str:
    words = f"{number}. {' '.join(what.split())}"
    return words if len(words) <= 150 else words[:149].rstrip() + "…"


def _results(activity: ET.Element, figures: list[LockedFigure]) -> None:
    by: dict[object, list[LockedFigure]] = {}
    for each in figures:
        by.setdefault(each.indicator.pk, []).append(each)
    for some in by.values():
        one = some[0].indicator
        result = ET.SubElement(activity, "result", {"type": OUTPUT})
        _narrated(result, "title", one.name, one.name_en)
        indicator = ET.SubElement(result, "indicator", {"measure": UNIT_MEASURE, "ascending": _ascending(one)})
        unit = f" ({one.unit})" if one.unit else ""
        _narrated(indicator, "title", one.name + unit, f"{one.name_en} ({one.unit_en})" if one.name_en else "")
        if one.baseline is not None and one.baseline_on is not None:
            day = one.baseline_on
            told = {"year": str(day.year), "iso-date": day.isoformat(), "value": _number(one.baseline)}
            ET.SubElement(indicator, "baseline", told)
        for each in some:
            period = ET.SubElement(indicator, "period")
            ET.SubElement(period, "period-start", {"iso-date": each.period.starts_on.isoformat()})
            ET.SubElement(period, "period-end", {"iso-date": each.period.ends_on.isoformat()})
            if each.target is not None:
                ET.SubElement(period, "target", {"value": _number(each.target)})
            if each.value is not None:
                ET.SubElement(period, "actual", {"value": _number(each.value)})


def _ascending(indicator: Indicator) -> str:
    return "0" if indicator.direction == "down" else "1"


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
