"""Forms of reports, difficulties and recommendations."""

from __future__ import annotations

from typing import Any

from django import forms

from lienvung.programme.models import Agreement, Clause, Party
from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.reports.words import BLOCKS, KINDS, MATTERS
from lienvung.results.models import Period


def day(vi: str, en: str, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=phrase(vi, en), required=required, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )


def line(vi: str, en: str, most: int, *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=phrase(vi, en), max_length=most, required=required)


def prose(vi: str, en: str, *, required: bool = False, most: int = 20_000, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=phrase(vi, en), max_length=most, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )


class BeginForm(SpeakingForm):
    """A new report. A periodic one takes a period, the others two days."""

    kind = forms.ChoiceField(label=phrase("Loại báo cáo", "Kind of report"))
    party = forms.ModelChoiceField(Party.objects.none(), label=phrase("Bên báo cáo", "Reporting party"))
    period = forms.ModelChoiceField(
        Period.objects.none(), required=False, label=phrase("Kỳ (báo cáo định kỳ)", "Period (periodic reports)")
    )
    starts_on = day("Từ ngày (sơ kết, tổng kết)", "From (mid-term, final)", required=False)
    ends_on = day("Đến ngày (sơ kết, tổng kết)", "To (mid-term, final)", required=False)

    def __init__(self, agreement: Agreement, parties: list[Party], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown: dict[str, Any] = self.fields
        shown["kind"].choices = [(kind, phrase(*words)) for kind, words in KINDS.items()]
        shown["party"].queryset = Party.objects.filter(pk__in=[party.pk for party in parties])
        shown["period"].queryset = Period.objects.filter(agreement=agreement)
        if len(parties) == 1:
            shown["party"].initial = parties[0]


class WriteForm(SpeakingForm):
    """The party's own form, and the narrative in both languages."""

    issuer_above = line("Cơ quan chủ quản", "Body above the issuer", 200)
    issuer = line("Cơ quan ban hành", "Issuer", 200, required=True)
    issuer_en = line("Cơ quan ban hành (tiếng Anh)", "Issuer (English)", 200)
    number = line("Số", "Number", 20)
    symbol = line("Ký hiệu", "Symbol", 40)
    place = line("Địa danh", "Place", 100)
    dated = day("Ngày ký", "Signed on", required=False)
    addressed_to = line("Kính gửi", "Addressed to", 300)
    addressed_to_en = line("Kính gửi (tiếng Anh)", "Addressed to (English)", 300)
    recipients = prose("Nơi nhận, mỗi dòng một nơi", "Recipients, one a line", most=2000)
    recipients_en = prose("Nơi nhận (tiếng Anh)", "Recipients (English)", most=2000)
    signed_for = line("Thay mặt", "Signed for", 200)
    signed_for_en = line("Thay mặt (tiếng Anh)", "Signed for (English)", 200)
    signer_post = line("Chức vụ người ký", "Signer's post", 200)
    signer_post_en = line("Chức vụ (tiếng Anh)", "Signer's post (English)", 200)
    signer_name = line("Họ tên người ký", "Signer's name", 150)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in BLOCKS.items():
            self.fields[f"text_{name}"] = prose(words.vi, words.en, rows=6)
            self.fields[f"text_en_{name}"] = prose(f"{words.vi} (tiếng Anh)", f"{words.en} (English)", rows=6)


class VersionForm(SpeakingForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class MatterForm(SpeakingForm):
    kind = forms.ChoiceField(label=phrase("Loại", "Kind"))
    party = forms.ModelChoiceField(Party.objects.none(), label=phrase("Bên nêu", "Raised by"))
    text = prose("Nội dung", "What it is", required=True, most=4000)
    text_en = prose("Nội dung (tiếng Anh)", "What it is (English)", most=4000)
    clause = forms.ModelChoiceField(Clause.objects.none(), required=False, label=phrase("Điều khoản", "Clause"))
    addressee_party = forms.ModelChoiceField(
        Party.objects.none(), required=False, label=phrase("Gửi tới bên kia", "To the other party")
    )
    addressee = line("Hoặc gửi tới cơ quan khác", "Or to another authority", 200)
    raised_on = day("Ngày nêu", "Raised on")
    answer_due = day("Đề nghị trả lời trước ngày", "Answer wanted by", required=False)

    def __init__(self, agreement: Agreement, parties: list[Party], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = [party.pk for party in parties]
        shown: dict[str, Any] = self.fields
        shown["kind"].choices = [(kind, phrase(*words)) for kind, words in MATTERS.items()]
        shown["party"].queryset = Party.objects.filter(pk__in=mine)
        shown["addressee_party"].queryset = agreement.parties.exclude(pk__in=mine)
        shown["clause"].queryset = agreement.clauses.all()
        if len(parties) == 1:
            shown["party"].initial = parties[0]


class AnswerForm(VersionForm):
    answer = prose("Trả lời", "Answer", required=True, most=4000)
    answer_en = prose("Trả lời (tiếng Anh)", "Answer (English)", most=4000)
    answered_on = day("Ngày trả lời", "Answered on")


class CloseForm(VersionForm):
    closing = prose("Vì sao kết thúc", "Why it ends", required=True, most=4000)
    closed_on = day("Ngày kết thúc", "Ended on")
