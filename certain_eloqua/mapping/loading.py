"""Reading a field map: `connectors/field_maps/<ACCOUNT>.yaml`.

Without a file an account has the default table. A file says the whole table, unless it says
`extends: default`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from certain_eloqua.mapping.field_map import FieldMap
from certain_eloqua.mapping.pairs import DEFAULT_PAIRS, Direction, Pair, constant_pair
from certain_eloqua.mapping.printing import MOST_FAULTS, more_faults, quotable
from certain_eloqua.mapping.strict_yaml import Document, SourceLocation, leads_outside, read_document
from certain_eloqua.mapping.validation import nearest, problems_of_members
from certain_eloqua.mapping.values import TABLES, ValueTable

KEYS = ("account", "extends", "fields")
PAIR_KEYS = ("certain", "eloqua", "direction", "values", "other_values", "constant")


class FieldMapError(ValueError):
    """A field map that cannot be used. `problems` are lines ready to read, each with file and line."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__("\n".join([f"The field map {path} cannot be used:", *problems]))
        self.path = path
        self.problems = problems


def load_field_map(path: Path | str | None, account: str) -> FieldMap:
    """The field map of an account: from the file, or the default table when there is no file.

    Args:
        path: the file, a folder that may hold `<account>.yaml`, or None.
        account: code of the account, which the file must name too if it names one.

    Raises:
        FieldMapError: the file is there and wrong.
    """
    if path is None:
        return FieldMap(account)
    path = Path(path)
    if path.is_dir():
        folder, path = path, path / f"{account}.yaml"
        if not path.exists():
            _refuse_what_was_meant(folder, path)
            return FieldMap(account)
        if (outside := leads_outside(path, folder)) is not None:
            raise FieldMapError(path, [f"{path}: {outside}"])
    return _Reader(path, read_document(path), account).field_map()


def _refuse_what_was_meant(folder: Path, path: Path) -> None:
    """A map under nearly the right name must not be passed over for the default table."""
    for other in sorted(folder.iterdir()):
        suffix = other.suffix.lower() in (".yaml", ".yml")
        if suffix and other.stem.casefold() == path.stem.casefold():
            message = f"{other}: the map of account {path.stem} must be named {path.name}; rename the file"
            raise FieldMapError(other, [message])


