"""Whether a report can be believed: what was altered in it is named, and no file of a stranger does harm."""

import datetime as dt
import io
import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from fontTools.ttLib import TTFont
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from sqlalchemy import inspect

from rubric import load
from rubric.answers import Answers, submission_digest
from rubric.answers import read as read_file
from rubric.digests import canonical
from rubric.peers import Peers
from rubric.problems import InputError
from tests.commands import run
from tests.patience import soon
from tests.webapp.report.attaching import Change, altered, attaching, carrying, drawing, locked, packed_bomb
from tests.webapp.report.cases import CASES, reworded
from tests.webapp.report.submitting import submit
from webapp.assessment.rubrics import keep
from webapp.attachments import NAMES, attached
from webapp.database import Database
from webapp.report.edition import Edition
from webapp.report.issue import Issue
from webapp.report.order import Order, Snapshot, make
from webapp.report.verify import Finding, Verification, verify

AT = dt.datetime(2026, 3, 31, 9, 0, tzinfo=dt.UTC)
SAMPLE = Path(__file__).parents[2] / "examples" / "sample-region.toml"
RUBRIC = load.rubric()
SPREAD = (31.5, 42.0, 55.5)
THEMES = [theme.id for theme in RUBRIC.themes]
PEERS = Peers(30, dt.date(2026, 3, 31), SPREAD, dict.fromkeys(THEMES, SPREAD), dict.fromkeys(THEMES, 30))
BRIEF = Edition("en", brief=True)


def snapshot(answers: Answers, number: int | None, at: dt.datetime = AT) -> Snapshot:
    issue = Issue(number, at, submission_digest(answers, number, at)) if number else Issue()
    return Snapshot(canonical(answers.content), issue)


def order(name: str, number: int | None = 3, edition: Edition = BRIEF, **more: Any) -> Order:
    answers = CASES[name]() if name in CASES else read_file(SAMPLE)[0]
    return Order(snapshot(answers, number), canonical(RUBRIC.content), edition, **more)


ORDERS: dict[str, Callable[[], Order]] = {
    "sample": lambda: order("sample", None, Edition("en")),
    "letter": lambda: order("unknown", 1, Edition("en", "letter")),
    "brief": lambda: order("full"),
    "sparse": lambda: order("sparse", edition=Edition("en", "letter", brief=True)),
    "nothing known": lambda: order("unknown"),
    "with an earlier one": lambda: order("full", earlier=snapshot(CASES["sparse"](), 2)),
    "beside others": lambda: order("full", peers=PEERS),
}


@cache
def made(name: str = "brief") -> bytes:
    """The PDF of one of ORDERS, made once for all tests."""
    return make(ORDERS[name]())


def checked(*changes: Change, name: str = "brief") -> Verification:
    """What is found in a report that was changed."""
    return verify(altered(made(name), *changes), "report.pdf")


def kinds(found: Verification) -> set[str]:
    return {finding.kind for finding in found.findings}


@pytest.mark.parametrize("name", ORDERS)
def test_a_report_as_it_was_made_follows(name: str) -> None:
    found = verify(made(name), "report.pdf")
    assert (found.findings, found.way, found.outcome) == ((), "bytes", "follows")
    assert found.pages == len(PdfReader(io.BytesIO(made(name))).pages)
    assert found.values > 300


@pytest.mark.one_database
def test_a_report_that_the_pages_give_out_follows(client: FlaskClient) -> None:
    link = submit(client, CASES["sparse"]())
    answer = client.get(link + "report.pdf")
    found = verify(answer.data, "report.pdf")
    assert (found.findings, found.way, found.issue.number) == ((), "bytes", 1)


def test_what_another_program_saved_follows_and_that_is_told() -> None:
    found = checked()
    assert (found.findings, found.way, found.outcome) == ((), "pages", "not-comparable")


def json_with(change: Callable[[Any], object]) -> Callable[[str], str]:
    """Changes an attachment as its JSON."""

    def changed(text: str) -> str:
        content = json.loads(text)
        change(content)
        return canonical(content)

    return changed


def test_a_value_of_the_result_that_does_not_follow_is_named() -> None:
    found = checked(attaching("result.json", json_with(lambda r: r["themes"][5]["score"].update(value=91.0))))
    (finding,) = found.findings
    assert (finding.kind, finding.where) == ("value", "result.json: themes[skills].score.value")
    assert (finding.printed, finding.expected) == ("91.0", "37.5")


