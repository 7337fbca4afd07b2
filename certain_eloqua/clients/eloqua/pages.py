"""Pages of exported rows, as CSV or JSON, read from the wire into Arrow without a second copy.

Sources: Oracle, "Retrieving large volumes of data". Values are strings; a blank is "".
"""

import io
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import pyarrow as pa
import pyarrow.csv as pa_csv
import requests
import urllib3

from certain_eloqua.clients.http import WrongContent, decode_json

DataFormat = Literal["csv", "json"]
ACCEPT: dict[DataFormat, str] = {"csv": "text/csv", "json": "application/json"}
_BLOCK_BYTES = 8_000_000
"""A row must fit into one block: 250 fields, some of them large texts."""


def string_schema(names: Iterable[str]) -> pa.Schema:
    """All columns as strings: what Eloqua exports has no other type."""
    return pa.schema([pa.field(name, pa.string()) for name in names])


class PageReader:
    """Reads one page of rows from an answer. Hand it to `EloquaSession.read`.

    After a call `total` holds what the page said about the whole (JSON only), and `rows` its number of rows.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._schema = string_schema(names)
        self.total: int | None = None

    def __call__(self, response: requests.Response) -> pa.Table:
        kind = response.headers.get("Content-Type", "").lower()
        self.total = None
        if "json" in kind:
            return self._from_json(decode_json(response.raw.read(decode_content=True), kind))
        if "html" in kind:
            raise WrongContent("HTML instead of rows")
        return self._from_csv(_Body(response.raw))

    def _from_json(self, page: Any) -> pa.Table:
        if not isinstance(page, dict):
            raise WrongContent("no page of rows")
        if "items" not in page and "error" in page:
            raise WrongContent("an error instead of rows: the exported file is broken")
        items = page.get("items") or []
        total = page.get("totalResults")
        self.total = int(total) if total is not None else None
        if items and not all(name in items[0] for name in self._schema.names):
            raise WrongContent("rows without some of the columns asked for")
        columns = [[_text(item.get(name)) for item in items] for name in self._schema.names]
        return pa.Table.from_arrays([pa.array(c, pa.string()) for c in columns], schema=self._schema)

    def _from_csv(self, body: "_Body") -> pa.Table:
        names = self._schema.names
        try:
            table = pa_csv.read_csv(
                body,
                read_options=pa_csv.ReadOptions(block_size=_BLOCK_BYTES, use_threads=False),
                parse_options=pa_csv.ParseOptions(
                    newlines_in_values=True,
                    # An empty line is a blank value when there is one column, and noise when there are more.
                    ignore_empty_lines=len(names) > 1,
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=self._schema,
                    include_columns=names,
                    strings_can_be_null=False,
                    null_values=[],
                ),
            )
        except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
            if body.broken is not None:
                raise body.broken from None
            if body.first.lstrip()[:1] == b"<":
                raise WrongContent("HTML instead of rows") from None
            if not body.first:
                raise WrongContent("an empty answer instead of rows") from None
            raise WrongContent(f"rows that are no CSV ({type(error).__name__})") from None
        return table


class _Body(io.RawIOBase):
    """The body as a file for Arrow, which remembers its first bytes and why it broke off."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self.first = b""
        self.broken: Exception | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            data: bytes = self._raw.read(size if size >= 0 else None, decode_content=True) or b""
        except (urllib3.exceptions.HTTPError, OSError) as error:
            self.broken = error
            raise
        if not self.first:
            self.first = data[:512]
        return data


def _text(value: Any) -> str:
    """A value as text. Eloqua sends strings; anything else is a server that does not follow its manual."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
