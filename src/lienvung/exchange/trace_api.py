"""Trace and recall scope as resources beside the standard, for any EPCIS client to read.

    GET /trace/{id}?direction=back|forward|both&at=…      where a thing came from and what came of it
    GET /recall-scope/{id}?at=…&since=…                   what is affected if something is wrong with it

The answer is an EPCISQueryDocument with exactly the events that the trace rests on, oldest first, in pages like any
query's; `Accept: application/vnd.lienvung.trace+json` gets the graph, or the scope with places and amounts, instead.

Who may ask is the written rule of the pages: officials and staff, the organisation whose product it is, and those
who see an event of the thing. Events of others stay shut; who may not ask is told what he would be told of a thing
that does not exist. The whole graph and the whole scope, with places and amounts of others, are for officials and
the product's owner, who does not open goods of others by naming them (`ledger.trace_eyes`); in the graph, everybody
else gets what the events visible to them say (`access.lineage_for`).
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from django.core import signing
from django.http import HttpRequest, HttpResponse

from lienvung.epcis.times import parse_time
from lienvung.errors import Invalid, NotAllowed, NotFound
from lienvung.exchange.answers import events_answer, form_of, json_answer
from lienvung.exchange.described import EVENT_MEDIA, Answer, Operation, Parameter, Resource, path_parameter
from lienvung.exchange.negotiation import media_of
from lienvung.exchange.page_tokens import TRACE_SALT, page_token_of
from lienvung.exchange.resource import Asker, asker_of, per_page_of, resource, with_next
from lienvung.ledger.access import EVERYTHING, lineage_for, owns_product_of
from lienvung.ledger.events import by_rids, rids_of
from lienvung.ledger.query import PER_PAGE_MOST, TOKEN_AGE_S, QueryTooLarge, newest_rid, refuse
from lienvung.ledger.reading import marks, rows
from lienvung.ledger.trace import Direction, LedgerSource, recall_scope, trace
from lienvung.ledger.trace_events import Behind, events_behind
from lienvung.ledger.trace_names import find
from lienvung.lineage.facts import NEVER
from lienvung.texts import Text

GRAPH = "application/vnd.lienvung.trace+json"
DIRECTIONS: dict[str, Direction] = {"back": "back", "forward": "forward", "both": "both"}
EVENTS_MOST = 200_000
THINGS, THINGS_MOST = 200, 1_000
CHUNK = 500
KEPT = 8
_BARE_PATH = re.compile(r"\d{2,4}/")
PAGING = frozenset({"perPage", "nextPageToken", "lang"})


@dataclass(frozen=True)
class Question:
    """What is asked of a thing, and how it is named in answers and tokens."""

    kind: str  # 'trace' | 'recall-scope'
    id: str
    direction: Direction
    at: int | None
    since: int | None
    limit: int

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.direction}" if self.kind == "trace" else self.kind


def _question(request: HttpRequest, kind: str, id: str, allowed: Collection[str]) -> Question:
    unknown = [name for name in request.GET if name not in allowed and name not in PAGING]
    if unknown:
        raise refuse(unknown[0], "không có tham số này", "there is no such parameter")
    direction = DIRECTIONS.get(request.GET.get("direction", "both" if kind == "trace" else "forward"))
    if direction is None:
        raise refuse("direction", "back, forward hoặc both", "back, forward or both")
    if _BARE_PATH.match(id):
        id = "/" + id  # /trace/01/…/10/…
    text = request.GET.get("limit", str(THINGS))
    if not (text.isdecimal() and text.isascii() and 0 < int(text) <= THINGS_MOST):
        raise refuse("limit", f"cần một số từ 1 tới {THINGS_MOST}", f"a number from 1 to {THINGS_MOST} is needed")
    return Question(kind, id, direction, _moment(request, "at"), _moment(request, "since"), int(text))


def _moment(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name)
    if text is None:
        return None
    try:
        return parse_time(text.strip().replace(" ", "+"))[0]  # a '+' that was not escaped in the address
    except Invalid as fault:
        raise refuse(name, fault.vi, fault.en) from None


def _unknown(id: str) -> NotFound:
    return NotFound(
        "ledger.no_such_thing",
        vi=f"Sổ cái chưa có sự kiện nào về {id}",
        en=f"the ledger has no event about {id}",
        path="id",
    )


def _seen(asker: Asker, rids: list[int]) -> list[int]:
    """Those of the events that the asker may see, in the same order."""
    visible = asker.visible()
    if visible == EVERYTHING:
        return rids
    kept: set[int] = set()
    for start in range(0, len(rids), CHUNK):
        part = rids[start : start + CHUNK]
        sql = f"SELECT e.rid FROM ledger_event e WHERE e.rid IN {marks(part)} AND {visible.sql}"
        kept.update(rid for (rid,) in rows(sql, (*part, *visible.values)))
    return [rid for rid in rids if rid in kept]


def _owns(asker: Asker, root: str) -> bool:
    """Whether the thing is of a product of the asker's organisations."""
    return owns_product_of(root, map(uuid.UUID, asker.organisations))


