"""What several journeys do: sign in, make a code of the second factor, read a QR code from the screen."""

from __future__ import annotations

import time
from io import BytesIO

import zxingcpp
from django_otp.oath import TOTP
from PIL import Image
from playwright.sync_api import Locator, Page


def sign_in(page: Page, origin: str, email: str, password: str) -> None:
    page.goto(origin + "/people/sign-in")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    # closing a page while a navigation is committed may never end (microsoft/playwright#42366): wait for the page
    with page.expect_navigation(wait_until="load"):
        page.click("main button[type=submit]")


def one_time_code(key: str) -> str:
    """The six digits that an authenticator app would show now (RFC 6238)."""
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time()
    return f"{totp.token():06d}"


def codes_on_screen(place: Page | Locator) -> list[str]:
    """The texts of all QR codes that can be seen."""
    picture = Image.open(BytesIO(place.screenshot()))
    return [found.text for found in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]
