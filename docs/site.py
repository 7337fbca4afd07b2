"""Hooks of the documentation site (mkdocs.yml): pages that live at the root, and links that leave docs/."""

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
AT_THE_ROOT = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Pages of the root, and their names in the site."""

OUTSIDE = re.compile(r"\[([^\]]*)\]\(\.\./(?!decisions/|kinds/)([^)#]*)(#[^)]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Take in the pages of the root."""
    for source, name in AT_THE_ROOT.items():
        text = (ROOT / source).read_text().replace("](docs/", "](")
        for other, its_name in AT_THE_ROOT.items():
            text = text.replace(f"]({other}", f"]({its_name}")
        files.append(File.generated(config, name, content=text))
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
