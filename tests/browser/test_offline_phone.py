"""What the phone itself does for work without network: the camera, the worker and its releases, sending in the
background, being installed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright, expect
from tests.browser.conftest import CHROMIUM, FLAGS, PHONE
from tests.browser.offline_field import KEPT, READY, WAIT_MS, Field, enter, keep, settle, until

CODE = "https://id.gs1.org/01/08930000040022/10/NHC-0510"
SIZE = (640, 480)
# Chromium on Linux has no BarcodeDetector (Android, ChromeOS and macOS have). What reads the picture is put in its
# place: it takes the picture that the page hands over from the camera, and lets zxing read it. All else is real.
DETECTOR = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code", "ean_13"]; }
  async detect(video) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d").drawImage(video, 0, 0);
    const picture = await new Promise((done) => canvas.toBlob(done));
    const found = await window.readCodes([...new Uint8Array(await picture.arrayBuffer())]);
    return found.map((rawValue) => ({ rawValue }));
  }
};
const opened = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => (window.stream = await opened(wanted));
"""


def film(path: Path, text: str) -> Path:
    """A video of one picture, with a QR code in the middle."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=8, border=4)
    code = Image.open(out).convert("L")
    picture = Image.new("L", SIZE, 255)
    picture.paste(code, ((SIZE[0] - code.width) // 2, (SIZE[1] - code.height) // 2))
    grey = bytes([128]) * (SIZE[0] * SIZE[1] // 2)
    with path.open("wb") as video:
        video.write(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F10:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(2):
            video.write(b"FRAME\n" + picture.tobytes() + grey)
    return path


@pytest.fixture
def camera_phone(playwright: Playwright, field: Field, tmp_path: Path) -> Iterator[BrowserContext]:
    """A phone whose camera looks at a code."""
    fake = [
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film(tmp_path / 'code.y4m', CODE)}",
    ]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *fake])
    context = browser.new_context(viewport=PHONE, locale="vi-VN")
    context.set_default_timeout(WAIT_MS)
    yield context
    browser.close()


def read_codes(picture: list[int]) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(bytes(picture))))]


def test_the_camera_reads_a_code_into_the_field_and_is_let_go(camera_phone: BrowserContext, field: Field) -> None:
    camera_phone.grant_permissions(["camera"], origin=field.wire.origin)
    camera_phone.add_init_script(DETECTOR)
    camera_phone.expose_function("readCodes", read_codes)
    page = camera_phone.new_page()
    enter(page, field)
    page.get_by_role("button", name="Quét mã bằng camera").click()
    expect(page.locator("#lot")).to_have_value(CODE, timeout=WAIT_MS)
    expect(page.locator("dialog")).to_have_count(0)
    assert page.evaluate("stream.getTracks().map((track) => track.readyState)") == ["ended"]
    expect(page.locator("#lot")).to_be_focused()


def test_a_camera_that_is_refused_says_so_and_typing_works(camera_phone: BrowserContext, field: Field) -> None:
    camera_phone.add_init_script(DETECTOR)
    page = camera_phone.new_page()
    enter(page, field)
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException()); }")
    page.get_by_role("button", name="Quét mã bằng camera").click()
    expect(page.locator("dialog")).to_contain_text("Không mở được camera")
    page.get_by_role("button", name="Đóng").click()
    page.fill("#lot", CODE)
    page.fill("#what", "gặt")
    page.click("main form[data-task] button[type=submit]")
    page.wait_for_url("**/field/outbox")
    assert field.done("lot") == [CODE]


def test_no_camera_button_where_the_browser_reads_no_codes(phone: BrowserContext, field: Field) -> None:
    phone.add_init_script("delete window.BarcodeDetector")
    page = phone.new_page()
    enter(page, field)
    assert page.get_by_role("button", name="Quét mã bằng camera").count() == 0


def worker_registration(session: CDPSession, page: Page, scope: str) -> str:
    found: dict[str, str] = {}

    def told(event: dict[str, list[dict[str, str]]]) -> None:
        found.update({each["scopeURL"]: each["registrationId"] for each in event["registrations"]})

    session.on("ServiceWorker.workerRegistrationUpdated", told)
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(100)
    until(lambda: bool(page.wait_for_timeout(50)) or any(url.endswith(scope) for url in found), "no worker is known")
    return next(id for url, id in found.items() if url.endswith(scope))


def test_what_waits_is_sent_in_the_background_when_no_page_is_open(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    enter(page, field)
    settle(page)
    session = phone.new_cdp_session(page)
    id = worker_registration(session, page, "/field/")
    field.wire.set("cut")
    keep(page, field, "gặt")
    page.goto("about:blank")
    field.wire.set("open")
    assert field.done() == []
    told = {"origin": field.wire.origin, "registrationId": id, "tag": "work", "lastChance": True}
    session.send("ServiceWorker.dispatchSyncEvent", told)
    until(lambda: field.done() == ["gặt"], "the worker did not send")


def test_it_can_be_installed(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    enter(page, field)
    settle(page)
    session = phone.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    assert manifest["url"].endswith("/field/manifest.webmanifest")
    assert manifest["errors"] == []
    faults = {each["errorId"] for each in session.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert faults <= {"in-incognito"}, "a test's browser keeps nothing, else it could be installed"


def test_a_new_release_takes_the_place_of_the_old(phone: BrowserContext, field: Field) -> None:
    page = phone.new_page()
    enter(page, field)
    settle(page)
    releases = "caches.keys().then((names) => names.filter((name) => name.startsWith('work-code-')))"
    before = page.evaluate(releases)
    (field.home / "newer").touch()
    try:
        field.stop()
        field.start()
        page.goto(field("/field/trial"))
        until(
            lambda: page.evaluate(releases) not in (before, []) and len(page.evaluate(releases)) == 1, "the old stays"
        )
        page.goto(field("/field/trial"))
        page.wait_for_selector(f"{READY}[data-release=newer]")
        field.wire.set("cut")
        keep(page, field, "gặt")  # also a page kept from the older release runs with the newer code
        assert page.evaluate("document.documentElement.dataset.release") == "newer"
        assert "/field/trial" in page.evaluate(KEPT)
    finally:
        (field.home / "newer").unlink()  # the server stays as it is: any release does for the other tests
