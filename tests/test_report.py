"""Every word and column of a report: text, JSON, GitHub annotations."""

from __future__ import annotations

import json

from derivlib.errors import Diagnostic
from derivlib.message import message_text, mistakes
from derivlib.report import render_github, render_json, render_text, summary, summary_line
from derivlib.source import Source, Span
from derivlib.verdict import CodeVerdict, Counterexample, FileReport, Step, Verdict

TEXT = "# RNN\n\nSo $Y = X G$ holds.\n\n$$\na = b\n  = c\n$$\n\n```python\n1/0\n```\n"
SOURCE = Source("docs/rnn.md", TEXT)


def at(part: str, text: str = TEXT) -> Span:
    start = text.index(part)
    return Span(start, start + len(part))


SHAPES = Verdict(
    at("$Y = X G$"), "Y = X G", "claim", "ill-shaped", "backward", "Y = X G",
    diagnostic=Diagnostic(
        "ill-shaped", "X times G does not conform", at("X G"),
        ("X is n×d (declared line 12), G is n×h (defined line 20)", "the product needs d = n"),
        (r"X^\top G",),
    ),
)  # fmt: skip
CHAIN = Verdict(
    at("$$\na = b\n  = c\n$$"), "\na = b\n  = c\n", "claim", "differs", None, "a = b = c",
    (Step(1, "holds", at("b\n"), 2e-16, 1e-9), Step(2, "differs", at("c\n"), 1.25, 1e-9),
     Step(3, "differs", at("c\n"), float("inf"), 1e-9)),
    Diagnostic("differs", "step 2 differs", at("= c")),
    Counterexample({"n": 2, "d": 3}, 7, "[1 2]\n[3 4]", "5", "entry (1, 2)"),
)  # fmt: skip
CODE = CodeVerdict(
    at("```python\n1/0\n```"), "failed", Diagnostic("code", "ZeroDivisionError", at("1/0"))
)
SKIPPED = Verdict(at("$Y"), "Y", "skipped", "skipped", reason="a picture")
GOOD = FileReport(
    SOURCE,
    (
        Verdict(at("$Y"), "Y", "declaration", "holds"),
        Verdict(at("$Y"), "Y", "definition", "holds"),
        Verdict(at("$Y"), "Y", "mention", "holds"),
        Verdict(at("$Y"), "Y = Y", "claim", "holds", steps=(Step(1, "holds", at("$Y"), 0.0),)),
    ),
    (CodeVerdict(at("1/0"), "holds"),),
)
BAD = FileReport(SOURCE, (SHAPES, CHAIN, SKIPPED), (CODE,))


def test_a_message_is_as_the_house_style_shows_it() -> None:
    assert message_text(SOURCE, SHAPES.diagnostic or Diagnostic("", ""), SHAPES) == (
        "docs/rnn.md:3:9: ill-shaped: X times G does not conform\n"
        " 3 | So $Y = X G$ holds.\n"
        "   |         ^^^\n"
        "   X is n×d (declared line 12), G is n×h (defined line 20)\n"
        "   the product needs d = n\n"
        "   did you mean  X^\\top G ?   (holds at all points tried)\n"
        "   more: derivlib explain ill-shaped"
    )


def test_a_chain_says_which_step_fails_first_and_shows_the_counter_example() -> None:
    assert message_text(SOURCE, CHAIN.diagnostic or Diagnostic("", ""), CHAIN) == (
        "docs/rnn.md:7:3: differs: step 2 differs\n"
        " 7 |   = c\n"
        "   |   ^^^\n"
        "   step 2 of 3 is the first that does not hold: "
        "relative error 1.2, tolerance 1e-09; so does step 3\n"
        "   smallest counter-example: n = 2, d = 3, seed 7, entry (1, 2)\n"
        "     left   [1 2]\n"
        "            [3 4]\n"
        "     right  5\n"
        "   more: derivlib explain differs"
    )


def carets(text: str, part: str, path: str = "a.md") -> list[str]:
    message = message_text(Source(path, text), Diagnostic("page", "wrong", at(part, text)))
    return message.split("\n")[1:-1]


