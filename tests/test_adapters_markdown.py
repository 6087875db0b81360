r"""The Markdown extension: what the checker read is what is set, wherever it stands."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import markdown
import pytest

from derivlib.adapters.markdown import PageError
from derivlib.adapters.mathml import plain_text, render_math
from derivlib.adapters.setting import typeset
from derivlib.errors import DerivlibError
from derivlib.page import read_page
from derivlib.source import Source
from derivlib.verdict import FileReport, Verdict

EXTENSIONS = [
    "toc", "tables", "admonition", "footnotes", "attr_list", "md_in_html", "def_list",
    "pymdownx.superfences", "pymdownx.tabbed", "pymdownx.details",
]  # fmt: skip
VOID = {"br", "img", "input", "hr", "link", "meta"}


def everything_holds(source: Source) -> FileReport:
    """A checker that is always content: these tests are about setting, not checking."""
    verdicts = tuple(Verdict(f.span, f.tex, "mention", "holds") for f in read_page(source).formulas)
    return FileReport(source, verdicts)


def convert(text: str, **options: object) -> str:
    options.setdefault("checker", everything_holds)
    return markdown.markdown(
        text, extensions=[*EXTENSIONS, "derivlib"],
        extension_configs={"derivlib": options, "pymdownx.tabbed": {"alternate_style": True}},
    )  # fmt: skip


def set_formulas(html: str) -> list[str]:
    found = re.findall(r'<(?:section|span) class="dl-formula [^>]*? data-tex="([^"]*)"', html)
    return [unescape(tex) for tex in found]


class Nesting(HTMLParser):
    """Raises when a block stands in a paragraph, or tags do not pair."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in VOID:
            return
        if tag in ("div", "details", "p", "ul", "table"):
            assert "p" not in self.open, f"<{tag}> in a paragraph"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


PLACES = {
    "inline": "A matrix $X$ and *another $Y$*, 2$z$4.",
    "display": "Before\n$$ a = b $$\nafter.",
    "lines": "$$\n\\begin{aligned}\na &= b \\\\\n  &= c\n\\end{aligned}\n$$",
    "environment": "\\begin{align}\na &= b \\\\ &= c\n\\end{align}",
    "brackets": "Here \\(a\\) and\n\n\\[ b \\]",
    "table": "| a | b |\n|---|---|\n| $|x|$ | $y_1$ |\n",
    "list": "- one $a$\n- two\n\n  $$ b = c $$\n\n  and $d$\n",
    "tight list": "1. one $a$\n   $$ b $$\n   more\n2. two",
    "heading": "# On $\\frac{a}{b}$\n\n## And $X^\\top$ {#here}\n",
    "quotation": "> said $a$\n>\n> $$\n> b\n> $$\n>\n> end",
    "admonition": '!!! note "On $a$"\n\n    Text\n    $$ b $$\n',
    "tab": '=== "First $a$"\n\n    $$ b $$\n\n=== "Second"\n\n    $c$\n',
    "footnote": "Text[^1] $a$.\n\n[^1]: Note $b$.\n",
    "definition list": "Term $a$\n:   Meaning $b$\n",
    "html": '<div markdown="1">\n$a$\n\n$$ b $$\n</div>\n',
    "two on a line": "$a$$b$ and $$c$$ $$d$$",
    "fence in a note": '!!! note "T"\n    Text\n\n    ```math\n    a = b\n    ```\n',
    "fence": "```math\na = b\n```\n",
}


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES)
def test_what_is_read_is_what_is_set(text: str) -> None:
    html = convert(text)
    expected = [f.tex for f in read_page(Source("x.md", text)).formulas]
    assert expected
    assert sorted(set_formulas(html)) == sorted(expected)
    assert html.count("<math") == len(expected)
    assert not re.search("[\ue000-\uf8ff]", html)
    parser = Nesting()
    parser.feed(html)
    assert not parser.open


def test_code_and_escaped_dollars_are_left_alone() -> None:
    html = convert("It costs \\$5, or `$x$`.\n\n```python\ny = '$z$'\n```\n")
    assert "dl-formula" not in html
    assert "costs $5" in html and "<code>$x$</code>" in html and "$z$" in html


def test_a_heading_has_words_in_the_table_of_contents() -> None:
    md = markdown.Markdown(
        extensions=["toc", "derivlib"],
        extension_configs={"derivlib": {"checker": everything_holds}},
    )
    md.convert(
        "# The gradient $\\frac{\\partial L}{\\partial U}$ of $X^\\top$\n\n## $a$\n\n## $a$\n"
    )
    (top,) = md.toc_tokens
    assert top["name"] == "The gradient ∂L/∂U of Xᵀ"
    assert top["id"] == "the-gradient-lu-of-xt"
    assert [child["id"] for child in top["children"]] == ["a", "a_1"]


def test_alternative_texts_hold_words() -> None:
    assert 'alt="the X² plot"' in convert("![the $X^2$ plot](a.svg)")


def test_macros_reach_later_formulas() -> None:
    html = convert("$\\def\\p#1#2{\\frac{\\partial #1}{\\partial #2}}$ Then $\\p{L}{U}$.")
    assert "<mfrac>" in html
    assert "\\p{L}{U}" in set_formulas(html)


