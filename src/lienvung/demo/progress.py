"""A progress bar on the error stream: drawn over itself on a terminal, one line a stage elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TextIO

WIDTH = 28


class Progress:
    """Stages with weights; `step` moves on inside a stage. Never writes to a closed or missing stream."""

    def __init__(self, weights: dict[str, int], *, stream: TextIO | None = None, quiet: bool = False) -> None:
        self.weights = weights
        self.stream = stream or sys.stderr
        self.quiet = quiet
        self.terminal = not quiet and self.stream.isatty()
        self.started = time.monotonic()
        self.done = 0
        self.stage = ""
        self.words = ""
        self.steps = 1
        self.at = 0
        self._drawn = 0.0

    def begin(self, stage: str, words: str, steps: int = 1) -> None:
        """Start a stage named in the weights; `words` are shown beside the bar."""
        self._finish_stage()
        self.stage, self.words, self.steps, self.at = stage, words, max(steps, 1), 0
        if self.terminal:
            self._draw(force=True)
        elif not self.quiet:
            print(f"[{self.fraction():4.0%}] {words}", file=self.stream, flush=True)

    def step(self, count: int = 1) -> None:
        self.at = min(self.at + count, self.steps)
        if self.terminal:
            self._draw()

    def finish(self, words: str) -> None:
        self._finish_stage()
        self.stage = ""
        seconds = time.monotonic() - self.started
        if self.terminal:
            self.stream.write("\r\x1b[K")
        if not self.quiet:
            print(f"[{self.fraction():4.0%}] {words} ({seconds:.0f} s)", file=self.stream, flush=True)

    def fraction(self) -> float:
        """How much is done, from 0 to 1."""
        inside = self.weights.get(self.stage, 0) * self.at / self.steps
        return (self.done + inside) / sum(self.weights.values())

    def _finish_stage(self) -> None:
        self.done += self.weights.get(self.stage, 0)

    def _draw(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if not force and now - self._drawn < 0.1 and self.at < self.steps:
            return
        self._drawn = now
        full = round(self.fraction() * WIDTH)
        bar = "█" * full + "░" * (WIDTH - full)
        self.stream.write(f"\r\x1b[K{bar} {self.fraction():4.0%}  {self.words}")
        self.stream.flush()
