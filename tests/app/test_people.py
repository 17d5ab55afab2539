"""Accounts, roles, tokens: who may do what, and to whose records."""

from __future__ import annotations

import hashlib

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import AnonymousUser
from tests.app.own import PASSWORD, account, gln, world

from lienvung.audit.models import Act
from lienvung.errors import Conflict, Invalid, NotAllowed
from lienvung.people import access, actions, rules
from lienvung.people.models import Account, ApiToken, Organisation
from lienvung.territory.access import unit_at
from lienvung.territory.actions import load_units

pytestmark = pytest.mark.django_db


def test_passwords_are_kept_with_argon2():
    assert account("a@b.vn", password=PASSWORD).password.startswith("argon2")


def test_email_is_one_whatever_its_case():
    made = account("An@HTX.vn", password=PASSWORD)
    assert made.email == "an@htx.vn"
    assert authenticate(username="AN@htx.VN", password=PASSWORD) == made
    with pytest.raises(Conflict):
        account("aN@htx.vn")


@pytest.mark.parametrize("email", ["", "an", "an@", "an@htx", "a n@htx.vn", "an@htx.vn, b@c.vn", "x" * 250 + "@a.vn"])
def test_email_must_look_like_one(email):
    with pytest.raises(Invalid) as told:
        actions.create_account(by=None, email=email, full_name="x")
    assert told.value.path == "email"


@pytest.mark.parametrize("password", ["ngan", "123456789012", "nguyenthianhoa"])
def test_weak_passwords_are_refused(password):
    with pytest.raises(Invalid) as told:
        actions.create_account(by=None, email="nguyenthianhoa@b.vn", full_name="x", password=password)
    assert told.value.code == "people.password_weak"
    assert not Account.objects.exists()


def test_without_a_password_nobody_signs_in():
    actions.create_account(by=None, email="a@b.vn", full_name="x")
    assert authenticate(username="a@b.vn", password="") is None


def test_organisation_is_checked():
    with pytest.raises(Invalid) as told:
        actions.create_organisation(by=None, name="x", kind="farm", gln="8930010000011")
    assert told.value.code == "gs1.check_digit"
    with pytest.raises(Invalid):
        actions.create_organisation(by=None, name="x", kind="farm", gln="893001")
    with pytest.raises(Invalid):
        actions.create_organisation(by=None, name="x", kind="castle")
    with pytest.raises(Invalid):
        actions.create_organisation(by=None, name="  ", kind="farm")
    with pytest.raises(Invalid):
        actions.create_organisation(by=None, name="x", kind="farm", company_prefix="89x")
    actions.create_organisation(by=None, name="x", kind="farm", gln=gln(5))
    with pytest.raises(Conflict):
        actions.create_organisation(by=None, name="y", kind="farm", gln=gln(5))


def test_the_owner_party_is_the_province_or_the_installation(settings):
    load_units()
    commune = unit_at("Kim Sơn", level="commune")
    assert actions.create_organisation(by=None, name="x", kind="farm", unit=commune).owner_party == "VN-37"
    assert actions.create_organisation(by=None, name="y", kind="farm").owner_party == "VN"
    settings.PARTY = "HN"
    assert actions.create_organisation(by=None, name="z", kind="farm", unit=commune).owner_party == "HN"


def test_roles():
    w = world()
    assert access.role_in(w.manager, w.farm) == "manager"
    assert access.role_in(w.manager, w.mill) is None
    assert list(access.organisations_of(w.stranger)) == [w.mill]
    assert not access.organisations_of(AnonymousUser()).exists()
    assert access.is_official(w.official)
    assert not access.is_official(w.manager)
    assert not access.is_official(None)
    assert access.may_record(w.member, w.farm)
    assert not access.may_record(w.inspector, w.farm)
    assert access.may_manage(w.manager, w.farm)
    assert not access.may_manage(w.member, w.farm)


def test_roles_of_the_page_table():
    w = world()
    assert access.roles_of(AnonymousUser()) == {"everyone"}
    assert access.roles_of(w.nobody) == {"everyone", "signed_in"}
    assert access.roles_of(w.inspector) == {"everyone", "signed_in"}
    assert access.roles_of(w.member) == {"everyone", "signed_in", "member"}
    assert access.roles_of(w.manager) == {"everyone", "signed_in", "member", "manager"}
    assert access.roles_of(w.official) == {"everyone", "signed_in", "official", "manager"}


