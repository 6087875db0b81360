"""Verdicts kept between builds: of the same page, with the same library, and in order."""

from __future__ import annotations

from pathlib import Path

from building import run_mkdocs

from derivlib.adapters.kept import Kept
from derivlib.adapters.worker import Done, Task, verify

GOOD = "# A\n\nLet $x \\in \\mathbb{R}^n$.\n\n$$ x + x = 2x $$\n"


def done(folder: Path, text: str) -> Done:
    page = folder / "a.md"
    page.write_text(text, encoding="utf-8")
    return verify(Task(str(page), "a.md"))


def test_what_was_in_order_is_found_again(tmp_path: Path) -> None:
    kept, found = Kept(tmp_path / "kept"), done(tmp_path, GOOD)
    assert found.report.ok and kept.get("d", "a.md") is None
    kept.put("d", found)
    again = Kept(tmp_path / "kept").get("d", "a.md")
    assert again is not None and again.characters == found.characters
    assert [v.tex for v in again.report.formulas] == [v.tex for v in found.report.formulas]


def test_nothing_else_is_taken_for_it(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "kept")
    kept.put("d", done(tmp_path, GOOD))
    assert kept.get("e", "a.md") is None and kept.get("d", "b.md") is None
    (file,) = (tmp_path / "kept").iterdir()
    file.write_bytes(b"no pickle")
    assert kept.get("d", "a.md") is None
    kept.forget_all_but([("e", "a.md")])
    assert not list((tmp_path / "kept").iterdir())


def test_a_mistake_is_never_kept(tmp_path: Path) -> None:
    found = done(tmp_path, GOOD.replace("2x", "3x"))
    assert not found.report.ok
    Kept(tmp_path / "kept").put("d", found)
    assert not (tmp_path / "kept").exists()


def test_a_second_build_verifies_what_has_changed(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "theme").mkdir()
    (tmp_path / "theme/main.html").write_text("{{ page.content }}", encoding="utf-8")
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: test\ntheme: {name: null, custom_dir: theme}\n"
        "plugins: [derivlib: {font: false}]\n",
        encoding="utf-8",
    )
    page, other = tmp_path / "docs/index.md", tmp_path / "docs/other.md"
    page.write_text(GOOD + "\n```python\nopen('ran', 'a').write('x')\n```\n", encoding="utf-8")
    other.write_text(GOOD, encoding="utf-8")
    assert run_mkdocs(tmp_path, "build").returncode == 0
    other.write_text(GOOD + "\nMore.\n", encoding="utf-8")
    assert run_mkdocs(tmp_path, "build").returncode == 0
    assert (tmp_path / "ran").read_text() == "x"  # the code of the other page did not run again
    page.write_text(page.read_text().replace("2x", "3x"), encoding="utf-8")
    done = run_mkdocs(tmp_path, "build")
    assert done.returncode == 1 and "docs/index.md:5" in done.stderr
