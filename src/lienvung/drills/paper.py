"""The report of a drill as a document."""

from __future__ import annotations

from lienvung.audit.access import acts_on
from lienvung.drills import access, rules
from lienvung.drills.models import Drill
from lienvung.quality.dossier import figures_table, places_table, share_text
from lienvung.quality.figures import figures_of
from lienvung.registry import act_words
from lienvung.registry.papers import Paper, Part, Table
from lienvung.texts import Text


def report_of(drill: Drill) -> Paper:
    """What was asked, who answered, the score, what was learnt."""
    score = access.score_of(drill)
    notices = list(drill.notices.select_related("holder").prefetch_related("lines"))
    columns = [Text("Nơi giữ hàng", "Holder"), Text("Xác nhận", "Acknowledged"), Text("Trả lời", "Answered")]
    rows = [(each.holder.name, each.acknowledged_at, each.answered_at) for each in notices]
    lines = [
        (each.holder.name, line.goods, line.lot, line.bound, line.total, line.found, line.sold, line.note)
        for each in notices
        for line in each.lines.all()
    ]
    line_columns = [columns[0], Text("Hàng", "Goods"), Text("Lô", "Lot"), Text("Đơn vị", "Unit"),
                    Text("Sổ ghi", "Ledger"), Text("Tìm thấy", "Found"), Text("Đã bán", "Sold"),
                    Text("Ghi chú", "Note")]  # fmt: skip
    acts = [(act.at, act_words[act.action].label if act.action in act_words else act.action, act.actor_name)
            for subject in (drill, *notices) for act in acts_on(subject)]  # fmt: skip
    act_columns = [Text("Lúc", "When"), Text("Việc", "Act"), Text("Ai", "Who")]
    unanswered = Text("Chưa trả lời", "Not answered")
    return Paper(
        Text("Báo cáo diễn tập thu hồi", "Report of a recall drill"),
        Text(drill.lot_name, drill.lot_name),
        [
            Part(
                Text("Diễn tập", "The drill"),
                [
                    (Text("Mã lô", "Lot code"), drill.lot_uri.removeprefix("https://id.gs1.org")),
                    (Text("Mục đích", "Purpose"), drill.purpose),
                    (Text("Bắt đầu", "Started"), drill.started_at),
                    (Text("Hạn trả lời", "To be answered by"), drill.answer_by),
                    (Text("Kết thúc", "Ended"), drill.ended_at),
                    (Text("Rút ra điều gì", "What was learnt"), drill.lesson),
                ],
            ),
            Part(
                Text("Kết quả", "Score"),
                [
                    (Text("Thời gian tính phạm vi", "Time to scope"), score.to_scope_text),
                    (Text("Đã trả lời", "Answered"), f"{score.answered} / {score.asked}"),
                    (Text("Trả lời đúng hạn", "Answered in time"), f"{score.in_time} / {score.asked}"),
                    (Text("Trả lời chậm nhất sau", "Slowest answer after"), score.slowest_text),
                    *(
                        (Text("Đã rõ", "Accounted for"), share_text(share)) for share in score.shares
                    ),
                    (unanswered, "; ".join(each.holder.name for each in notices if each.answered_at is None)),
                ],
            ),
            Part(Text("Hàng còn chặn được", "What could be stopped"),
                 table=figures_table(figures_of(drill.scope.get("rows", [])))),
            Part(Text("Hàng ở đâu", "Where the goods were"), table=places_table(drill.scope)),
            Part(Text("Thông báo", "Notices"), table=Table(columns, lambda: rows, (50, 25, 25))),
            Part(Text("Đã tìm thấy", "Found"),
                 table=Table(line_columns, lambda: lines, (22, 22, 12, 8, 10, 10, 10, 18), frozenset({4, 5, 6}))),
            Part(Text("Nhật ký", "Audit trail"), table=Table(act_columns, lambda: acts, (25, 45, 30))),
        ],
        mark=rules.MARK,
    )  # fmt: skip
