"""Forms of the certificates' pages; the rules speak through `blame`."""

from __future__ import annotations

from typing import Any

from django import forms

from lienvung.catalogue.forms import DateField, NumberField, choices
from lienvung.catalogue.words import PRODUCT_KINDS
from lienvung.people.models import Organisation
from lienvung.proofs import access, files, words
from lienvung.proofs.kinds import Kind, kinds
from lienvung.proofs.models import Certificate
from lienvung.proofs.rules import Act
from lienvung.registry.forms import SpeakingForm, phrase
from lienvung.texts import Text

NAMES: dict[str, Text] = {key: kind.name for key, kind in kinds().items()}
STARS = [("", "—"), *((str(n), phrase(f"{n} sao", f"{n} star{'s' * (n > 1)}")) for n in range(1, 6))]
FACTS = ("number", "issuer_name", "issuer", "issued_on", "valid_from", "valid_to", "standard", "stars", "points")


class CertificateFacts(SpeakingForm):
    """What a holder may say, and correct until it is confirmed."""

    number = forms.CharField(label=phrase("Số giấy chứng nhận", "Number"), max_length=80)
    issuer = forms.ChoiceField(
        label=phrase("Nơi cấp có trong hệ thống", "Issuing body, if it is here"),
        required=False,
        help_text=phrase(
            "Nơi cấp được công nhận thì tự xác nhận được; để trống thì cán bộ của tỉnh xác nhận.",
            "An accepted issuing body can confirm it; otherwise an official of your province does.",
        ),
    )
    issuer_name = forms.CharField(
        label=phrase("Tên nơi cấp, như trên giấy", "Issuer's name, as on the paper"), max_length=200, required=False
    )
    standard = forms.CharField(
        label=phrase("Tiêu chuẩn, phiên bản", "Standard and version"), max_length=120, required=False
    )
    issued_on = DateField(label=phrase("Ngày cấp", "Issued on"))
    valid_from = DateField(label=phrase("Có hiệu lực từ", "Valid from"))
    valid_to = DateField(label=phrase("Có hiệu lực đến hết ngày", "Valid until the end of"))
    stars = forms.TypedChoiceField(
        label=phrase("Hạng sao (chỉ OCOP)", "Stars (OCOP only)"),
        choices=STARS,
        coerce=int,
        empty_value=None,
        required=False,
    )
    points = NumberField(label=phrase("Số điểm (chỉ OCOP)", "Points (OCOP only)"))
    register_link = forms.CharField(
        label=phrase("Trang tra cứu của nơi cấp", "The issuer's register"),
        max_length=400,
        required=False,
        help_text=phrase("Bắt đầu bằng https://", "Beginning with https://"),
        widget=forms.URLInput(attrs={"spellcheck": "false"}),
    )
    document = forms.FileField(
        label=phrase("Bản chụp hoặc PDF", "Photo or PDF"),
        required=False,
        help_text=phrase(
            "PDF, JPEG hoặc PNG, tới 5 MB. Chỉ đơn vị, cán bộ và nơi cấp xem được.",
            "PDF, JPEG or PNG, up to 5 MB. Seen by the holder, officials and the issuer only.",
        ),
    )

    def __init__(self, *args: Any, kind: Kind | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].required = True
        bodies = [body.organisation for body in access.issuing_bodies()] if kind is None else access.issuers_of(kind)
        self.bodies: dict[str, Organisation] = {str(body.pk): body for body in bodies}
        self.fields["issuer"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((key, body.name) for key, body in self.bodies.items()),
        ]

    def clean_issuer(self) -> Organisation | None:
        return self.bodies.get(self.cleaned_data.get("issuer") or "")

    def clean_document(self) -> bytes | None:
        """The file's bytes; one byte above the limit is read, so that the rule can refuse it."""
        upload = self.cleaned_data.get("document")
        return upload.read(files.MOST_BYTES + 1) if upload else None

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if not told.get("issuer") and not told.get("issuer_name") and "issuer_name" not in self.errors:
            self.add_error("issuer_name", phrase("Chưa nhập nơi cấp.", "The issuer is missing."))
        return told


