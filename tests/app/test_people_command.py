"""`lienvung account`: accounts, officials, tokens from the command line."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth import authenticate
from tests.app.own import PASSWORD, world

from lienvung import cli
from lienvung.people import access
from lienvung.people.models import Account, ApiToken, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*arguments: str, typed: str = PASSWORD + "\n") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = cli.main(["account", *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_an_account_with_a_role(run):
    w = world()
    status, said, _ = run(
        "create", "--email", "moi@x.vn", "--name", "Mới", "--organisation", "nep hat cau", "--role", "manager"
    )
    assert status == 0
    assert PASSWORD not in said
    made = authenticate(username="moi@x.vn", password=PASSWORD)
    assert access.role_in(made, w.farm) == "manager"


def test_an_official_and_the_authority_of_the_province(run):
    assert run("create", "--email", "o@nb.vn", "--name", "Cán bộ", "--official", "Ninh Bình")[0] == 0
    assert run("create", "--email", "p@nb.vn", "--name", "Cán bộ", "--official", "37")[0] == 0
    official = Account.objects.get(email="o@nb.vn")
    assert access.is_official(official, province="37")
    assert not access.is_official(official, province="01")
    assert len(set(Membership.objects.values_list("organisation", flat=True))) == 1


def test_a_password_is_made_when_none_is_given(run):
    _, said, _ = run("create", "--email", "a@x.vn", "--name", "A", typed="\n")
    assert authenticate(username="a@x.vn", password=said.splitlines()[1]) is not None


def test_a_token_is_printed_once(run):
    w = world()
    status, said, _ = run("token", "--organisation", str(w.farm.pk), "--scope", "query")
    assert status == 0
    assert access.organisation_of_token(said.strip(), scope="query") == w.farm
    assert access.organisation_of_token(said.strip(), scope="capture") is None
    assert ApiToken.objects.count() == 1


def test_faults_are_one_line_in_both_languages(run):
    world()
    for arguments in (
        ("token", "--organisation", "không có"),
        ("create", "--email", "x", "--name", "x"),
        ("create", "--email", "manager@farm.vn", "--name", "x"),
        ("create", "--email", "o@x.vn", "--name", "x", "--official", "Atlantis"),
        ("disable", "--email", "khong@co.vn"),
    ):
        status, _, said = run(*arguments)
        assert status == 1
        assert said.startswith("lienvung: ")
        assert " / " in said
        assert said.count("\n") == 1


def test_disabling(run):
    w = world()
    assert run("disable", "--email", w.manager.email)[0] == 0
    w.manager.refresh_from_db()
    assert not w.manager.is_active