def _check_may_ask(asker: Asker, id: str, root: str) -> None:
    """Raises NotFound: whether a thing of others exists is not told either."""
    if asker.visible() == EVERYTHING or _owns(asker, root):
        return
    rids = sorted(rids_of(root))
    if not any(_seen(asker, rids[start : start + CHUNK]) for start in range(0, len(rids), CHUNK)):
        raise _unknown(id)


def _answer(request: HttpRequest, kind: str, id: str, allowed: Collection[str]) -> HttpResponse:
    asker = asker_of(request, "query")
    graph = media_of(request, (*EVENT_MEDIA, GRAPH)) == GRAPH
    form = None if graph else form_of(request)
    asked = _question(request, kind, id, allowed)
    if graph:
        root = _root(asked.id)
        _check_may_ask(asker, id, root)
        return _graph(asker, asked, root)
    shown, following = _page(request, asker, asked)
    answer = events_answer(request, by_rids(shown), query_name=asked.name, form=form)
    return with_next(request, answer, following)


def _root(id: str) -> str:
    """The canonical URI of what is asked about. Raises NotFound, QueryProblem."""
    try:
        return LedgerSource().uris(find(id)[:1])[0]
    except NotFound:
        raise _unknown(id) from None
    except Invalid as fault:
        raise refuse("id", fault.vi, fault.en) from None


def _behind(asked: Question) -> Behind:
    found = events_behind(asked.id, direction=asked.direction, at=asked.at, since=asked.since)
    if len(found.events) > EVENTS_MOST:
        raise QueryTooLarge(
            "ledger.query_too_large",
            vi=f"Có hơn {EVENTS_MOST} sự kiện; hãy hỏi một thứ cụ thể hơn",
            en=f"there are more than {EVENTS_MOST} events; ask about something narrower",
            path="id",
        )
    return found


class _Kept:
    """The walks whose further pages may be asked for soon, by a word in their tokens; what is not here is walked
    again."""

    def __init__(self) -> None:
        self.walks: OrderedDict[str, Behind] = OrderedDict()
        self.lock = Lock()

    def keep(self, behind: Behind) -> str:
        word = secrets.token_hex(8)
        with self.lock:
            self.walks[word] = behind
            while len(self.walks) > KEPT:
                self.walks.popitem(last=False)
        return word

    def get(self, word: str) -> Behind | None:
        with self.lock:
            return self.walks.get(word)


_kept = _Kept()


def _page(request: HttpRequest, asker: Asker, asked: Question) -> tuple[list[int], str | None]:
    """The events of this page, and the token of the next: it says what was asked, of which state of the ledger, and
    after which event to go on."""
    token, root = page_token_of(request), _root(asked.id)
    _check_may_ask(asker, asked.id, root)
    key = [asked.kind, root, asked.direction, asked.at, asked.since]
    top, last, word = newest_rid(), (NEVER, 0), ""
    if token is not None:
        top, last, word = _opened(token, key)
    behind = _kept.get(word) or _behind(asked)
    size = min(per_page_of(request), PER_PAGE_MOST)
    t, rid = last
    keep = (behind.events <= top) & ((behind.times > t) | ((behind.times == t) & (behind.events > rid)))
    wanted = behind.events[keep].tolist()
    found: list[int] = []
    while wanted and len(found) <= size:
        part, wanted = wanted[:CHUNK], wanted[CHUNK:]
        found += _seen(asker, part)
    shown = found[:size]
    if len(found) <= size:
        return shown, None
    end = int(behind.times[np.flatnonzero(behind.events == shown[-1])[0]])
    if _kept.get(word) is None:
        word = _kept.keep(behind)
    return shown, signing.dumps([key, top, end, shown[-1], word], salt=TRACE_SALT, compress=True)


def _opened(token: str, key: Sequence[object]) -> tuple[int, tuple[int, int], str]:
    try:
        asked, top, t, rid, word = signing.loads(token, salt=TRACE_SALT, max_age=TOKEN_AGE_S)
    except (signing.BadSignature, ValueError, TypeError):
        raise refuse("nextPageToken", "mã trang sai hoặc đã hết hạn", "the token is wrong or has expired") from None
    if asked != list(key):
        raise refuse("nextPageToken", "mã trang của một câu hỏi khác", "the token belongs to another question")
    return top, (t, rid), word


