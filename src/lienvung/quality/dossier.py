"""The dossier of a recall: decision, origin, scope, notices and answers, treatments, end, events, acts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from lienvung.audit.access import acts_on
from lienvung.errors import NotFound
from lienvung.ledger import marking
from lienvung.ledger.events import by_rids, get_event
from lienvung.ledger.trace import recall_scope
from lienvung.ledger.trace_events import events_behind
from lienvung.quality import access, notice_rules, rules
from lienvung.quality.figures import Figures, figures_of
from lienvung.quality.growth import believed
from lienvung.quality.models import Notice, NoticeLine, Recall
from lienvung.quality.origins import origin_of
from lienvung.quality.scopes import Reach, reach_of, rows_of, state_text, unit_text
from lienvung.registry import act_words
from lienvung.registry.papers import Paper, Part, Table
from lienvung.texts import Text

LINES_A_GO = 500
KINDS = {
    "lot": Text("lô", "lot"),
    "serial": Text("món", "item"),
    "logistic": Text("thùng, kiện", "case, pallet"),
    "other": Text("khác", "other"),
}
NOBODY = Text("hệ thống", "the system")


def dossier_of(recall: Recall, account: Any) -> Paper:
    """Everything there is about one recall, as it stands now."""
    sent = list(access.notices().filter(recall=recall).prefetch_related("lines"))
    reach = reach_of(recall.lot_uri, believe=believed(recall))
    return Paper(
        Text("Hồ sơ thu hồi", "Recall dossier"),
        recall.name,
        [
            _decision(recall, account),
            _public(recall),
            *_scope(recall),
            *_growth(recall, reach),
            *_notices(sent),
            _treatments(recall, sent),
            _closing(recall, sent),
            *_events(recall),
            _acts(recall, sent),
            *_lists(recall),
        ],
    )


def _decision(recall: Recall, account: Any) -> Part:
    told = origin_of(recall.origin_ref, account)
    return Part(
        Text("Quyết định", "Decision"),
        [
            (Text("Mã lô", "Lot code"), recall.lot_path),
            (Text("Hàng, số lô", "Goods, lot number"), recall.name),
            (Text("Nơi sản xuất", "Producer"), _named(recall.producer)),
            (Text("Hình thức", "Class"), recall.class_text),
            (Text("Căn cứ pháp lý", "Legal basis"), recall.legal_basis),
            (Text("Cơ quan quyết định", "Authority"), _named(recall.authority)),
            (Text("Người quyết định", "Decided by"), recall.decided_by.full_name if recall.decided_by else NOBODY),
            (Text("Vụ việc được xác định lúc", "Case established"), recall.established_at),
            (Text("Hạn quyết định", "To be decided by"), recall.decide_by),
            (Text("Quyết định lúc", "Decided"), recall.decided_at),
            (Text("Đồng hồ", "Clock"), recall.clock),
            (Text("Vụ việc từ", "Came from"), recall.origin_name),
            (Text("Tham chiếu", "Reference"), recall.origin_text),
            (
                Text("Trang gốc", "Its page"),
                Text(*(f"{t} {told.origin.url}" for t in told.origin.title)) if told else "",
            ),
            (Text("Lý do, căn cứ", "Reason and grounds"), recall.reason),
        ],
    )


def _public(recall: Recall) -> Part:
    words = rules.signed(recall.public_text, recall.authority)
    return Part(
        Text("Lời báo cho công chúng", "Words for the public"),
        [(Text("Tiếng Việt", "Vietnamese"), words.vi), (Text("Tiếng Anh", "English"), words.en)],
    )


def _scope(recall: Recall) -> Iterator[Part]:
    summary = recall.scope
    facts = [
        (Text("Món có mã riêng", "Items with their own code"), summary.get("items", 0)),
        (Text("Lô", "Lots"), summary.get("lots", 0)),
    ]
    if summary.get("uncertain"):
        facts.append((Text("Lưu ý", "Note"), Text("có phần chỉ biết lượng thấy lần cuối", "part by the last sighting")))
    figures = figures_of(summary.get("rows", []))
    yield Part(Text("Phạm vi lúc quyết định", "Scope at the decision"), facts, table=figures_table(figures))
    yield Part(Text("Hàng ở đâu lúc quyết định", "Where the goods were at the decision"), table=places_table(summary))


def figures_table(figures: Figures) -> Table:
    """One row for each state of goods, then what is still stoppable and the whole."""
    mass = Text("Khối lượng, thể tích", "Mass, volume")
    columns = [Text("Tình trạng", "State"), Text("Gói, cái", "Packs, pieces"), mass,
               Text("Thùng, kiện", "Cases, pallets"), Text("Chưa rõ lượng", "Amount unknown")]  # fmt: skip
    rows = [
        (each.text, each.packs, _measures(each.measures, each.at_most), each.containers, each.unknown)
        for each in (*figures.lines, figures.stoppable, figures.whole)
    ]
    return Table(columns, lambda: rows, (32, 14, 26, 14, 16), frozenset({1, 2, 3, 4}))


def places_table(summary: dict[str, Any]) -> Table:
    """By place, goods, lot and state."""
    columns = [Text("Nơi", "Place"), Text("Hàng", "Goods"), Text("Lô", "Lot"), Text("Tình trạng", "State"),
               Text("Món", "Items"), Text("Lượng", "Quantity"), Text("Đơn vị", "Unit")]  # fmt: skip

    def rows() -> Iterator[tuple[Any, ...]]:
        for row in rows_of(summary):
            place = row["place_name"] or row["place"] or Text("chưa rõ nơi", "place not known")
            amount = None if row["quantity"] == "" else row["quantity"]
            yield place, row["goods"], row["lot"], row["state_text"], row["things"], amount, row["unit_text"]

    return Table(columns, rows, (28, 26, 16, 15, 9, 10, 9), frozenset({4, 5}))


def _growth(recall: Recall, reach: Reach) -> Iterator[Part]:
    """What was added to the decision, and how the scope looks now."""
    columns = [Text("Lúc", "When"), Text("Người thêm", "By"), Text("Món", "Items"), Text("Lô", "Lots"),
               Text("Trong đó theo lời người khác", "Of them on others' word"), Text("Sự kiện", "Events")]  # fmt: skip
    rows = [
        (each["at"], each["by"], each["items"], each["lots"], len(each.get("claimed", [])), each["events"])
        for each in recall.growth
    ]
    yield Part(
        Text("Phạm vi mở rộng sau quyết định", "Added to the scope since"),
        table=Table(columns, lambda: rows, (24, 26, 10, 10, 20, 10), frozenset({2, 3, 4, 5})),
    )
    yield Part(
        Text("Hàng ở đâu khi lập hồ sơ", "Where the goods are now"),
        [
            (Text("Món có mã riêng", "Items with their own code"), reach.summary["items"]),
            (Text("Lô", "Lots"), reach.summary["lots"]),
        ],
        table=figures_table(figures_of(reach.summary["rows"])),
    )


def _notices(sent: list[Notice]) -> Iterator[Part]:
    columns = [Text("Nơi giữ hàng", "Holder"), Text("Gửi", "Sent"), Text("Xác nhận", "Acknowledged"),
               Text("Người xác nhận", "By"), Text("Trả lời", "Answered"), Text("Xử lý", "Treatment")]  # fmt: skip
    rows = [
        (_named(each.holder), each.issued_at, each.acknowledged_at, _who(each.acknowledged_by), each.answered_at,
         each.treatment_text)
        for each in sent
    ]  # fmt: skip
    yield Part(
        Text("Thông báo tới nơi giữ hàng", "Notices to holders"),
        table=Table(columns, lambda: rows, (28, 15, 15, 18, 15, 16)),
    )
    columns = [Text("Nơi giữ hàng", "Holder"), Text("Hàng, lô", "Goods, lot"), Text("Đơn vị", "Unit"),
               Text("Sổ ghi", "By the ledger"), Text("Tìm thấy", "Found"), Text("Trả lại", "Returned"),
               Text("Tiêu huỷ", "Destroyed"), Text("Đã bán", "Sold"), Text("Ghi chú", "Note")]  # fmt: skip
    lines = [_line(each, line) for each in sent for line in each.lines.all()]
    table = Table(columns, lambda: lines, (20, 22, 8, 11, 10, 10, 10, 10, 18), frozenset(range(3, 8)))
    yield Part(Text("Số lượng đã báo", "Quantities told"), table=table)
    silent = [each for each in sent if each.answered_at is None]
    columns = [Text("Nơi giữ hàng", "Holder"), Text("Gửi", "Sent"), Text("Đã xác nhận", "Acknowledged")]
    rows_ = [(_named(each.holder), each.issued_at, each.acknowledged_at) for each in silent]
    shares = notice_rules.accounted(line for each in sent for line in each.lines.all())
    yield Part(
        Text("Chưa trả lời, và đã rõ bao nhiêu", "Who did not answer, and how much is accounted for"),
        [
            (Text("Chưa trả lời", "Not answered"), f"{len(silent)} / {len(sent)}"),
            *((Text("Đã rõ", "Accounted for"), share_text(share)) for share in shares),
        ],
        table=Table(columns, lambda: rows_, (50, 20, 20)),
    )


def share_text(share: notice_rules.Share) -> Text:
    """So much in a hundred, and of how much."""
    unit, of = unit_text(share.uom), f"{share.told.normalize():f} / {share.total.normalize():f}"
    return Text(f"{share.percent} % ({of.replace('.', ',')} {unit.vi})", f"{share.percent} % ({of} {unit.en})")


def _line(notice: Notice, line: NoticeLine) -> tuple[Any, ...]:
    goods = Text(*(f"{name} · {line.lot or '–'}" for name in (line.goods.vi, line.goods.en or line.goods.vi)))
    told = (line.found, line.returned, line.destroyed, line.sold)
    return _named(notice.holder), goods, line.bound, line.total, *told, line.note


def _treatments(recall: Recall, sent: list[Notice]) -> Part:
    """The four ways of Thông tư 17/2021: which was chosen for whom."""
    rows = []
    for word, text in rules.TREATMENTS.items():
        holders = [each.holder.name for each in sent if (each.treatment or recall.treatment) == word]
        whole = Text("cả lệnh thu hồi", "the whole recall") if recall.treatment == word else ""
        rows.append((text, whole, "; ".join(holders)))
    columns = [Text("Hình thức", "Treatment"), Text("Chọn cho", "Chosen for"), Text("Nơi giữ hàng", "Holders")]
    return Part(
        Text("Xử lý hàng thu hồi", "Treatment of the goods"),
        words=Text("Bốn hình thức theo Thông tư 17/2021/TT-BNNPTNT.", "The four ways of Circular 17/2021/TT-BNNPTNT."),
        table=Table(columns, lambda: rows, (26, 18, 56)),
    )


def _closing(recall: Recall, sent: list[Notice]) -> Part:
    title = Text("Báo cáo kết thúc", "Closing report")
    if recall.closed_at is None:
        return Part(title, words=Text("Chưa kết thúc: số liệu đến lúc lập.", "Not closed yet: as it stands now."))
    facts: list[tuple[Text, Any]] = [
        (Text("Kết thúc lúc", "Closed"), recall.closed_at),
        (Text("Người kết thúc", "Closed by"), recall.closed_by.full_name if recall.closed_by else NOBODY),
        (Text("Vì sao kết thúc", "Why it ended"), recall.closing_note),
    ]
    if recall.unanswered_reason:
        facts.append((Text("Vì sao không chờ trả lời", "Why answers were not waited for"), recall.unanswered_reason))
    return Part(title, facts)


EVENT_COLUMNS = [Text("Thời điểm", "Time"), Text("Việc", "What"), Text("Mã sự kiện", "Event ID"),
                 Text("Mã băm SHA-256", "SHA-256"), Text("Số mã", "Codes")]  # fmt: skip
EVENT_WIDTHS = (16, 16, 30, 40, 8)


def _events(recall: Recall) -> Iterator[Part]:
    yield Part(
        Text("Sự kiện của lệnh thu hồi", "The recall's own events"),
        table=Table(EVENT_COLUMNS, lambda: _marks(recall), EVENT_WIDTHS, frozenset({4})),
    )
    rids = _behind(recall.lot_uri)
    yield Part(
        Text("Sự kiện làm nên phạm vi", "The events that the scope rests on"),
        [(Text("Số sự kiện", "Number of events"), len(rids))],
        words=Text("Mã băm theo CBV 2.0, mục 8.9: ai có sự kiện thì tính lại được.",
                   "Hashes by CBV 2.0, section 8.9: whoever has the event can compute it again."),
        table=Table(EVENT_COLUMNS, lambda: _rested_on(rids), EVENT_WIDTHS, frozenset({4})),
    )  # fmt: skip


def _marks(recall: Recall) -> Iterator[tuple[Any, ...]]:
    words = {False: Text("đánh dấu", "marked"), True: Text("gỡ dấu", "unmarked")}
    for closing in (False, True) if recall.closed_at else (False,):
        for number in range(recall.events):
            try:
                event = get_event(rules.event_id(recall.pk, number, closing=closing))
            except NotFound:
                break  # what other recalls mark too was not unmarked
            items, lots = marking.things_of(event.as_dict())
            yield _moment(event.time_ms), words[closing], event.event_id, event.hash.hex(), len(items) + len(lots)


def _behind(lot: str) -> list[int]:
    try:
        return [int(rid) for rid in events_behind(lot, direction="forward").events]
    except NotFound:
        return []


def _rested_on(rids: list[int]) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(rids), LINES_A_GO):
        part = rids[start : start + LINES_A_GO]
        found = {event.rid: event for event in by_rids(part)}
        for event in (found[rid] for rid in part if rid in found):
            value = event.value()
            names = ("epcList", "childEPCs", "quantityList", "inputEPCList", "outputEPCList", "inputQuantityList")
            things = sum(len(value.get(name, ())) for name in names)
            name = "" if event.event_id.startswith("ni:") else event.event_id  # else it is the hash once more
            yield _moment(event.time_ms), event.biz_step or event.type.name, name, event.hash.hex(), things


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _acts(recall: Recall, sent: list[Notice]) -> Part:
    found = [*acts_on(recall), *(act for notice in sent for act in acts_on(notice))]
    rows = [
        (act.at, act_words[act.action].label if act.action in act_words else act.action, act.actor_name or NOBODY,
         act.subject_name)
        for act in sorted(found, key=lambda act: act.id)
    ]  # fmt: skip
    columns = [Text("Lúc", "When"), Text("Việc", "Act"), Text("Ai", "Who"), Text("Về", "About")]
    return Part(Text("Nhật ký", "Audit trail"), table=Table(columns, lambda: rows, (18, 32, 25, 40)))


def _lists(recall: Recall) -> Iterator[Part]:
    """Thing by thing: for the spreadsheet."""
    columns = [Text("Mã", "Code"), Text("Loại", "Kind"), Text("Mã sự kiện", "Event ID")]
    yield Part(
        Text("Mọi mã bị đánh dấu", "Every code that was marked"),
        table=Table(columns, lambda: _marked(recall), (50, 10, 40), whole_only=True),
    )
    columns = [Text("Mã", "Code"), Text("Loại", "Kind"), Text("Tình trạng", "State"), Text("Nơi", "Place"),
               Text("Trong thùng, kiện", "Inside"), Text("Lượng", "Amount"), Text("Đơn vị", "Unit")]  # fmt: skip
    yield Part(
        Text("Từng mã đang ở đâu", "Where each code is"),
        table=Table(columns, lambda: _each(recall.lot_uri), (30, 8, 10, 20, 20, 8, 6), whole_only=True),
    )


def _marked(recall: Recall) -> Iterator[tuple[str, Text, str]]:
    """One event in memory at a time."""
    for number in range(recall.events):
        event = get_event(rules.event_id(recall.pk, number))
        items, lots = marking.things_of(event.as_dict())
        yield from ((uri, KINDS["lot"], event.event_id) for uri in lots)
        yield from ((uri, KINDS["serial"], event.event_id) for uri in items)


def _each(lot: str) -> Iterable[tuple[Any, ...]]:
    try:
        scope = recall_scope(lot)
    except NotFound:
        return
    for item in scope.items():
        kind, state = KINDS.get(item.kind, KINDS["other"]), state_text(item.state)
        yield item.uri, kind, state, item.place, item.container, item.quantity, item.unit


def _named(organisation: Any) -> Text | str:
    return Text(organisation.name, organisation.name_en or organisation.name) if organisation else ""


def _who(account: Any) -> str:
    return account.full_name if account else ""


def _measures(measures: list[tuple[Any, Text]], at_most: bool) -> Text:
    told = (", ".join(f"{amount.normalize():f} {unit[at]}" for amount, unit in measures) for at in (0, 1))
    vi, en = ("nhiều nhất ", "up to ") if at_most and measures else ("", "")
    return Text(*(word + text for word, text in zip((vi, en), told)))
