"""Build the demo story once and serve it; everything in it is marked as illustrative.

Six months of fifteen products from Ninh Bình to Hà Nội, about 22,800 EPCIS events,
in an SQLite database of its own (var/demo, or LIENVUNG_HOME). The second start uses
what is there; an interrupted build is thrown away and made anew.

Dựng câu chuyện mẫu (dữ liệu minh hoạ) rồi mở máy chủ; lần sau dùng lại dữ liệu đã có.
"""

from __future__ import annotations

import argparse
import fcntl
import importlib
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from django.core.management import call_command
from django.urls import reverse

from lienvung.commands import serve
from lienvung.demo import marker
from lienvung.demo.progress import Progress
from lienvung.errors import Conflict

HOME = Path(__file__).resolve().parents[3] / "var" / "demo"
DATABASE = "lienvung.sqlite3"
FIRST_PORT, TRIES = 8000, 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, help=f"port to listen on (default: {FIRST_PORT}, or the next free one)")
    parser.add_argument("--no-serve", action="store_true", help="build the demo and stop")
    parser.add_argument("--fresh", action="store_true", help="throw an older demo away and build it anew")


def run(args: argparse.Namespace) -> int:
    port = args.port or FIRST_PORT
    if not args.no_serve:
        port = free_port(args.host, args.port)
    home = _set_up(args.host, port)
    with _alone(home):
        built = prepare(home, fresh=args.fresh)
    _print_story(built)
    if not args.no_serve:
        serve.serve(args.host, port)
    return 0


def free_port(host: str, asked: int | None) -> int:
    """The asked port, or the first free one from 8000 on. Conflict where none is free."""
    candidates = [asked] if asked else range(FIRST_PORT, FIRST_PORT + TRIES)
    for port in candidates:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    named = str(asked) if asked else f"{FIRST_PORT}-{FIRST_PORT + TRIES - 1}"
    raise Conflict(
        "demo.port_taken",
        vi=f"không mở được cổng {named} trên {host}; hãy chọn cổng khác: --port 8100.",
        en=f"port {named} on {host} cannot be opened; choose another: --port 8100.",
    )


def prepare(home: Path, *, fresh: bool = False) -> dict[str, Any]:
    """Build the demo in `home` unless it stands there complete; gives what the marker says. Django is set up."""
    known = marker.read(home)
    if (home / DATABASE).exists() and not known:
        raise Conflict(
            "demo.not_a_demo",
            vi=f"{home} chứa cơ sở dữ liệu không phải bản mẫu; hãy đặt LIENVUNG_HOME sang thư mục khác.",
            en=f"{home} holds a database that is no demo; set LIENVUNG_HOME to another folder.",
        )
    digest = marker.story_digest()
    ready = known.get("state") == "ready" and known.get("story") == digest and (home / DATABASE).exists()
    if ready and not fresh:
        call_command("migrate", interactive=False, verbosity=0)
        return known
    if known and not fresh:
        why = "bị ngắt giữa chừng / interrupted" if known.get("state") != "ready" else "đã cũ / out of date"
        print(f"Bản mẫu trước {why}: dựng lại / building anew.", file=sys.stderr)
    _empty(home)
    marker.write(home, {"state": "building", "story": digest})
    built = _play()
    content = {"state": "ready", "story": digest, **built}
    marker.write(home, content)
    return content


def _play() -> dict[str, Any]:
    # Models can only be imported once Django is set up, and Django only once the environment names the home.
    stage: ModuleType = importlib.import_module("lienvung.demo.play")
    progress = Progress({"tables": 2, **stage.WEIGHTS})
    progress.begin("tables", "tạo cơ sở dữ liệu / creating the database")
    call_command("migrate", interactive=False, verbosity=0)
    played: dict[str, Any] = stage.play(progress).as_json()
    progress.finish("câu chuyện mẫu đã sẵn sàng / the demo story is ready")
    return played


def _set_up(host: str, port: int) -> Path:
    """Point the settings to the demo's own folder and database, then start Django."""
    home = Path(os.environ.setdefault("LIENVUNG_HOME", str(HOME)))
    os.environ["LIENVUNG_DEMO"] = "1"
    if os.environ.pop("DATABASE_URL", ""):
        print("DATABASE_URL: bản mẫu luôn dùng SQLite / the demo always uses SQLite.", file=sys.stderr)
    serve.set_up(host, port)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Two starts at once: the second waits until the first has built the demo."""
    with (home / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _empty(home: Path) -> None:
    """Take away what an older or interrupted build left; nothing else in the folder is touched."""
    for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal"):
        (home / name).unlink(missing_ok=True)
    shutil.rmtree(home / "media", ignore_errors=True)


def _print_story(built: dict[str, Any]) -> None:
    origin = os.environ["LIENVUNG_ORIGIN"].rstrip("/")
    marks = {name: uri.removeprefix("https://id.gs1.org") for name, uri in built["marks"].items()}
    lines = [
        "",
        f"Lienvung, câu chuyện mẫu (dữ liệu minh hoạ) / demo story (illustrative): {built['events']:,} events",
        f"  trang chủ / home                     {origin}/",
        f"  quét gói gạo / scan a pack of rice   {origin}{marks['rice_pack_1']}",
        f"  gói bị thu hồi / a recalled pack     {origin}{marks['rice_pack_2']}",
        f"  chai rượu nếp / a bottle of wine     {origin}{marks['wine_bottle']}",
        f"  trang lô / lot page                  {origin}/ledger/things{marks['rice_packs_2']}",
        *_rooms(origin, built["rooms"], marks),
        f"  đăng nhập / sign in                  {origin}{reverse('people:sign_in')}",
        *(f"    {account['email']:<32} {account['vi']} / {account['en']}" for account in built["accounts"]),
        f"    mật khẩu chung / password          {built['password']}",
        "  API:",
        f"    curl -H 'Authorization: Bearer {built['token']}' \\",
        f"      '{origin}/epcis/v2/events?perPage=3&MATCH_anyEPCClass={marks_uri(built, 'rice_packs_2')}'",
    ]
    lines += _examples(built["examples"])
    print("\n".join(lines), flush=True)


def _rooms(origin: str, rooms: dict[str, Any], marks: dict[str, str]) -> list[str]:
    """What the rooms of quality hold, with the addresses to look at."""
    shown = [
        ("lô bị tạm giữ / a held lot", marks["glutinous_bulk_3"]),
        (f"{rooms['certificates']} giấy chứng nhận / certificates", reverse("proofs:index")),
        (f"{rooms['establishments']} cơ sở, {rooms['inspections']} lần kiểm tra / visits", reverse("control:desk")),
        (f"{len(rooms['findings'])} phát hiện / findings", reverse("checks:index")),
        ("phản ánh đã trả lời / an answered report", reverse("cases:told", args=[rooms["cases"]["secret"]])),
    ]
    return [f"  {words:<36} {origin}{path}" for words, path in shown]


def marks_uri(built: dict[str, Any], name: str) -> str:
    return str(built["marks"][name])


def _examples(outcomes: list[dict[str, Any]]) -> list[str]:
    """What became of GS1's example documents, one line a refused one."""
    if not outcomes:
        return []
    taken = [outcome for outcome in outcomes if outcome["accepted"]]
    lines = [f"  tài liệu mẫu của GS1 / GS1 examples: {len(taken)}/{len(outcomes)} đã ghi / captured"]
    lines += [
        f"    {outcome['name']}: {outcome['reason_vi']} / {outcome['reason_en']}"
        for outcome in outcomes
        if not outcome["accepted"]
    ]
    return lines