@pytest.mark.parametrize(
    ("change", "path", "shown"),
    [
        (lambda r: r["score"].pop("low"), "score.low", "nothing"),
        (lambda r: r["score"].update(low=True), "score.low", "true"),
        (lambda r: r["score"].update(low=float("nan")), "score.low", "NaN"),
        (lambda r: r["score"].update(low=[[[]]]), "score.low", "a list"),
        (lambda r: r.update(score=None), "score", "null"),
        (lambda r: r.update(more="\u202e\x1b"), "more", '"�\\u001b"'),
        (lambda r: r["exemplars"]["ranking"][0].update(stability=0.5), "exemplars.ranking[DK].stability", "0.5"),
        (lambda r: r["exemplars"]["ranking"].pop(), "exemplars.ranking[", "nothing"),
        (lambda r: r["strengths"].append("x"), "strengths[", '"x"'),
    ],
)
def test_every_kind_of_wrong_value_is_named(change: Callable[[Any], object], path: str, shown: str) -> None:
    def text(before: str) -> str:
        content = json.loads(before)
        change(content)
        return json.dumps(content)

    found = checked(attaching("result.json", text))
    named = {finding.where: finding.printed for finding in found.findings}
    assert any(where.startswith(f"result.json: {path}") for where in named), named
    assert shown in named.values()
    assert found.content == json.loads(json.dumps(found.content))


def test_an_answer_that_was_altered_changes_everything_that_rests_on_it() -> None:
    first = next(q.id for q in RUBRIC.questions_by_theme["skills"])
    found = checked(attaching("answers.json", json_with(lambda a: a["answers"].update({first: 4}))))
    named = {finding.where for finding in found.findings}
    assert {"result.json: answers_digest", "result.json: submission_digest", "report.json: submission.digest"} <= named
    assert "result.json: themes[skills].score.value" in named
    assert "text" in kinds(found)


@pytest.mark.parametrize(
    ("part", "value", "where"),
    [("number", 4, "submission.digest"), ("at", "2026-03-31T09:00:01+00:00", "submission.digest")],
)
def test_another_number_or_time_is_named_by_the_digest(part: str, value: object, where: str) -> None:
    found = checked(attaching("report.json", json_with(lambda r: r["submission"].update({part: value}))))
    assert f"report.json: {where}" in {finding.where for finding in found.findings}


def test_an_earlier_answer_that_was_altered_is_named() -> None:
    earlier = attaching("report.json", json_with(lambda r: r["earlier"].update(answers={})))
    found = checked(earlier, name="with an earlier one")
    assert any("before" in finding.near + finding.printed + finding.expected for finding in found.findings)


def test_what_cannot_follow_from_the_answers_is_said() -> None:
    notes = {note.kind: note.detail for note in verify(made("beside others"), "report.pdf").notes}
    assert notes["peers"] == "30"
    assert notes["origin"].startswith("sha256:")
    assert "earlier" not in notes


def test_that_the_digest_of_the_earlier_one_cannot_be_computed_is_said() -> None:
    notes = {note.kind: note.detail for note in verify(made("with an earlier one"), "report.pdf").notes}
    assert notes["earlier"] == snapshot(CASES["sparse"](), 2).issue.digest


@pytest.mark.parametrize("more", [{"notes": {}}, {"region": "Elsewhere"}])
def test_more_of_the_earlier_answers_than_its_levels_is_named(more: dict[str, object]) -> None:
    found = checked(
        attaching("report.json", json_with(lambda r: r["earlier"].update(more))), name="with an earlier one"
    )
    assert {f"report.json: earlier.{key}" for key in more} <= {finding.where for finding in found.findings}


FIGURE = re.compile(rb"(?<=\[)<[0-9a-f]{4}>-?[\d.]*(?:<>-?[\d.]*)?<[0-9a-f]{4}>(?=-?[\d.]*\] TJ)")
"""Two letters that stand by themselves, such as a score."""
BAR = re.compile(rb"(?<=\n)([\d.]+ [\d.]+ )([\d.]+)( [\d.]+ re\nB)")
"""A bar: where it begins, how wide it is."""


def pages_with(pattern: re.Pattern[bytes]) -> int:
    """The first page, from 0, that draws such a thing."""
    pages = PdfReader(io.BytesIO(made())).pages
    drawn = [page.get_contents() for page in pages]
    return next(n for n, each in enumerate(drawn) if each is not None and pattern.search(each.get_data()))


def _doubled(drawn: bytes) -> bytes:
    """With both letters of a figure the same."""
    return FIGURE.sub(lambda two: two[0][:6] + two[0][:6], drawn, count=1)


def test_a_printed_figure_that_was_altered_is_named_with_page_and_place() -> None:
    page = pages_with(FIGURE)
    found = checked(drawing(page, _doubled))
    (finding,) = found.findings
    assert (finding.kind, finding.pages) == ("text", (page + 1,))
    assert finding.printed != finding.expected and len(finding.printed) == len(finding.expected)
    assert finding.near


