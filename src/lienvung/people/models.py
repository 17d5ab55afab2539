"""Organisations, the accounts of their people, what each may do, and the keys of their software.

An official is a member of an organisation of the kind `authority`; the authority's unit says of
which province.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac

from lienvung.territory.models import AdminUnit


def new_stamp() -> str:
    return get_random_string(16)


class Organisation(models.Model):
    """Whoever grows, makes, carries, sells, tests or oversees. `owner_party` is the party keeping the record."""

    class Kind(models.TextChoices):
        AUTHORITY = "authority"
        COOPERATIVE = "cooperative"
        FARM = "farm"
        PROCESSOR = "processor"
        CARRIER = "carrier"
        DISTRIBUTOR = "distributor"
        RETAILER = "retailer"
        LABORATORY = "laboratory"
        OTHER = "other"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner_party = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    gln = models.CharField(max_length=13, null=True, blank=True, unique=True)
    company_prefix = models.CharField(max_length=12, blank=True)
    unit = models.ForeignKey(AdminUnit, null=True, blank=True, on_delete=models.PROTECT, related_name="organisations")
    address = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    illustrative = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    search_text = models.CharField(max_length=600, blank=True)
    registered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by e-mail whatever the case; writing is `people.actions`' business."""

    def get_by_natural_key(self, email: str | None) -> Account:
        return self.get(email__iexact=email)


class Account(AbstractBaseUser):
    """A person who signs in. Changing `session_stamp` ends all of the account's sessions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=150)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    session_stamp = models.CharField(max_length=16, default=new_stamp, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        ordering = ["full_name"]
        constraints = [models.UniqueConstraint(Lower("email"), name="people_account_email_any_case")]

    def __str__(self) -> str:
        return self.full_name or self.email

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        key_salt = "lienvung.people.models.Account.get_session_auth_hash"
        return salted_hmac(key_salt, self.password + self.session_stamp, secret=secret, algorithm="sha256").hexdigest()


class Membership(models.Model):
    """What an account is in an organisation."""

    class Role(models.TextChoices):
        MEMBER = "member"
        MANAGER = "manager"
        INSPECTOR = "inspector"
        FOCAL_OFFICER = "focal_officer"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.MEMBER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "organisation"], name="people_membership_pair")]

    def __str__(self) -> str:
        return f"{self.account} · {self.organisation} · {self.role}"


class ApiToken(models.Model):
    """A key with which an organisation's software captures; only its SHA-256 is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.CharField(max_length=100, default="capture query")
    created = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    last_used_on = models.DateField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.name


class SignInFailure(models.Model):
    """A failed sign-in, for the rate limit; keys are keyed hashes, so no address is stored."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="people_signinfailure_key")]

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S}"
