"""Frames on disk: what is written comes back, whole or not at all."""

import dagster as dg
import pandas as pd
import pyarrow as pa
import pytest

from certain_eloqua.resources.frames import Frames, FramesIOManager, NoFrame

KEY = ("certain", "profiles")
SCHEMA = pa.schema([("key", pa.string())])


@pytest.fixture(params=["folder", "memory"])
def frames(request, tmp_path):
    address = str(tmp_path / "frames") if request.param == "folder" else f"memory://{tmp_path.name}"
    return Frames(address, keep=3)


def files(frames, *parts):
    return sorted(path.name for path in frames._folder(parts, None).iterdir())


def reader(batches):
    return pa.RecordBatchReader.from_batches(SCHEMA, batches)


def batches(count, size=1_000):
    for number in range(count):
        yield pa.record_batch([[f"{number}-{i}" for i in range(size)]], schema=SCHEMA)


def test_a_frame_comes_back_with_its_blanks_and_its_facts(frames):
    frames.write(KEY, "E1", "run1", pd.DataFrame({"a": ["x", None, ""], "n": [1, 2, 3]}), {"plan_id": "p"})
    back = frames.frame(KEY, "E1")
    assert back["a"].isna().tolist() == [False, True, False]
    assert back["a"].dtype == "str"
    assert back.attrs == frames.facts(KEY, "E1") == {"plan_id": "p"}


def test_a_stream_is_written_page_by_page(frames):
    seen = []

    def pages():
        for batch in batches(5, 30_000):
            seen.append(frames.has(KEY, None))
            yield batch

    written = frames.write(KEY, None, "run1", reader(pages()))
    assert written.rows == 150_000
    assert seen == [False] * 5
    assert written.as_metadata()["dagster/row_count"] == 150_000
    assert frames.table(KEY, None).num_rows == 150_000


def test_an_empty_frame_keeps_its_columns(frames):
    frames.write(KEY, None, "run1", SCHEMA.empty_table())
    assert frames.frame(KEY, None).columns.tolist() == ["key"]


def test_a_stream_that_breaks_leaves_the_last_frame_in_place(frames):
    frames.write(KEY, None, "run1", reader(batches(1)))

    def broken():
        yield from batches(2)
        raise ConnectionError("cut")

    with pytest.raises(ConnectionError):
        frames.write(KEY, None, "run2", reader(broken()))
    assert frames.table(KEY, None).num_rows == 1_000
    assert files(frames, *KEY) == ["latest.json", "run1.parquet"]


def test_a_run_gets_its_own_frame_and_others_the_latest(frames):
    for run in ("run1", "run2"):
        frames.write(KEY, None, run, pd.DataFrame({"run": [run]}))
    assert frames.frame(KEY, None, "run1")["run"].item() == "run1"
    assert frames.frame(KEY, None, "run3")["run"].item() == "run2"


def test_only_the_last_runs_are_kept(tmp_path):
    frames = Frames(str(tmp_path), keep=3)
    for number in range(8):
        frames.write(KEY, "E1", f"run{number}", pd.DataFrame({"n": [number]}))
    assert files(frames, *KEY, "E1") == ["latest.json", "run5.parquet", "run6.parquet", "run7.parquet"]
    assert frames.frame(KEY, "E1")["n"].item() == 7


def test_what_was_never_read_says_so(frames):
    with pytest.raises(NoFrame, match="certain/profiles has not been materialized for event E1 yet"):
        frames.frame(KEY, "E1")


@pytest.mark.parametrize("partition", ["../E1", "a/b", "..", "a b"])
def test_a_name_never_leaves_its_folder(frames, partition):
    with pytest.raises(ValueError, match="file name"):
        frames.write(KEY, partition, "run1", pd.DataFrame({"a": []}))


def test_an_asset_downstream_gets_a_frame_or_a_table_as_it_asks(tmp_path):
    @dg.asset
    def people() -> pd.DataFrame:
        return pd.DataFrame({"a": ["x"]})

    @dg.asset
    def as_frame(people: pd.DataFrame) -> None:
        assert people["a"].tolist() == ["x"]

    @dg.asset
    def as_table(people: pa.Table) -> None:
        assert people["a"].to_pylist() == ["x"]

    resources = {"io_manager": FramesIOManager(Frames(str(tmp_path)))}
    result = dg.materialize([people, as_frame, as_table], resources=resources)
    (made,) = result.asset_materializations_for_node("people")
    assert made.metadata["dagster/row_count"].value == 1


def test_the_path_of_a_file_is_shown_as_the_folder_of_frames_and_the_file_in_it(tmp_path):
    written = Frames(str(tmp_path)).write(("certain", "events"), None, "run", pd.DataFrame({"a": [1]}))
    shown = written.as_metadata()
    assert (tmp_path / shown["parquet"].value).is_file()
    assert shown["frames"] == str(tmp_path)
    assert not shown["parquet"].value.startswith("/")


def test_a_report_is_kept_as_long_as_its_frame(tmp_path):
    frames = Frames(str(tmp_path), keep=2)
    for number in range(4):
        frames.write(("plan",), "E1", f"run{number}", pa.table({"a": [number]}))
        frames.write_report(("plan",), "E1", f"run{number}", "<p>report</p>")
    assert frames.report_file(("plan",), "E1", "run0") is None
    assert frames.report_file(("plan",), "E1", "run3").read_text() == "<p>report</p>"
    assert len(list(tmp_path.rglob("*.html"))) == 2