def test_labels_become_anchors_and_others_are_stable() -> None:
    def check(source: Source) -> FileReport:
        report = everything_holds(source)
        first, *rest = report.formulas
        named = Verdict(first.span, first.tex, "mention", "holds", label="gradient of U")
        return FileReport(source, (named, *rest))

    html = convert("$$ a $$\n\n$$ b $$\n\n$$ b $$", checker=check)
    first, second, third = re.findall(r' id="([^"]+)"', html)
    assert first == "eq-gradient-of-U"
    assert third == f"{second}-2"
    assert second in convert("New text.\n\n$$ b $$")


WRONG = """Let $X \\in \\mathbb{R}^{n \\times d}$ and $U \\in \\mathbb{R}^{d \\times h}$.

$$ A = XU $$

Then $dA = dU X$.
"""


def test_alone_it_checks_and_raises() -> None:
    with pytest.raises(PageError) as caught:
        markdown.markdown(WRONG, extensions=["derivlib"])
    assert re.search(r"<text>:5:\d+: ", str(caught.value))
    assert "dU X" in str(caught.value)
    right = WRONG.replace("dU X", "X\\,dU")
    html = markdown.markdown(right, extensions=["derivlib"])
    assert set_formulas(html) == [f.tex for f in read_page(Source("x", right)).formulas]


def test_alone_it_can_mark_instead() -> None:
    html = markdown.markdown(
        WRONG, extensions=["derivlib"], extension_configs={"derivlib": {"on_error": "mark"}}
    )
    assert 'class="dl-message"' in html and "&lt;text&gt;:5:" in html
    flag = re.search(r'class="dl-flag" href="#([^"]+)"', html)
    assert flag and f'id="{flag[1]}"' in html
    Nesting().feed(html)


def test_a_formula_that_nobody_checked_is_marked() -> None:
    html = convert("$a$", checker=lambda source: FileReport(source), on_error="mark")
    assert "never checked" in html


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Say $a + \\nonsense b$.", "1:10"),
        ("> $$\n> a\n> + \\nonsense\n> $$", "3:5"),
        ("$\\def\\m{\\nonsense}$ and\n$x + \\m$", "2:6"),
    ],
)
def test_unsupported_tex_is_an_error_with_its_position(text: str, place: str) -> None:
    with pytest.raises(PageError, match=f":{place}: unreadable: cannot be typeset: .*nonsense"):
        convert(text, checker=lambda source: typeset(everything_holds(source)))


DIALECT = [
    (r"\begin{aligned}a&=b\\[4pt]&=c\end{aligned}", "a=b; =c"),
    (r"\eqalign{a&=b \cr &=c \\ }", "a=b; =c"),
    (r"\begin{split}a&=b\\&=c\end{split}", "a=b; =c"),
    (r"\begin{align*}a&=b\nonumber\\&=c\tag{1}\end{align*}", "a=b; =c (1)"),
    (r"\begin{eqnarray}a&=&b\\c&=&d\end{eqnarray}", "a =b; c =d"),
    (r"\begin{alignat}{2}a&=b&c&=d\end{alignat}", "a =b c =d"),
    (r"\begin{equation}a=b\label{x}\end{equation}", "a=b"),
    (r"\begin{gather*}a\\b\end{gather*}", "a; b"),
    (r"\left[\begin{array}{r}1&2\\3&4\end{array}\right]", "[1 2; 3 4]"),
    (r"\begin{bmatrix*}[r]1\\2\end{bmatrix*}", "[1; 2]"),
    (r"\pmatrix{1&2\cr3&4}", "(1 2; 3 4)"),
    (r"\sum_{\substack{i\\j}} x", "∑_(i; j)x"),
    (r"x = y \tag*{two}", "x=y two"),
    (r"\text{if $x^2$ and \(y\)}", "if x² and y"),
    (r"\mbox{where}~x", "where x"),
    (r"{\bf x} + {\rm Diag}(y)", "𝐱+Diag(y)"),
    (r"\Diag(x) \tr A", "Diag(x) tr A"),
    (r"x \doteq G", "x≐G"),
    ("a % comment\n+ b", "a+b"),
]


@pytest.mark.parametrize(("tex", "words"), DIALECT, ids=[tex[:24] for tex, _ in DIALECT])
def test_dialect(tex: str, words: str) -> None:
    seen = plain_text(render_math(tex, True))
    assert re.sub(r"\s+", "", seen) == re.sub(r"\s+", "", words)


@pytest.mark.parametrize(
    ("tex", "span"),
    [
        (r"a + \foo b", (4, 8)),
        (r"é \mathbf{x} + \foo", (15, 19)),
        (r"\eqalign{a &= \foo \cr b}", (14, 18)),
        (r"\frac{a}{", (8, 9)),
        (r"\begin{array}1&2\end{array}", None),
        ("{" * 10_000 + "}" * 10_000, (0, 1)),
    ],
)
def test_what_cannot_be_set_says_where(tex: str, span: tuple[int, int] | None) -> None:
    with pytest.raises(DerivlibError) as caught:
        render_math(tex, False)
    assert caught.value.diagnostic.kind == "unreadable"
    if span:
        assert caught.value.diagnostic.span == span


def test_small_matrices_are_small_and_boxes_are_drawn() -> None:
    assert 'scriptlevel="1"' in render_math(r"\begin{smallmatrix}a\end{smallmatrix}", False)
    assert 'scriptlevel="1"' in render_math(r"\begin{psmallmatrix}a\end{psmallmatrix}", False)
    boxed = render_math(r"\boxed{x}", True)
    assert "dl-boxed" in boxed and "menclose" not in boxed
