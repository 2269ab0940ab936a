"""What the documents say is so."""

import re
from pathlib import Path

import pytest

from rubric import answers, load
from tests.commands import run
from webapp.config import ROOT

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(
    {command.split("[")[0].split("FILE")[0].strip() for command in re.findall(r"\| `\./octant ([^`]+)`", README)}
)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_of_the_readme_exist(command: str) -> None:
    words = [word for word in command.split() if word.islower() and not word.startswith("-")]
    done = run(*words, "--help")
    assert done.returncode == 0, done.stderr


def test_every_command_is_in_the_readme() -> None:
    for command in re.findall(r"^    (\w+) ", run("--help").stdout, re.MULTILINE):
        assert f"./octant {command}" in README, command


def test_the_answers_file_of_the_readme_is_one() -> None:
    example = re.search(r"```toml\n(.+?)```", README, re.DOTALL)
    assert example
    read, _ = answers.parse(example[1], "README.md")
    assert read.region == "Sample Region"


def test_the_map_names_every_module() -> None:
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    modules = [*Path(ROOT / "rubric").glob("*.py"), *Path(ROOT / "webapp").glob("*.py")]
    missing = [m.name for m in modules if not m.name.startswith("__") and m.name not in told]
    assert missing == []


def test_the_changelog_counts_the_questions_of_its_rubric() -> None:
    rubric = load.rubric("2026.1")
    told = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"{len(rubric.questions)} questions in ten themes on {len(rubric.practices)} practices" in told
