"""The documents know everything there is to use, and nothing that there is not."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from certain_eloqua.cli import main
from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.settings import VARIABLES, Settings
from docs import generate
from tests.conftest import ROOT

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
TEXT = {page: page.read_text() for page in PAGES}
ALL_TEXT = "\n".join(TEXT.values())
COMMANDS = {" ".join(path): command for path, command in generate.commands(main, ("certain-eloqua",))}
TARGETS = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)

# What configures a deployment: names in capitals, in the code as strings.
VARIABLE = re.compile(r"(?:ELOQUA|CERTAIN|CERTAIN_ELOQUA|SMTP)_[A-Z][A-Z_]*[A-Z]")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


# -- commands and targets ------------------------------------------------------------------------------


@pytest.mark.parametrize("page", generate.pages(), ids=name)
def test_a_page_that_is_read_off_the_code_is_current(page):
    assert page.read_text() == generate.pages()[page], "run `make docs`"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_and_its_options_say_what_they_do(command):
    assert COMMANDS[command].help, command
    for option in generate.options(COMMANDS[command]):
        assert isinstance(option, click.Argument) or getattr(option, "help", None), option.name


def test_no_document_names_a_command_that_does_not_exist():
    words = {tuple(command.split()) for command in COMMANDS}
    written = re.findall(r"`(?:\$ )?(certain-eloqua(?: [a-z][a-z-]*)*)", ALL_TEXT)
    written += re.findall(r"^\s*(?:\$ )?(certain-eloqua(?: [a-z][a-z-]*)+)", ALL_TEXT, re.MULTILINE)
    assert written
    for text in written:
        path = tuple(text.split())
        # Words after the command may be arguments: some beginning must be a command that is not a group.
        known = max((path[:length] for length in range(1, len(path) + 1) if path[:length] in words), key=len)
        group = isinstance(COMMANDS[" ".join(known)], click.Group)
        assert known == path or not group, f"`{text}` is written somewhere, but there is no such command"


@pytest.mark.parametrize("target", TARGETS)
def test_a_make_target_is_documented(target):
    assert f"`make {target}`" in ALL_TEXT


def test_no_document_names_a_make_target_that_does_not_exist():
    written = set(re.findall(r"`make ([a-z-]+)", ALL_TEXT))
    assert written - set(TARGETS) == set()


# -- settings ------------------------------------------------------------------------------------------


def variables_in_code() -> set[str]:
    found = set()
    for file in (ROOT / "certain_eloqua").rglob("*.py"):
        if "sandbox" in file.relative_to(ROOT).parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            value = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and VARIABLE.fullmatch(value):
                found.add(value)
        found -= set(_exported(file))
    return found


def _exported(file: Path) -> Iterator[str]:
    """The names a module offers: a constant named like a variable is none."""
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(one, ast.Name) and one.id == "__all__" for one in node.targets
        ):
            yield from ast.literal_eval(node.value)


def variables_in_example() -> set[str]:
    return set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def variables_in_table() -> set[str]:
    return set(re.findall(r"^\| `([A-Z][A-Z_]+)` \|", TEXT[DOCS / "settings.md"], re.MULTILINE))


def test_every_variable_the_code_reads_is_in_the_table_and_in_the_example():
    code = variables_in_code() | VARIABLES.keys()
    assert code - variables_in_table() == set(), "add it to docs/settings.md"
    assert code - variables_in_example() == set(), "add it to .env.example"


def test_the_example_and_the_table_name_the_same_variables():
    assert variables_in_example() == variables_in_table()


def test_no_variable_is_documented_that_the_code_does_not_read():
    ours = {variable for variable in variables_in_table() if VARIABLE.fullmatch(variable)}
    assert ours - variables_in_code() == set()


def rows_of_settings() -> dict[str, str]:
    return dict(re.findall(r"^\| `([A-Z][A-Z_]+)` \| (.*) \|$", TEXT[DOCS / "settings.md"], re.MULTILINE))


NUMBERS = {
    str(field.alias): field.default
    for field in Settings.model_fields.values()
    if isinstance(field.default, int | float)
}


@pytest.mark.parametrize("variable", NUMBERS)
def test_a_default_in_the_table_and_in_the_example_is_the_one_in_the_code(variable):
    default = f"{NUMBERS[variable]:,g}" if NUMBERS[variable] < 1000 else f"{NUMBERS[variable]:,}"
    assert default in re.findall(r"[\d,]*\d", rows_of_settings()[variable]), default
    example = re.search(rf"^#{variable}=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert example
    assert float(example[1]) == NUMBERS[variable]


# -- kinds ---------------------------------------------------------------------------------------------


def fields(model: type[BaseModel]) -> Iterator[str]:
    for field, info in model.model_fields.items():
        yield info.alias or field
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from fields(info.annotation)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_page_with_all_its_settings(kind):
    page = DOCS / "kinds" / f"{kind}.md"
    assert page.exists(), f"write {name(page)}"
    undocumented = {field for field in fields(KINDS[kind].settings) if f"`{field}`" not in TEXT[page]}
    assert undocumented == set()


# -- pages ---------------------------------------------------------------------------------------------

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ +(.+?) *$", without_code(page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_table_is_in_one_piece(page):
    tables = re.findall(r"(?:^\|.*\n)+", without_code(TEXT[page] + "\n"), re.MULTILINE)
    broken = [table.splitlines()[0] for table in tables if not re.search(r"\A.*\n\|[ :|-]+\|\n", table)]
    assert broken == [], "a blank line splits a table, or its second line is missing"


def links(page: Path) -> Iterator[tuple[Path, str]]:
    for target in LINK.findall(without_code(TEXT[page])):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        yield (page.parent / path).resolve() if path else page, anchor


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    for target, anchor in links(page):
        assert target.exists(), f"{target} does not exist"
        assert not anchor or anchor in anchors(target), f"{target.name} has no heading #{anchor}"


def test_every_page_can_be_reached_from_the_index():
    reached, waiting = set(), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in TEXT and page not in reached:
            reached.add(page)
            waiting += [target for target, _ in links(page)]
    assert [name(page) for page in PAGES if page.is_relative_to(DOCS) and page not in reached] == []


def test_the_readme_leads_to_the_index():
    assert DOCS / "index.md" in {target for target, _ in links(ROOT / "README.md")}


def test_the_changelog_has_a_place_for_what_comes_next():
    changelog = TEXT[ROOT / "CHANGELOG.md"]
    assert re.search(r"^## \[?Unreleased\]?", changelog, re.MULTILINE)
    unknown = set(re.findall(r"^### (\w+)", changelog, re.MULTILINE)) - {
        *("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
    }
    assert unknown == set()