class EditForm(CertificateFacts):
    """`revision`: the one that the page showed, so that of two who correct it the second is told."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class CertificateForm(CertificateFacts):
    holder = forms.ChoiceField(label=phrase("Đơn vị được cấp", "Holder"))
    kind = forms.ChoiceField(label=phrase("Loại giấy chứng nhận", "Kind"), choices=choices(NAMES))
    field_order = ["holder", "kind"]

    def __init__(self, *args: Any, account: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holders = {str(one.pk): one for one in access.managed_organisations(account)}
        self.fields["holder"].choices = [(key, one.name) for key, one in self.holders.items()]  # type: ignore[attr-defined]
        self.fields["holder"].error_messages["invalid_choice"] = phrase(
            "Bạn không ghi được cho đơn vị này.", "You may not write for this organisation."
        )

    def clean_holder(self) -> Organisation:
        return self.holders[self.cleaned_data["holder"]]


class ScopeForm(SpeakingForm):
    """A row of the scope; all that is named together limits it."""

    product = forms.ChoiceField(label=phrase("Sản phẩm", "Product"), required=False)
    place = forms.ChoiceField(label=phrase("Địa điểm, thửa", "Place, plot"), required=False)
    group = forms.ChoiceField(
        label=phrase("Nhóm sản phẩm", "Product group"), choices=choices(PRODUCT_KINDS, empty=True), required=False
    )
    area_ha = NumberField(label=phrase("Diện tích (ha)", "Area (ha)"))
    tonnes_a_year = NumberField(label=phrase("Sản lượng (tấn một năm)", "Tonnes a year"))

    def __init__(self, *args: Any, certificate: Certificate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        covers = certificate.kind_of.covers
        self.products = {str(one.pk): one for one in access.products_of(certificate.holder)}
        self.places = {str(one.pk): one for one in access.places_of(certificate.holder)}
        for name, things in (("product", self.products), ("place", self.places)):
            named = [(key, str(one)) for key, one in things.items()]
            self.fields[name].choices = [("", "—"), *named]  # type: ignore[attr-defined]
        for name in {"product", "place", "group"} - covers:
            del self.fields[name]
        if "organisation" not in covers and "product" in self.fields:
            self.fields["product"].required = len(covers) == 1

    def clean_product(self) -> Any:
        return self.products.get(self.cleaned_data.get("product") or "")

    def clean_place(self) -> Any:
        return self.places.get(self.cleaned_data.get("place") or "")


class CheckForm(SpeakingForm):
    """The word of an official or the issuer; `revision` is what was on the page that was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    said = forms.ChoiceField(
        label=phrase("Kết luận sau khi xem giấy", "After seeing the document"),
        choices=[
            ("confirm", phrase("Đúng như giấy đã cấp", "It is as issued")),
            ("refuse", phrase("Không xác nhận", "Not confirmed")),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=phrase("Ghi chú, hoặc lý do không xác nhận", "Note, or the reason for refusing"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class MeasureForm(SpeakingForm):
    act = forms.ChoiceField(
        label=phrase("Việc", "Act"),
        choices=[(act.value, phrase(*words.MEASURES[act])) for act in Act],
        widget=forms.RadioSelect,
    )
    from_day = DateField(label=phrase("Từ ngày", "From"))
    reason = forms.CharField(
        label=phrase("Lý do, số văn bản", "Reason, number of the decision"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_day"].required = True


class IssuerForm(SpeakingForm):
    organisation = forms.ChoiceField(label=phrase("Tổ chức", "Organisation"))
    kinds = forms.MultipleChoiceField(
        label=phrase("Được cấp các loại", "May issue"), choices=choices(NAMES), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = {str(one.pk): one for one in Organisation.objects.order_by("name")}
        self.fields["organisation"].choices = [(k, o.name) for k, o in self.organisations.items()]  # type: ignore[attr-defined]

    def clean_organisation(self) -> Organisation:
        return self.organisations[self.cleaned_data["organisation"]]