def test_a_bar_that_was_altered_is_named_with_the_row_that_it_is_in() -> None:
    page = pages_with(BAR)
    found = checked(drawing(page, lambda drawn: BAR.sub(rb"\g<1>99.5\g<3>", drawn, count=1)))
    (finding,) = found.findings
    assert (finding.kind, finding.pages) == ("shapes", (page + 1,))
    assert finding.near


def _more_text(drawn: bytes) -> bytes:
    return drawn + b"\nq 1 0 0 rg 0 0 300 300 re f Q"


def _moved(drawn: bytes) -> bytes:
    return re.sub(rb"1 0 0 -1 ([\d.]+) ([\d.]+) Tm", rb"1 0 0 -1 \1 33.5 Tm", drawn, count=1)


def _note(writer: PdfWriter) -> None:
    writer.add_annotation(1, FreeText(text="99", rect=(50, 550, 200, 650)))


def _turned(writer: PdfWriter) -> None:
    writer.pages[1].rotate(90)


def _swapped_letters(writer: PdfWriter) -> None:
    """Makes a letter look like another one in every font, while the text stays the same."""
    files = [o for o in map(_object, writer._objects) if isinstance(o, dict) and "/FontFile2" in o]
    for about in files:
        stream: Any = _object(about["/FontFile2"])
        font = TTFont(io.BytesIO(stream.get_data()))
        glyphs = font["glyf"].glyphs
        full = [name for name in font.getGlyphOrder() if font["glyf"][name].numberOfContours > 0]
        glyphs[full[0]], glyphs[full[1]] = glyphs[full[1]], glyphs[full[0]]
        file = io.BytesIO()
        font.save(file)
        stream.set_data(file.getvalue())


def _object(part: Any) -> Any:
    return part.get_object() if part is not None else None


def _spoken(writer: PdfWriter) -> None:
    told = [o for o in map(_object, writer._objects) if isinstance(o, DictionaryObject) and "/Alt" in o]
    told[-1][NameObject("/Alt")] = TextStringObject("Scores by theme: 99.")


ALTERED: dict[str, tuple[Change, set[str]]] = {
    "something over it": (drawing(1, _more_text), {"shapes"}),
    "text moved": (drawing(1, _moved), {"letters", "text"}),
    "a note": (_note, {"annotations"}),
    "a page turned": (_turned, {"paper"}),
    "letters swapped": (_swapped_letters, {"fonts", "parts"}),
    "what is read out": (_spoken, {"unseen"}),
    "a page removed": (lambda writer: writer.remove_page(1), {"absent", "unseen"}),
    "a page added": (lambda writer: writer.insert_blank_page(index=1), {"added", "unseen"}),
    "a page that is endless": (drawing(1, lambda drawn: drawn + b"q Q\n" * 100_000), {"overfull"}),
}


@pytest.mark.parametrize("what", ALTERED)
def test_whatever_is_altered_in_print_is_found(what: str) -> None:
    change, expected = ALTERED[what]
    found = checked(change)
    assert kinds(found) and kinds(found) <= expected
    assert found.outcome == "does-not-follow"


def _describe(writer: PdfWriter) -> None:
    writer.add_metadata({"/Title": "Another title"})


