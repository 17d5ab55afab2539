"""A report as an official document: narrative, tables and annexes from one gathering of facts. Writes nothing.

tell(report, facts, blocks, language, final=…)   the `papers.layout.Document`
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from lienvung.papers.layout import Annex, Block, Bullets, Document, Heading, Paragraph, Signature, Table
from lienvung.reports.gather import Facts, coverage_of
from lienvung.reports.models import Report
from lienvung.reports.words import ALL_PARTIES, CLAIMS, MATTER_STATES, MATTERS, NOT_STATED
from lienvung.results.models import Claim
from lienvung.texts import Text

Blocks = Mapping[str, Text]
LONGEST_CELL = 600
DRAFT_MARK = Text("DỰ THẢO", "DRAFT")
ILLUSTRATIVE = Text("DỮ LIỆU MINH HOẠ", "ILLUSTRATIVE DATA")


def tell(report: Report, facts: Facts, blocks: Blocks, language: str, *, final: bool) -> Document:
    teller = _Teller(report, facts, blocks, language)
    own = report.issuer if language == "vi" else report.issuer_en or report.issuer
    pick = teller.pick
    marks = [pick(DRAFT_MARK)] if not final else []
    marks += [pick(ILLUSTRATIVE)] if facts.agreement.illustrative else []
    return Document(
        language=language,
        issuer=own,
        issuer_above=report.issuer_above if language == "vi" else "",
        kind=pick(Text("Báo cáo", "Report")),
        subject=teller.subject(),
        number=report.number,
        symbol=report.symbol,
        place=report.place,
        dated=report.dated,
        addressed_to=pick(Text(report.addressed_to, report.addressed_to_en or report.addressed_to)),
        basis=[line.strip() for line in pick(_basis(facts)).split("\n") if line.strip()],
        blocks=teller.body(),
        annexes=teller.annexes(),
        recipients=pick(Text(report.recipients, report.recipients_en or report.recipients)).split("\n"),
        signature=Signature(
            pick(Text(report.signed_for, report.signed_for_en or report.signed_for)),
            pick(Text(report.signer_post, report.signer_post_en or report.signer_post)),
            report.signer_name,
        ),
        mark=" · ".join(marks),
    )


def _basis(facts: Facts) -> Text:
    return Text(facts.agreement.legal_basis, facts.agreement.legal_basis_en or facts.agreement.legal_basis)


class _Teller:
    """Makes the parts of one report in one language."""

    def __init__(self, report: Report, facts: Facts, blocks: Blocks, language: str) -> None:
        self.report, self.facts, self.blocks, self.language = report, facts, blocks, language
        self.commitments = {each.pk: each for each in facts.commitments}
        self.claims: dict[Any, list[Claim]] = defaultdict(list)
        for claim in facts.claims:
            self.claims[claim.commitment_id].append(claim)

    # --- words ------------------------------------------------------------------------------------

    def pick(self, text: Text) -> str:
        return text.in_language(self.language)

    def say(self, vi: str, en: str) -> str:
        return vi if self.language == "vi" else en

    def number(self, value: Decimal | int | None) -> str:
        if value is None:
            return "–"
        said = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        said = said.rstrip("0").rstrip(".") if "." in said else said
        return said if self.language == "en" else said.translate(str.maketrans(",.", ".,"))

    def day(self, value: date | None) -> str:
        return f"{value:%d/%m/%Y}" if value else self.pick(NOT_STATED)

    def cut(self, text: str) -> str:
        text = " ".join(text.split())
        return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"

    def subject(self) -> str:
        report, agreement = self.report, self.facts.agreement
        what = {
            "periodic": Text("Kết quả thực hiện", "Results of"),
            "mid_term": Text("Sơ kết thực hiện", "Mid-term review of"),
            "final": Text("Tổng kết thực hiện", "Final review of"),
        }[report.kind]
        return f"{self.pick(what)} {self.pick(agreement.name)}, {self.pick(report.span)}"

    # --- the body ---------------------------------------------------------------------------------

    def body(self) -> list[Block]:
        found: list[Block] = [Heading(self.say("I. TÌNH HÌNH CHUNG", "I. OVERVIEW")), self._opening()]
        found += self._written("overview") + self._written("direction") + self._meetings()
        found.append(Heading(self.say("II. KẾT QUẢ THỰC HIỆN", "II. RESULTS")))
        found += [self._summary(), *self._figures(), *self._fields(), *self._coverage()]
        found.append(
            Heading(self.say("III. KHÓ KHĂN, VƯỚNG MẮC VÀ KIẾN NGHỊ", "III. DIFFICULTIES AND RECOMMENDATIONS"))
        )
        found += self._matters() + self._written("causes")
        found.append(Heading(self.say("IV. NHIỆM VỤ THỜI GIAN TỚI", "IV. TASKS AHEAD")))
        found += self._ahead() + self._written("next")
        return found

    def _written(self, name: str) -> list[Block]:
        """What people wrote; what is written in Vietnamese only is said so in the English version."""
        text = self.pick(self.blocks.get(name, Text("", "")))
        return [Paragraph(text)] if text.strip() else []

    def _opening(self) -> Block:
        facts = self.facts
        names = ", ".join(self.pick(party.name_text) for party in facts.parties)
        states = Counter(claim.state for claim in facts.claims)
        confirmed, submitted, disputed, returned = (self.number(states[state]) for state in CLAIMS)
        commitments, claims = self.number(len(facts.commitments)), self.number(len(facts.claims))
        return Paragraph(
            self.say(
                f"Trong kỳ từ {facts.starts_on:%d/%m/%Y} đến {facts.ends_on:%d/%m/%Y}, các bên ({names}) có "
                f"{commitments} cam kết và đã báo {claims} kết quả, trong đó {confirmed} kết quả được bên kia "
                f"xác nhận, {submitted} đang chờ xác nhận, {disputed} chưa thống nhất, {returned} trả lại để sửa.",
                f"From {facts.starts_on:%d/%m/%Y} to {facts.ends_on:%d/%m/%Y} the parties ({names}) had {commitments} "
                f"commitments and told {claims} results: {confirmed} confirmed by the other side, "
                f"{submitted} awaiting confirmation, {disputed} disputed, {returned} returned to be mended.",
            )
        )

    def _meetings(self) -> list[Block]:
        lines = [
            f"{self.day(each.held_on)}: {self.pick(each.name)}" + (f" ({each.place})" if each.place else "")
            for each in self.facts.meetings
        ]
        if not lines:
            return []
        return [Paragraph(self.say("Các hội nghị, cuộc họp trong kỳ:", "Conferences and meetings:")), Bullets(lines)]

    def _summary(self) -> Block:
        """By field: commitments, and results by state."""
        names = {each.pk: each for each in self.facts.fields}
        many: dict[Any, Counter[str]] = defaultdict(Counter)
        for each in self.facts.commitments:
            many[each.field_id]["commitments"] += 1
            many[each.field_id].update(claim.state for claim in self.claims[each.pk])
        rows = []
        for key in [*names, None]:
            counted = many.get(key)
            if counted:
                name = self.pick(names[key].name_text) if key else self.say("Không theo lĩnh vực", "Of no field")
                rows.append(self._counted(name, counted))
        whole: Counter[str] = sum(many.values(), Counter())
        rows.append(self._counted(self.say("Tổng số", "Total"), whole))
        columns = [Text("Lĩnh vực", "Field"), Text("Cam kết", "Commitments"), *CLAIMS.values()]
        return Table(
            [self.pick(column) for column in columns], rows, [21, 17, 16, 15, 15, 16], frozenset(range(1, 6)),
            self.say("Bảng 1. Cam kết và kết quả theo lĩnh vực", "Table 1. Commitments and results by field"),
            frozenset({len(rows) - 1}),
        )  # fmt: skip

    def _counted(self, name: str, counted: Counter[str]) -> list[str]:
        return [name, *(self.number(counted[key]) for key in ("commitments", *CLAIMS))]

    def _figures(self) -> list[Block]:
        if not self.facts.figures:
            return []
        rows, notes = [], []
        for each in self.facts.figures:
            indicator = each.indicator
            marks = "*" if each.corrections else ""
            rows.append(
                [f"{indicator.code}. {self.pick(indicator.words)}{marks}", self.pick(indicator.unit_words),
                 self.number(each.target) if each.target is not None else self.pick(NOT_STATED),
                 self.number(each.value), self.number(each.waiting)]
            )  # fmt: skip
            for one in each.corrections:
                agreed = one.agreed_at is not None
                how = self.say("hai bên đã thống nhất", "agreed by both sides") if agreed else self.say(
                    "chưa được bên kia đồng ý", "not agreed by the other side")  # fmt: skip
                notes.append(
                    self.say(
                        f"* {indicator.code}: số chốt {self.number(one.before)}, đề nghị điều chỉnh thành "
                        f"{self.number(one.value)} ({how}); lý do: {one.reason}",
                        f"* {indicator.code}: frozen as {self.number(one.before)}, to be corrected to "
                        f"{self.number(one.value)} ({how}); reason: {one.reason}",
                    )
                )
        columns = [Text("Chỉ tiêu", "Indicator"), Text("Đơn vị", "Unit"), Text("Mục tiêu", "Target"),
                   Text("Thực hiện", "Result"), Text("Chờ xác nhận", "Awaiting")]  # fmt: skip
        caption = self.say("Bảng 2. Các chỉ tiêu", "Table 2. Indicators")
        table = Table(
            [self.pick(column) for column in columns], rows, [42, 14, 15, 15, 14], frozenset({2, 3, 4}), caption
        )
        if any(each.frozen for each in self.facts.figures):
            frozen = self.say("Số liệu đã chốt khi khoá sổ kỳ báo cáo.", "Figures frozen when the period was locked.")
            notes.insert(0, frozen)
        return [table, *(Paragraph(note, note=True) for note in notes)]

    def _fields(self) -> list[Block]:
        """Field by field what both sides confirmed, in words; the whole list is in the annex."""
        found: list[Block] = []
        number = 0
        for each in [*self.facts.fields, None]:
            key = each.pk if each is not None else None
            told = [
                claim
                for commitment in self.facts.commitments
                if commitment.field_id == key
                for claim in self.claims[commitment.pk]
                if claim.state == "confirmed"
            ]
            if told:
                number += 1
                name = self.pick(each.name_text) if each is not None else self.say("Nội dung khác", "Other contents")
                found.append(Heading(f"{number}. {name}", 2))
                lines = [self._told(claim) for claim in told[:20]]
                if len(told) > 20:
                    more = self.number(len(told) - 20)
                    lines.append(self.say(f"Và {more} kết quả khác ở phụ lục", f"And {more} others in the annex"))
                found.append(Bullets(lines))
        return found

    def _told(self, claim: Claim) -> str:
        value = ""
        if claim.value is not None and claim.indicator is not None:
            value = f": {self.number(claim.value)} {self.pick(claim.indicator.unit_words)}"
        return f"{self.cut(self.pick(claim.words)).rstrip('.')}{value} ({self.pick(claim.party.name_text)})"

    def _coverage(self) -> list[Block]:
        silent = [each.clause for each in coverage_of(self.facts) if each.silent]
        if not self.facts.clauses:
            return []
        if not silent:
            words = self.say("Mọi điều khoản đều có hoạt động trong kỳ.", "Every clause had activity in this time.")
            return [Paragraph(words)]
        words = self.say("Các điều khoản chưa có hoạt động trong kỳ:", "Clauses with no activity in this time:")
        return [Paragraph(words), Bullets([self.cut(f"{each.number} {self.pick(each.words)}") for each in silent])]

    def _matters(self) -> list[Block]:
        if not self.facts.matters:
            return [Paragraph(self.say("Không có trong kỳ.", "None in this time."))]
        rows = []
        for each in self.facts.matters:
            answered = f"{self.day(each.answered_on)}: {each.answer}" if each.answered_on else ""
            clock = self.say("hạn", "due") + f" {self.day(each.answer_due)}"
            state = answered or f"{self.pick(MATTER_STATES[each.state])} ({clock})"
            said = f"{self.pick(MATTERS[each.kind])}: {self.pick(each.words)}"
            rows.append([self.cut(said), self.pick(each.party.name_text), self.pick(each.to), self.cut(state)])
        columns = [Text("Nội dung", "What"), Text("Bên nêu", "Raised by"), Text("Gửi tới", "Addressed to"),
                   Text("Trả lời", "Answer")]  # fmt: skip
        return [
            Table([self.pick(column) for column in columns], rows, [46, 16, 18, 20],
                  caption=self.say("Bảng 3. Khó khăn và kiến nghị", "Table 3. Difficulties and recommendations"))
        ]  # fmt: skip

    def _ahead(self) -> list[Block]:
        ahead = sorted(
            (each for each in self.facts.commitments
             if each.state == "active" and each.due is not None and each.due > self.facts.ends_on),
            key=lambda each: (each.due or date.max, each.number),
        )[:30]  # fmt: skip
        if not ahead:
            words = self.say("Không có cam kết nào đến hạn sau kỳ này.", "No commitment falls due after this time.")
            return [Paragraph(words)]
        return [Bullets([f"{self.cut(self.pick(e.words)).rstrip('.')} ({self.day(e.due)})" for e in ahead])]

    # --- annexes ----------------------------------------------------------------------------------

    def annexes(self) -> list[Annex]:
        found = [
            Annex(self.say("KẾT QUẢ THEO TỪNG CAM KẾT", "RESULTS BY COMMITMENT"), [self._all_results()], landscape=True)
        ]
        if self.facts.clauses:
            title = self.say("CÁC ĐIỀU KHOẢN VÀ HOẠT ĐỘNG TRONG KỲ", "CLAUSES AND ACTIVITY")
            found.append(Annex(title, [self._all_clauses()]))
        return found

    def _all_results(self) -> Table:
        rows: list[list[str]] = []
        bold: set[int] = set()
        for each in self.facts.commitments:
            owes = self.pick(each.obligor.name_text if each.obligor else ALL_PARTIES)
            due = self.pick(each.due_words) if each.due_words else self.day(each.due)
            bold.add(len(rows))
            owes = owes[:1].upper() + owes[1:]
            rows.append([each.number, self.cut(self.pick(each.words)), owes, due, "", ""])
            for claim in self.claims[each.pk]:
                value = self.number(claim.value) if claim.value is not None else ""
                unit = f" {self.pick(claim.indicator.unit_words)}" if claim.indicator else ""
                rows.append(
                    ["", self.cut(self.pick(claim.words)), self.pick(claim.party.name_text),
                     self.day(claim.happened_on) if claim.happened_on else "", value + unit,
                     self.pick(CLAIMS[claim.state])]
                )  # fmt: skip
            if not self.claims[each.pk]:
                rows.append(["", self.say("Chưa báo kết quả trong kỳ", "No result told in this time"), "", "", "", ""])
        columns = [Text("Số", "No."), Text("Cam kết và kết quả", "Commitment and results"), Text("Bên", "Party"),
                   Text("Hạn, ngày", "Due, day"), Text("Giá trị", "Value"), Text("Tình trạng", "State")]  # fmt: skip
        return Table(
            [self.pick(column) for column in columns], rows, [7, 42, 14, 10, 11, 16], frozenset({4}),
            bold_rows=frozenset(bold),
        )  # fmt: skip

    def _all_clauses(self) -> Table:
        none = self.say("không có hoạt động", "no activity")
        rows = [
            [each.clause.number, self.cut(self.pick(each.clause.words)), self.number(each.commitments),
             self.number(each.claims), self.number(each.confirmed), none if each.silent else ""]
            for each in coverage_of(self.facts)
        ]  # fmt: skip
        columns = [Text("Số", "No."), Text("Điều khoản", "Clause"), Text("Cam kết", "Commitments"),
                   Text("Kết quả", "Results"), Text("Đã xác nhận", "Confirmed"), Text("Ghi chú", "Note")]  # fmt: skip
        return Table([self.pick(column) for column in columns], rows, [12, 40, 12, 11, 12, 13], frozenset({2, 3, 4}))
