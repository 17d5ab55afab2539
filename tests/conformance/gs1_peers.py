"""Other readers of GS1 data to be compared with, each used only where it is installed.

- `engine`: GS1's own Barcode Syntax Engine as a shared library, `libgs1encoders.so`, named by LIENVUNG_GS1_ENGINE or
  built by the package `py-gs1-barcode-engine` (whose installation fetches sources and cannot be done offline).
- `bwipp`: Barcode Writer in Pure PostScript, which the author of that engine keeps in step with it, out of the
  package `treepoem`, run by Ghostscript.

A verdict is the tuple of (AI, value) that the reader extracts, or None where it refuses.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.gs1_cases import Case

Verdict = tuple[tuple[str, str], ...] | None


# --- GS1's engine ---


def engine_library() -> Path | None:
    named = os.environ.get("LIENVUNG_GS1_ENGINE")
    if named:
        return Path(named)
    package = importlib.util.find_spec("py_gs1_barcode_engine")
    if package is None or package.origin is None:
        return None
    built = Path(package.origin).parent / "build_artifacts" / "libgs1encoders.so"
    return built if built.exists() else None


class Engine:
    """The C library by its public functions."""

    def __init__(self, library: Path) -> None:
        self.library = ctypes.CDLL(str(library))
        for name, result in (("init", ctypes.c_void_p), ("getAIdataStr", ctypes.c_char_p)):
            getattr(self.library, f"gs1_encoder_{name}").restype = result
        for name in ("setDataStr", "setAIdataStr"):
            function = getattr(self.library, f"gs1_encoder_{name}")
            function.restype, function.argtypes = ctypes.c_bool, [ctypes.c_void_p, ctypes.c_char_p]
        self.library.gs1_encoder_init.argtypes = [ctypes.c_void_p]
        self.library.gs1_encoder_getAIdataStr.argtypes = [ctypes.c_void_p]
        self.context = self.library.gs1_encoder_init(None)

    def verdict(self, case: Case) -> str | None:
        """The AI data in brackets, None where refused."""
        take = (
            self.library.gs1_encoder_setAIdataStr if case.kind == "bracketed" else self.library.gs1_encoder_setDataStr
        )
        # the library writes into what it is given, so it gets a copy of its own
        if not take(self.context, ctypes.create_string_buffer(case.text.encode())):
            return None
        given = self.library.gs1_encoder_getAIdataStr(self.context)
        return given.decode() if given else None


# --- BWIPP ---

_DRIVER = """%!PS
/judge {{  % string kind judge -
    exch /text exch def /kind exch def
    30 dict begin /parse false def /dontlint false def /lintreqs true def
    {{ text kind /gs1process /uk.co.terryburton.bwipp findresource exec }} stopped
    {{ (!) print $error /errorname get 100 string cvs = clear }}
    {{
        pop /vals exch def /ais exch def
        0 1 ais length 1 sub {{ dup ais exch get print (\\t) print vals exch get print (\\t) print }} for
        (\\n) print
    }} ifelse
    clear cleardictstack flush
}} bind def
"""


def bwipp_resource() -> Path | None:
    package = importlib.util.find_spec("treepoem")
    if shutil.which("gs") is None or package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "postscriptbarcode" / "barcode.ps"


def bwipp(cases: Sequence[Case], resource: Path) -> list[Verdict | str]:
    """BWIPP's verdicts; a refusal is the name of its error. Knows links and bracketed strings only."""
    lines = [_DRIVER.format()]
    for case in cases:
        kind = "/dl" if case.kind == "link" else "/ai"
        lines.append(f"<{case.text.encode('utf-8').hex()}> {kind} judge\n")
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "judge.ps"
        program.write_text("".join(lines), encoding="ascii")
        command = ["gs", "-q", "-dNODISPLAY", "-dBATCH", "-dNOSAFER", str(resource), str(program)]
        done = subprocess.run(command, capture_output=True, check=True, timeout=3000)
    verdicts: list[Verdict | str] = []
    for line in done.stdout.decode("latin-1").splitlines():
        if line.startswith("!"):
            verdicts.append(line[1:])
        else:
            parts = line.split("\t")[:-1]
            verdicts.append(tuple(zip(parts[::2], parts[1::2])))
    return verdicts