def test_carets_stand_under_what_is_meant() -> None:
    assert carets("ab cd", "cd") == [" 1 | ab cd", "   |    ^^"]
    assert carets("\tx\ty", "y") == [" 1 |     x   y", "   |         ^"]
    assert carets("漢字 $x$", "$x$") == [" 1 | 漢字 $x$", "   |      ^^^"]
    assert carets("e\u0301 $x$", "$x$") == [" 1 | e\u0301 $x$", "   |   ^^^"]
    assert carets("𝒳 $𝒴$", "$𝒴$") == [" 1 | 𝒳 $𝒴$", "   |   ^^^"]
    assert carets("漢字", "漢字") == [" 1 | 漢字", "   | ^^^^"]
    assert carets("a\r\nbc\r\n", "bc") == [" 2 | bc", "   | ^^"]
    assert carets("\n" * 1233 + "bc", "c") == ["1234 | bc", "     |  ^"]


def test_spans_over_several_lines() -> None:
    assert carets("$$\n  a\n$$ x", "$$\n  a\n$$") == [
        " 1 | $$", "   | ^^", " 2 |   a", "   |   ^", " 3 | $$ x", "   | ^^",
    ]  # fmt: skip
    assert carets("x $$\n1\n2\n3\n> $$", "$$\n1\n2\n3\n> $$") == [
        " 1 | x $$", "   |   ^^", "   …", " 5 | > $$", "   |   ^^",
    ]  # fmt: skip
    assert carets("ab\ncd", "ab\n") == [" 1 | ab", "   | ^^"]


def test_long_lines_are_cut_around_the_place() -> None:
    row, marks = carets("x" * 500_000 + "Y" + "z" * 500_000, "Y")
    assert len(row) < 140 and row.startswith(" 1 | …xxx") and row.endswith("zzz…")
    assert row[marks.index("^")] == "Y"
    row, marks = carets("Y" * 1_000_000, "Y" * 1_000_000)
    assert len(row) < 140 and len(marks) < 140


def test_nothing_in_a_page_can_command_the_terminal() -> None:
    text = "\x1b[31m$x$\u202e \x07"
    message = message_text(Source("a\x1b.md", text), Diagnostic("page", "x\x1b\n", at("$x$", text)))
    assert not set("\x1b\x07\u202e") & set(message)
    assert message.split("\n")[2] == "   |      ^^^"


def test_a_file_that_could_not_be_read() -> None:
    report = FileReport(Source("a.md", ""), problems=(Diagnostic("page", "not UTF-8"),))
    assert render_text([report]).startswith(
        "a.md:1:1: page: not UTF-8\n   more: derivlib explain page\n"
    )
    assert json.loads(render_json([report]))["files"][0]["problems"][0]["message"] == "not UTF-8"
    assert render_github([report]).startswith(
        "::error file=a.md,line=1,col=1,endLine=1,endColumn=1,title=derivlib%3A page::not UTF-8\n"
    )


def test_a_mistake_in_an_included_file() -> None:
    place = ("derivlib/a.py", 7, "    return x / 0", 11, 16)
    diagnostic = Diagnostic("code", "ZeroDivisionError", at("1/0"), snippet=place)
    assert message_text(SOURCE, diagnostic).split("\n")[:3] == [
        "derivlib/a.py:7:12: code: ZeroDivisionError",
        " 7 |     return x / 0",
        "   |            ^^^^^",
    ]


def test_mistakes_come_in_the_order_of_the_page() -> None:
    early = Diagnostic("page", "first", Span(0, 1))
    late = Diagnostic("page", "last", Span(len(TEXT) - 1, len(TEXT)))
    report = FileReport(SOURCE, (CHAIN, SHAPES), (CODE,), (late, early))
    assert [d.statement for d, _ in mistakes(report)] == [
        "first", "X times G does not conform", "step 2 differs", "ZeroDivisionError", "last",
    ]  # fmt: skip
    assert mistakes(GOOD) == []


