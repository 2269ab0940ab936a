"""What the PDF of a report costs: `python -m tests.bench.report`, with `--memory` also what 200 of them leave behind.

Beside each other in the same run: our render, two plain layouts of the same HTML, and Chromium printing it.
Aim: at most half of the processor time of the plain layout, which has automatic tables and target counters. Its long
words are broken wherever they would widen a column, as ours are; the second plain layout lets them run over the edge.
"""

import base64
import hashlib
import os
import re
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pydyf
import weasyprint
from playwright.sync_api import sync_playwright

from tests import chromium
from tests.webapp.report.cases import full, report_on
from webapp.report import pdf
from webapp.report.edition import Edition

ROUNDS = 5
RENDERS = (1, 50, 100, 200)
EDITION = Edition("en")
PLAIN = """
table { table-layout: auto !important }
.entry-page::before { content: target-counter(attr(data-to), page) !important }
@page { @bottom-right { content: counter(page) " / " counter(pages) } }
"""
BROKEN = "p, li, dd, td, th, h1, h2, h3, h4, code { overflow-wrap: anywhere !important }"
PHASES = (
    ("parsing", weasyprint.HTML, "__init__"),
    ("styles", weasyprint.document, "get_all_computed_styles"),
    ("boxes", weasyprint.document, "build_formatting_structure"),
    ("layout", weasyprint.document, "layout_document"),
    ("drawing", weasyprint.document, "generate_pdf"),
    ("finishing", pdf, "_finish"),
    ("writing", pydyf.PDF, "write"),
)
"""What happens in WeasyPrint, in this order: where each part of it begins."""


def ours() -> bytes:
    """The PDF as the product makes it, its data attached."""
    return pdf.pdf(REPORT, EDITION)


def plainly(styles: str) -> Callable[[], object]:
    """Makes the ready HTML into a PDF of the same kind with more `styles`, nothing attached or finished."""
    html = pdf.page(REPORT, EDITION).replace("</head>", f"<style>{styles}</style></head>")
    return lambda: weasyprint.HTML(string=html, url_fetcher=pdf.fetcher()).write_pdf(pdf_variant="pdf/a-3a")


def processor_time(work: Callable[[], object]) -> float:
    """Seconds on one core."""
    start = time.process_time()
    work()
    return time.process_time() - start


def side_by_side(*works: Callable[[], object]) -> list[float]:
    """Median seconds of processor time of each, warm, taken in turn."""
    for work in works:
        work()
    rounds = [[processor_time(work) for work in works] for _ in range(ROUNDS)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def phases() -> dict[str, float]:
    """Median seconds of processor time of each part of our render, and of what comes before it."""
    taken: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        taken["context"].append(processor_time(lambda: report_on(full())))
        taken["template"].append(processor_time(lambda: pdf.page(REPORT, EDITION)))
        with ExitStack() as stack:
            for name, owner, function in PHASES:
                stack.enter_context(patch.object(owner, function, _timed(getattr(owner, function), taken[name])))
            ours()
    return {name: statistics.median(times) for name, times in taken.items()}


def _timed(function: Callable[..., Any], taken: list[float]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        start = time.process_time()
        result = function(*args, **kwargs)
        if hasattr(result, "__next__"):
            result = list(result)
        taken.append(time.process_time() - start)
        return result

    return call


def chromium_print(html: str) -> tuple[float, float]:
    """Seconds by the clock and of processor time for a Chromium that starts, prints and ends."""
    clock, before = time.perf_counter(), _others()
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        page = browser.new_page()
        page.set_content(html)
        page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
        browser.close()
    return time.perf_counter() - clock, _others() - before


def _others() -> float:
    """Processor seconds of the processes that this one has started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def self_contained(html: str) -> str:
    """`html` with its stylesheet, fonts and pictures inside."""
    sheet = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
    html = sheet.sub(lambda found: f"<style>{_fetched(found[1]).decode()}</style>", html)
    return re.sub(rf'url\("({pdf.SCHEME}:[^"]+)"\)', lambda found: f'url("{_as_data(found[1])}")', html)


def _as_data(address: str) -> str:
    kind = "image/svg+xml" if address.endswith(".svg") else "font/ttf"
    return f"data:{kind};base64,{base64.b64encode(_fetched(address)).decode()}"


def _fetched(address: str) -> bytes:
    content: bytes = pdf.fetcher().fetch(address).read()
    return content


def digest() -> str:
    """SHA-256 of our PDF."""
    return hashlib.sha256(ours()).hexdigest()


def digests() -> Iterable[str]:
    """The same from two other processes, and from this one, which has made many."""
    for _ in range(2):
        with get_context("spawn").Pool(1) as other:
            yield other.apply(digest)
    yield digest()


def memory() -> Iterable[tuple[int, int]]:
    """MB that a process holds after so many renders; Linux only."""
    for number in range(1, RENDERS[-1] + 1):
        ours()
        if number in RENDERS:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            yield number, pages * resource.getpagesize() >> 20


def _print_memory() -> None:
    for number, megabytes in memory():
        print(f"after {number:3d} renders  {megabytes} MB")


def main() -> None:
    """Prints seconds of processor time of each, the ratios, the parts of our render, and whether its bytes are one."""
    if "--memory" in sys.argv:
        _print_memory()
    our_time, plain, overflowing = side_by_side(ours, plainly(PLAIN + BROKEN), plainly(PLAIN))
    clock, seconds = chromium_print(self_contained(pdf.page(REPORT, EDITION)))
    print(f"processor time, medians of {ROUNDS}, warm, taken in turn; Chromium once, cold")
    print(f"our render                        {our_time:5.2f} s")
    print(f"plain layout                      {plain:5.2f} s  ours is {our_time / plain:.2f} of it   aim: at most 0.50")
    print(f"plain layout, long words run over {overflowing:5.2f} s  ours is {our_time / overflowing:.2f} of it")
    print(f"Chromium printing the same HTML   {seconds:5.2f} s  {clock:.2f} s by the clock")
    print("parts of our render: " + ", ".join(f"{name} {1000 * taken:.0f} ms" for name, taken in phases().items()))
    seen = list(digests())
    print(f"SHA-256 {seen[0]}: " + ("the same from three processes" if len(set(seen)) == 1 else f"NOT ALWAYS: {seen}"))


REPORT = report_on(full())

if __name__ == "__main__":
    main()