@pytest.mark.parametrize("prefix", ["893000123", "8930001", "8930001234"])
def test_company_prefixes_do_not_overlap(prefix):
    actions.create_organisation(by=None, name="x", kind="farm", company_prefix="893000123")
    with pytest.raises(Conflict) as told:
        actions.create_organisation(by=None, name="y", kind="farm", company_prefix=prefix)
    assert told.value.path == "company_prefix"
    actions.create_organisation(by=None, name="z", kind="farm", company_prefix="893000124")
    actions.create_organisation(by=None, name="no prefix", kind="farm")


def test_officials_are_of_a_province():
    load_units()
    capital = unit_at("Hà Nội")
    authority = actions.create_organisation(by=None, name="Sở NN", kind="authority", unit=capital)
    official = account("o@hn.vn", of=authority, role="inspector")
    assert access.is_official(official, province="01")
    assert not access.is_official(official, province="37")
    of_commune = actions.create_organisation(by=None, name="UBND xã", kind="authority", unit=unit_at("Kim Sơn"))
    assert not access.is_official(account("o@ks.vn", of=of_commune), province="37")


def officials() -> tuple[Account, Account]:
    load_units()
    made = []
    for code, name in (("37", "Ninh Bình"), ("01", "Hà Nội")):
        unit = unit_at(name, level="province")
        authority = actions.create_organisation(by=None, name=f"Sở NN {code}", kind="authority", unit=unit)
        made.append(account(f"o@{code}.vn", of=authority, role="inspector"))
    return made[0], made[1]


def test_authorities_are_registered_in_ones_own_province():
    here, elsewhere = officials()
    commune = unit_at("Kim Sơn", level="commune")
    for by, unit in ((elsewhere, commune), (here, None), (here, unit_at("Hà Nội", level="province"))):
        with pytest.raises(NotAllowed) as told:
            actions.create_organisation(by=by, name="UBND", kind="authority", unit=unit)
        assert told.value.path == "unit"
    assert actions.create_organisation(by=here, name="UBND", kind="authority", unit=commune)
    assert actions.create_organisation(by=elsewhere, name="HTX", kind="cooperative", unit=commune)


def test_officials_find_an_organisation_its_first_manager_and_no_more():
    here, elsewhere = officials()
    farm = actions.create_organisation(by=None, name="HTX", kind="farm", unit=unit_at("Kim Sơn", level="commune"))
    afar = actions.create_organisation(by=elsewhere, name="HTX xa", kind="farm", unit=farm.unit)
    assert not access.may_appoint(elsewhere, farm)
    assert access.may_appoint(elsewhere, afar)  # who registered it
    assert access.may_appoint(here, afar)
    with pytest.raises(NotAllowed):
        actions.invite_member(by=elsewhere, organisation=farm, email="a@x.vn", full_name="A", role="manager")
    actions.invite_member(by=here, organisation=farm, email="b@x.vn", full_name="B")
    actions.invite_member(by=here, organisation=farm, email="c@x.vn", full_name="C", role="manager")
    with pytest.raises(NotAllowed):
        actions.add_member(by=here, account=here, organisation=farm, role="manager")
    with pytest.raises(NotAllowed):
        actions.issue_token(by=here, organisation=afar, name="x")


def test_a_disabled_account_is_nobody():
    w = world()
    w.manager.set_password(PASSWORD)
    w.manager.save()
    assert authenticate(username=w.manager.email, password=PASSWORD) == w.manager
    actions.disable_account(by=w.official, account=w.manager)
    assert not access.organisations_of(w.manager).exists()
    assert access.role_in(w.manager, w.farm) is None
    assert access.roles_of(w.manager) == {"everyone"}
    assert authenticate(username=w.manager.email, password=PASSWORD) is None


def strangers_acts(w, by):
    return [
        lambda: actions.create_organisation(by=by, name="x", kind="authority"),
        lambda: actions.create_account(by=by, email="new@x.vn", full_name="x"),
        lambda: actions.add_member(by=by, account=by, organisation=w.farm, role="manager"),
        lambda: actions.add_member(by=by, account=by, organisation=w.authority, role="focal_officer"),
        lambda: actions.invite_member(by=by, organisation=w.farm, email="new@x.vn", full_name="x"),
        lambda: actions.remove_member(by=by, account=w.manager, organisation=w.farm),
        lambda: actions.issue_token(by=by, organisation=w.farm, name="x"),
        lambda: actions.disable_account(by=by, account=w.manager),
        lambda: actions.end_sessions(by=by, account=w.manager),
        lambda: actions.change_password(by=by, account=w.manager, password=PASSWORD + "x"),
    ]