def test_summary() -> None:
    assert summary_line([GOOD]) == (
        "1 page: 4 formulas (1 declaration, 1 definition, 1 claim with 1 step, 1 mention, "
        "0 skipped), 1 code block: nothing wrong"
    )
    assert summary_line([BAD, GOOD]) == (
        "2 pages: 7 formulas (1 declaration, 1 definition, 3 claims with 4 steps, 1 mention, "
        "1 skipped), 2 code blocks: 2 wrong, 1 code block failed"
    )
    assert summary([BAD]) == {
        "formulas": 3, "declarations": 0, "definitions": 0, "claims": 2, "steps": 3,
        "mentions": 0, "skipped": 1, "wrong": 2, "code": 1, "code_failed": 1,
    }  # fmt: skip


def test_what_was_skipped_is_listed_with_its_reason() -> None:
    text = render_text([BAD])
    assert "\ndocs/rnn.md:3:4: skipped: a picture\n" in text
    assert text.endswith("1 code block failed\n")
    assert "skipped:" not in render_text([GOOD])


def test_color_only_when_asked_for() -> None:
    assert "\033[" in render_text([BAD], color=True)
    assert "\033[" not in render_text([BAD])


def test_json_has_every_key_of_the_contract() -> None:
    found = json.loads(render_json([BAD, GOOD]))
    assert set(found) == {"version", "summary", "files"}
    assert found["version"] == 1
    bad, good = found["files"]
    assert set(bad) == set(good) == {"path", "formulas", "code"}
    assert set(bad["formulas"][0]) == {
        "line", "column", "end_line", "end_column", "tex", "label", "kind", "status",
        "reading", "steps", "message", "hints", "counterexample",
    }  # fmt: skip
    shapes, chain, skipped = bad["formulas"]
    place = [shapes[key] for key in ("line", "column", "end_line", "end_column")]
    assert place == [3, 4, 3, 13]
    assert (shapes["label"], shapes["hints"]) == ("backward", [r"X^\top G"])
    assert shapes["message"].startswith("X times G does not conform\nX is n×d")
    assert chain["steps"][1] == {"index": 2, "status": "differs", "line": 7, "error": 1.25}
    assert chain["steps"][2]["error"] is None  # JSON has no infinity
    assert chain["counterexample"] == {
        "sizes": {"n": 2, "d": 3}, "seed": 7, "left": "[1 2]\n[3 4]", "right": "5",
    }  # fmt: skip
    assert (skipped["kind"], skipped["message"]) == ("skipped", "a picture")
    assert bad["code"] == [{"line": 10, "status": "failed", "message": "ZeroDivisionError"}]
    assert good["code"][0]["message"] is None
    assert good["formulas"][0]["message"] is None


def test_github_annotations() -> None:
    rows = render_github([BAD]).split("\n")
    assert rows[0] == (
        "::error file=docs/rnn.md,line=3,col=9,endLine=3,endColumn=12,title=derivlib%3A ill-shaped"
        "::X times G does not conform%0AX is n×d (declared line 12), G is n×h (defined line 20)"
        "%0Athe product needs d = n%0Adid you mean  X^\\top G ?"
    )
    assert rows[3] == (
        "::notice file=docs/rnn.md,line=3,col=4,endLine=3,endColumn=6,title=derivlib%3A skipped"
        "::a picture"
    )
    source = Source("a,b:c%.md", "$$\nx\n$$")
    problem = Diagnostic("page", "50% of\r\nit", Span(0, 7))
    assert render_github([FileReport(source, problems=(problem,))]).split("\n")[0] == (
        "::error file=a%2Cb%3Ac%25.md,line=1,endLine=3,title=derivlib%3A page::50%25 of%0D%0Ait"
    )


def test_what_the_facts_say_is_not_said_twice() -> None:
    facts = ("step 2 is the first that fails", "left  [1 2]", "[3 4]")
    diagnostic = Diagnostic("differs", "step 2 differs", at("= c"), facts)
    assert message_text(SOURCE, diagnostic, CHAIN).count("step 2 ") == 2
    told = Diagnostic("differs", "differs", at("= c"), ("left  [1 2]\n[3 4]",))
    text = message_text(SOURCE, told, CHAIN)
    assert "counter-example" not in text
    assert "step 2 of 3 is the first" in text