def _graph(asker: Asker, asked: Question, root: str) -> HttpResponse:
    eyes = lineage_for(asker.visible(), root, map(uuid.UUID, asker.organisations))
    if asked.kind == "trace":
        found = trace(asked.id, direction=asked.direction, at=asked.at, limit=asked.limit, seen_by=eyes)
        return json_answer(found.as_json(), content_type=GRAPH)
    if asker.visible() != EVERYTHING and not _owns(asker, root):
        raise NotAllowed(
            "epcis.scope_of_others",
            vi="Chỉ chủ sản phẩm và cán bộ quản lý được xem toàn bộ phạm vi, với nơi và lượng của các bên khác",
            en="the whole scope, with places and amounts of others, is for the product's owner and officials",
        )
    scope = recall_scope(asked.id, at=asked.at, since=asked.since, seen_by=eyes)
    return json_answer(scope.as_json(limit=asked.limit), content_type=GRAPH)


def get_trace(request: HttpRequest, id: str) -> HttpResponse:
    return _answer(request, "trace", id, ("direction", "at", "limit"))


def get_recall_scope(request: HttpRequest, id: str) -> HttpResponse:
    return _answer(request, "recall-scope", id, ("at", "since", "limit"))


trace_of = resource(get=get_trace, offers=(*EVENT_MEDIA, GRAPH))
recall_scope_of = resource(get=get_recall_scope, offers=(*EVENT_MEDIA, GRAPH))

_ID = path_parameter(
    "id",
    Text(
        "Mã của vật phẩm, lô hay kiện ở dạng bất kỳ: GS1 Digital Link, EPC URN, (01)…(10)…; mã hoá phần trăm",
        "The identifier of a thing, lot or unit in any form: GS1 Digital Link, EPC URN, (01)…(10)…; percent-encoded",
    ),
)
_TIME = {"type": "string", "format": "date-time"}
_AT = Parameter(
    name="at",
    where="query",
    about=Text("Tính tới thời điểm này (giờ của sự kiện)", "As of this event time"),
    schema=_TIME,
)
_SINCE = Parameter(
    name="since",
    where="query",
    about=Text("Có thể đã hỏng từ thời điểm này", "Something may be wrong with it since this event time"),
    schema=_TIME,
)
_LIMIT = Parameter(
    name="limit",
    where="query",
    about=Text(f"Nhiều nhất bấy nhiêu vật trong {GRAPH}", f"At most so many things in {GRAPH}"),
    schema={"type": "integer", "minimum": 1, "maximum": THINGS_MOST, "default": THINGS},
)
_DIRECTION = Parameter(
    name="direction",
    where="query",
    about=Text("Về nguồn gốc, về nơi đến, hay cả hai", "Where it came from, what came of it, or both"),
    schema={"type": "string", "enum": list(DIRECTIONS), "default": "both"},
)
_RESTS_ON = Answer(
    200,
    Text("Các sự kiện làm căn cứ, dạng EPCISQueryDocument", "The events it rests on, in an EPCISQueryDocument"),
    "EPCISQueryDocument",
    EVENT_MEDIA,
)
_AS_GRAPH = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
RESOURCES = [
    Resource(
        "/trace/{id}",
        "trace",
        parameters=(_ID,),
        operations=(
            Operation(
                "GET",
                "trace",
                Text("Truy xuất nguồn gốc", "Trace a thing"),
                answers=(_RESTS_ON, Answer(200, Text("Đồ thị", "The graph"), _AS_GRAPH, (GRAPH,))),
                parameters=(_DIRECTION, _AT, _LIMIT),
                problems=(400, 404, 413, 414),
                paged=True,
                formed=True,
            ),
        ),
        tag="trace",
    ),
    Resource(
        "/recall-scope/{id}",
        "recall_scope",
        parameters=(_ID,),
        operations=(
            Operation(
                "GET",
                "recallScope",
                Text("Phạm vi một cuộc thu hồi", "What a recall would reach"),
                answers=(_RESTS_ON, Answer(200, Text("Phạm vi", "The scope"), _AS_GRAPH, (GRAPH,))),
                parameters=(_AT, _SINCE, _LIMIT),
                problems=(400, 404, 413, 414),
                paged=True,
                formed=True,
            ),
        ),
        tag="trace",
    ),
]