def _script(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/OpenAction")] = TextStringObject("app.alert(1)")


@pytest.mark.parametrize(
    ("change", "kind", "detail"),
    [
        (_describe, "information", "Title"),
        (_script, "abilities", "OpenAction"),
        (lambda writer: writer.add_attachment("more.txt", b""), "attached", "'more.txt'"),
    ],
)
def test_what_is_unusual_though_no_figure_depends_on_it_is_told(change: Change, kind: str, detail: str) -> None:
    found = checked(change)
    assert (found.findings, found.outcome) == ((), "not-comparable")
    assert detail in {note.kind: note.detail for note in found.notes}[kind]


def test_what_was_added_to_the_file_later_is_told() -> None:
    writer = PdfWriter(io.BytesIO(made()), incremental=True)
    writer.add_metadata({"/Title": "Another title"})
    file = io.BytesIO()
    writer.write(file)
    found = verify(file.getvalue(), "report.pdf")
    assert {"updated", "information"} <= {note.kind for note in found.notes}


OTHER_TEMPLATE = attaching("report.json", json_with(lambda r: r.update(template="sha256:" + "0" * 64)))


@pytest.mark.parametrize("changes", [(), (drawing(0, lambda drawn: drawn + b"\nq Q"),), (_note, _turned)])
def test_of_another_template_the_pages_are_neither_right_nor_wrong(changes: tuple[Change, ...]) -> None:
    found = checked(OTHER_TEMPLATE, *changes)
    assert (found.findings, found.way, found.pages, found.outcome) == ((), None, 0, "not-comparable")
    assert {note.kind: note.detail for note in found.notes}["other-template"] == "sha256:" + "0" * 64
    assert found.values > 300


def test_a_forged_figure_passes_under_no_template() -> None:
    forged = drawing(pages_with(FIGURE), _doubled)
    assert checked(forged).outcome == "does-not-follow"
    assert checked(forged, OTHER_TEMPLATE).outcome == "not-comparable"


def test_an_attachment_that_differs_does_not_follow_whatever_the_template() -> None:
    found = checked(OTHER_TEMPLATE, attaching("result.json", json_with(lambda r: r["score"].update(value=99.0))))
    assert {finding.where for finding in found.findings} == {"result.json: score.value"}
    assert (found.way, found.outcome) == (None, "does-not-follow")


def problems(data: bytes) -> list[str]:
    with pytest.raises(InputError) as caught:
        verify(data, "report.pdf")
    return [str(problem) for problem in caught.value.problems]


OTHER_RUBRIC = reworded(RUBRIC, lambda question: {"name": f"{question.name}?"})


@cache
def resting_on_it() -> bytes:
    """A report on OTHER_RUBRIC, which does not come with the program."""
    return make(replace(ORDERS["nothing known"](), rubric=canonical(OTHER_RUBRIC.content)))


def test_a_rubric_that_is_not_here_cannot_be_verified() -> None:
    (problem,) = problems(resting_on_it())
    assert "cannot be verified here" in problem and OTHER_RUBRIC.digest in problem and RUBRIC.digest in problem
    assert verify(resting_on_it(), "report.pdf", {OTHER_RUBRIC.digest: OTHER_RUBRIC}.get).outcome == "follows"


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("report.json", lambda r: r.update(language="../x"), "report.json: language"),
        ("report.json", lambda r: r.update(language="xx"), "report.json: language"),
        ("report.json", lambda r: r.update(paper="a0"), "report.json: paper"),
        ("report.json", lambda r: r.update(format="octant-report/9"), "report.json: format"),
        ("report.json", lambda r: r["submission"].update(at="0001-01-01T00:00:00+14:00"), "submission.at"),
        ("report.json", lambda r: r["submission"].update(number=-1), "submission.number"),
        ("report.json", lambda r: r.update(earlier={"answers": {"gone": 1}}), "earlier"),
        ("report.json", lambda r: r.update(peers={**PEERS.content, "overall": [1e308, 1, 1]}), "peers.overall"),
        ("answers.json", lambda a: a["answers"].update(gone=1), "answers.gone: unknown question"),
        ("result.json", lambda r: r.update(rubric=[]), "cannot be verified here"),
    ],
)
def test_attachments_of_another_form_are_told(name: str, change: Callable[[Any], object], message: str) -> None:
    told = problems(altered(made(), attaching(name, json_with(change))))
    assert any(message in problem for problem in told), told
    assert all(problem.startswith(f"report.pdf: {name}: ") for problem in told)


NO_REPORT = {
    "nothing": b"",
    "text": b"Dear all,",
    "an empty pdf": carrying(),
    "attachments that are no json": carrying(*((name, b"x") for name in NAMES)),
    "attachments that are lists": carrying(*((name, b"[]") for name in NAMES)),
    "deep attachments": carrying(*((name, b'{"rubric":' + b"[" * 100_000) for name in NAMES)),
    "a bomb": packed_bomb(),
    "endless": b"%PDF-" + bytes(10_000_001),
}


@pytest.mark.parametrize("kind", NO_REPORT)
def test_what_is_no_report_is_told_at_once(kind: str) -> None:
    with soon():
        told = problems(NO_REPORT[kind])
    assert all("; expected " in problem for problem in told)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_report_that_was_cut_off_is_told(share: float) -> None:
    problems(made()[: int(share * len(made()))])


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_report_with_a_password_is_told(algorithm: str) -> None:
    assert "password" in problems(locked(made(), algorithm))[0]


Spans = list[tuple[int, bytes]]
SPANS: st.SearchStrategy[Spans] = st.lists(
    st.tuples(st.integers(0, 60_000), st.binary(max_size=6)), min_size=1, max_size=5
)
FUZZED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "derandomize": True}


def overwritten(data: bytes, spans: Spans) -> bytes:
    for place, new in spans:
        start = place % len(data)
        data = data[:start] + new + data[start + len(new) :]
    return data


