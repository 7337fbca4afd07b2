"""Hooks of the documentation site (mkdocs.yml): pages that live at the root, and links that leave docs/."""

import os
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
AT_THE_ROOT = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Pages of the root, and their names in the site."""

PICTURES = "images/ui/"
"""Pictures of the Dagster UI. The tests of the browser take them anew into the folder SCREENSHOTS."""

OUTSIDE = re.compile(r"\[([^\]]*)\]\(\.\./(?!decisions/|kinds/)([^)#]*)(#[^)]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Take in the pages of the root, and the pictures that the browser tests have just taken."""
    for source, name in AT_THE_ROOT.items():
        text = (ROOT / source).read_text().replace("](docs/", "](")
        for other, its_name in AT_THE_ROOT.items():
            text = text.replace(f"]({other}", f"]({its_name}")
        files.append(File.generated(config, name, content=text))
    fresh = Path(os.environ.get("SCREENSHOTS", "none"))
    for file in list(files):
        picture = fresh / file.name if file.src_uri.startswith(PICTURES) else None
        picture = picture.with_suffix(".png") if picture else None
        if picture and picture.is_file():
            files.remove(file)
            files.append(File.generated(config, file.src_uri, abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, page: Any, **more: Any) -> str:
    """Links to pages of the root stay in the site; other files of the checkout are named without a link."""
    if page.file.src_uri.count("/"):
        return markdown

    def inside(found: re.Match[str]) -> str:
        text, target, anchor = found.groups()
        name = AT_THE_ROOT.get(target)
        return f"[{text}]({name}{anchor or ''})" if name else text

    return OUTSIDE.sub(inside, markdown)