class _Reader:
    def __init__(self, path: Path, document: Document, account: str) -> None:
        self.path = path
        self.document = document
        self.account = account
        self.problems: list[str] = []
        for fault in document.faults:
            self._add(fault.line, fault.message)

    def field_map(self) -> FieldMap:
        content = self.document.content
        pairs: tuple[Pair, ...] = ()
        if not isinstance(content, dict):
            if not self.problems:
                self._add_error((), "the file must have `account:` and `fields:`")
        else:
            pairs = self._pairs(content)
        if self.problems:
            listed, more = self.problems[:MOST_FAULTS], len(self.problems) - MOST_FAULTS
            raise FieldMapError(self.path, [*listed, more_faults(more)] if more > 0 else listed)
        return FieldMap(self.account, pairs, self.path)

    def _pairs(self, content: dict[str, Any]) -> tuple[Pair, ...]:
        self._unknown(content, KEYS, ())
        named = content.get("account")
        if named is not None and str(named) != self.account:
            self._add_error(("account",), f"this map is for account {named}, not for {self.account}")
        extends = content.get("extends")
        if extends not in (None, "default"):
            self._add_error(("extends",), f"{extends!r} is not known. Allowed: default")
        entries = content.get("fields")
        if not isinstance(entries, list) or not entries:
            self._add_error(("fields",), "`fields` must be a list of pairs, each with `certain` and `eloqua`")
            return ()
        own: list[tuple[Pair, SourceLocation]] = []
        for number, entry in enumerate(entries):
            location: SourceLocation = ("fields", number)
            if not isinstance(entry, dict):
                self._add_error(location, "a pair must have `certain:` and `eloqua:`")
                continue
            if pair := self._pair(entry, location):
                own.append((pair, location))
        return self._checked(own, extends == "default")

    def _checked(self, own: list[tuple[Pair, SourceLocation]], extends: bool) -> tuple[Pair, ...]:
        locations = {(pair.certain, pair.eloqua): location for pair, location in own}
        pairs = [pair for pair, _ in own]
        if extends:
            mapped = [pair for pair in pairs if pair.constant is None]
            members = {pair.certain for pair in mapped} | {p.target for p in pairs if p.constant is not None}
            fields = {pair.eloqua for pair in mapped} | {p.target for p in pairs if p.constant is not None}
            pairs = [p for p in DEFAULT_PAIRS if p.certain not in members and p.eloqua not in fields] + pairs
        if not self.problems:
            for problem in problems_of_members(pairs):
                self._add_error(locations.get((problem.certain, problem.eloqua), ("fields",)), str(problem))
        return tuple(pairs)

    def _pair(self, entry: dict[str, Any], location: SourceLocation) -> Pair | None:
        self._unknown(entry, PAIR_KEYS, location)
        if "constant" in entry:
            return self._constant(entry, location)
        names = {}
        for side in ("certain", "eloqua"):
            value = entry.get(side)
            if not isinstance(value, str) or not value.strip():
                self._add_error((*location, side), f"`{side}` must be the name of a field")
                return None
            names[side] = value.strip()
        direction = entry.get("direction", "both")
        if direction not in list(Direction):
            hint = nearest(str(direction), list(Direction))
            self._add_error(
                (*location, "direction"),
                f"{direction!r} is not known. Allowed: both, in, out."
                + (f" Did you mean {hint}?" if hint else ""),
            )
            return None
        return Pair(
            names["certain"],
            names["eloqua"],
            Direction(direction),
            self._table(entry, names["certain"], location),
        )

    def _constant(self, entry: dict[str, Any], location: SourceLocation) -> Pair | None:
        """A pair that writes one text: only the field it is for is given, which decides its direction."""
        value = entry["constant"]
        text = str(value).strip() if isinstance(value, (str, int, float)) else ""
        if isinstance(value, bool) or not text:
            self._add_error((*location, "constant"), "`constant` must be a text; put it in quotes")
            return None
        for key in ("direction", "values", "other_values"):
            if key in entry:
                self._add_error((*location, key), f"`{key}` does not go with `constant`; take it out")
                return None
        given = {side: entry[side] for side in ("certain", "eloqua") if side in entry}
        if len(given) != 1 or not all(isinstance(one, str) and one.strip() for one in given.values()):
            message = "a `constant` needs the field it is for: either `certain` or `eloqua`, and not both"
            self._add_error(location, message)
            return None
        return constant_pair(text, **{side: name.strip() for side, name in given.items()})

    def _table(self, entry: dict[str, Any], name: str, location: SourceLocation) -> ValueTable | None:
        values, others = entry.get("values"), entry.get("other_values", "refuse")
        if others not in ("refuse", "keep"):
            self._add_error((*location, "other_values"), f"{others!r} is not known. Allowed: keep, refuse")
        if values is None:
            return None
        if isinstance(values, str):
            if values in TABLES:
                return TABLES[values]
            hint = nearest(values, TABLES)
            self._add_error(
                (*location, "values"),
                f"there is no table {values!r}. Allowed: {', '.join(TABLES)}, or a list of Certain: Eloqua."
                + (f" Did you mean {hint}?" if hint else ""),
            )
            return None
        if not isinstance(values, dict) or not all(isinstance(v, (str, int)) for v in values.values()):
            self._add_error(
                (*location, "values"),
                "`values` must name a table, or give Eloqua's word for each of Certain's",
            )
            return None
        return ValueTable(name, {key: str(value) for key, value in values.items()}, closed=others == "refuse")

    def _unknown(self, content: dict[str, Any], allowed: tuple[str, ...], location: SourceLocation) -> None:
        for key in content:
            if key not in allowed:
                hint = nearest(key, allowed)
                self._add_error(
                    (*location, key),
                    f"`{key}` is not known. Allowed: {', '.join(allowed)}."
                    + (f" Did you mean {hint}?" if hint else ""),
                )

    def _add_error(self, location: SourceLocation, message: str) -> None:
        self._add(self.document.line(location), message)

    def _add(self, line: int, message: str) -> None:
        self.problems.append(f"{self.path}:{line}: {quotable(message)}")