@pytest.mark.parametrize("who", ["stranger", "member", "inspector", "nobody"])
def test_who_does_not_manage_changes_nothing(who):
    w = world()
    before = list(Organisation.objects.values()), list(Account.objects.values()), Act.objects.count()
    for act in strangers_acts(w, getattr(w, who)):
        with pytest.raises(NotAllowed):
            act()
    assert (list(Organisation.objects.values()), list(Account.objects.values()), Act.objects.count()) == before
    assert not ApiToken.objects.exists()


def test_even_officials_do_not_enter_an_organisation():
    w = world()
    for act in (
        lambda: actions.add_member(by=w.official, account=w.official, organisation=w.farm, role="manager"),
        lambda: actions.issue_token(by=w.official, organisation=w.farm, name="x"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_manager_gives_and_takes_roles():
    w = world()
    actions.add_member(by=w.manager, account=w.nobody, organisation=w.farm, role="member")
    assert access.role_in(w.nobody, w.farm) == "member"
    actions.add_member(by=w.manager, account=w.nobody, organisation=w.farm, role="inspector")
    assert access.role_in(w.nobody, w.farm) == "inspector"
    actions.remove_member(by=w.manager, account=w.nobody, organisation=w.farm)
    assert access.role_in(w.nobody, w.farm) is None
    with pytest.raises(Invalid):
        actions.add_member(by=w.manager, account=w.nobody, organisation=w.farm, role="emperor")


def test_inviting_somebody_new_gives_a_first_password():
    w = world()
    membership, password = actions.invite_member(
        by=w.manager, organisation=w.farm, email="Moi@farm.vn", full_name="Người Mới"
    )
    assert authenticate(username="moi@farm.vn", password=password) == membership.account
    again, none = actions.invite_member(by=w.manager, organisation=w.farm, email="moi@farm.vn", role="inspector")
    assert none is None
    assert again.account == membership.account


def test_a_token_names_its_organisation_until_it_is_revoked():
    w = world()
    plain = actions.issue_token(by=w.manager, organisation=w.farm, name="máy cân")
    token = ApiToken.objects.get()
    assert len(plain) >= 43  # 256 bits
    assert token.digest == hashlib.sha256(plain.encode()).hexdigest()
    assert plain not in str(token.__dict__)
    assert access.organisation_of_token(plain) == w.farm
    token.refresh_from_db()
    assert token.last_used_on is not None
    assert access.organisation_of_token(plain + "x") is None
    assert access.organisation_of_token(token.digest) is None
    assert access.organisation_of_token("") is None
    with pytest.raises(NotAllowed):
        actions.revoke_token(by=w.stranger, token=token)
    assert access.organisation_of_token(plain) == w.farm
    actions.revoke_token(by=w.manager, token=token)
    assert access.organisation_of_token(plain) is None


def test_a_token_does_only_what_its_scopes_say():
    w = world()
    plain = actions.issue_token(by=w.manager, organisation=w.farm, name="x", scopes=["query"])
    assert access.organisation_of_token(plain) is None
    assert access.organisation_of_token(plain, scope="query") == w.farm
    for scopes in ([], ["capture", "everything"]):
        with pytest.raises(Invalid):
            actions.issue_token(by=w.manager, organisation=w.farm, name="x", scopes=scopes)


def test_finding_organisations_whatever_the_marks():
    w = world()
    assert list(access.organisations("nep hat cau")) == [w.farm]
    assert list(access.organisations("NẾP")) == [w.farm]
    assert list(access.organisations("dong bang")) == [w.mill]
    assert list(access.organisations(gln(1))) == [w.mill]
    assert not access.organisations("nep dong").exists()
    assert access.organisations("").count() == 3


@pytest.mark.parametrize(
    ("here", "anywhere", "allowed"), [(0, 0, True), (4, 4, True), (5, 5, False), (0, 19, True), (0, 20, False)]
)
def test_the_limit_of_tries(here, anywhere, allowed):
    assert rules.sign_in_allowed(from_address=here, of_account=anywhere) is allowed