def survives(data: bytes, look: Callable[[bytes, str], object]) -> None:
    with soon(20):
        try:
            look(data, "report.pdf")
        except InputError as error:
            assert error.problems


@settings(max_examples=60, **FUZZED)  # type: ignore[arg-type]  # settings of different types
@given(SPANS)
def test_no_bytes_break_the_reading_of_attachments(spans: Spans) -> None:
    survives(overwritten(made(), spans), attached)


@settings(max_examples=4, **FUZZED)  # type: ignore[arg-type]  # as above
@given(SPANS)
def test_no_bytes_break_the_verification(spans: Spans) -> None:
    survives(overwritten(made(), spans), verify)


@pytest.mark.long
@settings(max_examples=400, **FUZZED)  # type: ignore[arg-type]  # as above
@given(SPANS)
def test_no_bytes_break_the_verification_at_length(spans: Spans) -> None:
    survives(overwritten(made(), spans), verify)


def test_the_command_says_that_all_follows(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(made())
    done = run("verify", tmp_path / "report.pdf")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Everything printed and attached follows" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 90


def test_the_command_does_not_pass_what_names_another_template(tmp_path: Path) -> None:
    forged = altered(made(), OTHER_TEMPLATE, drawing(pages_with(FIGURE), _doubled))
    (tmp_path / "report.pdf").write_bytes(forged)
    done = run("verify", tmp_path / "report.pdf")
    assert (done.returncode, done.stderr) == (1, "")
    said = " ".join(done.stdout.split())
    assert "The pages could not be compared: another version of Octant made this report (template sha256:000" in said
    assert "follows" not in said
    told = run("verify", tmp_path / "report.pdf", "--json")
    assert (told.returncode, json.loads(told.stdout)["outcome"]) == (1, "not-comparable")


def test_the_command_knows_rubrics_that_only_the_database_keeps(tmp_path: Path, database_url: str) -> None:
    (tmp_path / "report.pdf").write_bytes(resting_on_it())
    unknown = run("verify", tmp_path / "report.pdf", OCTANT_DATABASE_URL=database_url)
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "cannot be verified here" in unknown.stderr
    with closing(Database(database_url)) as database, database.writing() as session:
        keep(session, OTHER_RUBRIC)
    done = run("verify", tmp_path / "report.pdf", OCTANT_DATABASE_URL=database_url)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command_makes_no_database(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(resting_on_it())
    done = run("verify", tmp_path / "report.pdf", OCTANT_DATA=str(tmp_path / "data"), OCTANT_DATABASE_URL="")
    assert done.returncode == 2 and "cannot be verified here" in done.stderr
    assert not (tmp_path / "data").exists()


def test_the_command_makes_no_tables(tmp_path: Path, empty_database_url: str) -> None:
    (tmp_path / "report.pdf").write_bytes(resting_on_it())
    done = run("verify", tmp_path / "report.pdf", OCTANT_DATABASE_URL=empty_database_url)
    assert done.returncode == 2 and "cannot be verified here" in done.stderr
    with closing(Database(empty_database_url)) as database, database.reading() as session:
        assert inspect(session.connection()).get_table_names() == []


def test_the_command_tells_of_a_database_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(resting_on_it())
    (tmp_path / "octant.sqlite").write_bytes(b"This is no database. " * 50)
    done = run("verify", tmp_path / "report.pdf", OCTANT_DATABASE_URL=f"sqlite:///{tmp_path / 'octant.sqlite'}")
    assert done.returncode == 2 and "OCTANT_DATABASE_URL: " in done.stderr


def test_the_command_names_what_does_not_follow(tmp_path: Path) -> None:
    wrong = json_with(lambda r: r["themes"][5]["score"].update(value=91.0))
    (tmp_path / "report.pdf").write_bytes(altered(made(), attaching("result.json", wrong), _note, _turned))
    done = run("verify", tmp_path / "report.pdf")
    assert (done.returncode, done.stderr) == (1, "")
    assert "result.json: themes[skills].score.value: attached 91.0, computed 37.5" in done.stdout
    told = json.loads(run("verify", tmp_path / "report.pdf", "--json").stdout)
    assert told["outcome"] == "does-not-follow"
    assert Finding(**{**told["findings"][0], "pages": ()}).where == "result.json: themes[skills].score.value"


@pytest.mark.parametrize("file", ["there-is-none.pdf", "."])
def test_the_command_says_what_it_expected(tmp_path: Path, file: str) -> None:
    done = run("verify", tmp_path / file)
    assert (done.returncode, done.stdout) == (2, "")
    assert "expected" in done.stderr
