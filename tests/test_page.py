"""Formulas, code, directives and prose are found where Markdown puts them, and only there."""

from __future__ import annotations

import random
import time

import pytest

from derivlib.page import PLACEHOLDER, CodeBlock, Directive, Heading, Page, Prose, read_page
from derivlib.source import Source


def read(text: str) -> Page:
    page = read_page(Source("page.md", text))
    check_offsets(page)
    return page


def check_offsets(page: Page) -> None:
    """Every character of every formula and every paragraph is where its offset says."""
    text = page.source.text
    for formula in page.formulas:
        assert 0 <= formula.span.start < formula.span.end <= len(text)
        assert len(formula.offsets) == len(formula.tex) + 1
        assert list(formula.offsets) == sorted(formula.offsets)
        assert formula.span.start <= formula.offsets[0] <= formula.offsets[-1] <= formula.span.end
        for char, at in zip(formula.tex, formula.offsets, strict=False):
            assert text[at : at + 1] == char or (char == "\n" and text[at : at + 1] in "\r\n")
    assert [formula.index for formula in page.formulas] == list(range(len(page.formulas)))
    assert [block.index for block in page.code] == list(range(len(page.code)))
    starts = [item.span.start for item in page.items]
    assert starts == sorted(starts)
    ends = [0, *(item.span.end for item in page.formulas)]
    assert all(f.span.start >= end for f, end in zip(page.formulas, ends, strict=False))
    seen: list[int] = []
    for item in page.items:
        if isinstance(item, Prose):
            assert len(item.offsets) == len(item.text) + 1
            assert item.text.count(PLACEHOLDER) == len(item.formulas)
            seen += item.formulas
            for char, at in zip(item.text, item.offsets, strict=False):
                if char not in (PLACEHOLDER, "\ufffd"):
                    assert text[at] == char or (char == "\n" and text[at] == "\r")
    assert seen == list(range(len(page.formulas)))
    for problem in page.problems:
        if problem.span is not None:
            assert 0 <= problem.span[0] <= problem.span[1] <= len(text)


def tex(text: str) -> list[str]:
    return [formula.tex for formula in read(text).formulas]


def problems(text: str) -> list[str]:
    return [problem.statement for problem in read(text).problems]


def prose(text: str) -> list[str]:
    return [item.text for item in read(text).items if isinstance(item, Prose)]


FORMULAS = [
    ("$x$", ["x"]),
    ("two $a$ and $b$ on a line", ["a", "b"]),
    ("$$ x = y $$", [" x = y "]),
    ("$$\nx = y\n$$", ["\nx = y\n"]),
    (r"\(x\) and \[y\]", ["x", "y"]),
    ("```math\nx = y\n```", ["x = y"]),
    ("~~~ math\nx = y\n~~~", ["x = y"]),
    ("\\begin{align}\na &= b\n\\end{align}", ["\\begin{align}\na &= b\n\\end{align}"]),
    ("\\begin{align*}a\\end{align*} \\begin{gather}b\\end{gather}",
     ["\\begin{align*}a\\end{align*}", "\\begin{gather}b\\end{gather}"]),
    ("a\r\n$$\r\nx\r\n$$\r\n", ["\nx\n"]),
    ("\t\ttabs are code: $x$", []),
    ("- a\n\n\ttab $x$", ["x"]),
    ("𝒳 is $𝒳 \\in 𝒴$", ["𝒳 \\in 𝒴"]),
    ("> $$\n> a\n> = b\n> $$", ["\na\n= b\n"]),
    ("> > $$\n> > a\n> > $$", ["\na\n"]),
    ("- item $$\n  a\n  $$", ["\na\n"]),
    ("1. one $a$\n2. two $b$\n\n    more $c$", ["a", "b", "c"]),
    ("- a\n    - b $x$\n        - c $y$", ["x", "y"]),
    ("- > quote in a list $x$\n  > and $y$", ["x", "y"]),
    ('!!! note "Title $t$"\n    Inside $x$\n\n    $$\n    - y\n    $$', ["t", "x", "\n- y\n"]),
    ('=== "Tab"\n\n    $x$\n\n        $code$', ["x"]),
    ("??? tip\n    $x$", ["x"]),
    ("| a $x$ | b |\n|---|---|\n| $y$ | $z$ |", ["x", "y", "z"]),
    ("# Heading $x$ #", ["x"]),
    ("Heading $x$\n===", ["x"]),
    ("---\nmath: $no$\n---\n$x$", ["x"]),
    ("[^1]: note $x$\n\n    more $y$", ["x", "y"]),
    ("$a$, $b$; ($c$) **$d$** *$e$*", ["a", "b", "c", "d", "e"]),
    ("a wrapped $x +\ny$ formula", ["x +\ny"]),
    ("$$\na\n- b\n+ c\n> d\n# e\n$$", ["\na\n- b\n+ c\n> d\n# e\n"]),
    (r"$\text{cost } \$5$ and $$ \text{if $x$} $$", [r"\text{cost } \$5", r" \text{if $x$} "]),
    ("```text\na\n```\n    no blank line, no code: $x$", ["x"]),
    ("$x$$y$", ["x", "y"]),
    ("then $ x $ and $ AB = BA $.", [" x ", " AB = BA "]),
    ("the $ \\alpha $ of $\\beta $ and $ \\gamma$", [" \\alpha ", "\\beta ", " \\gamma"]),
    (r"so \\(AB = BA\\) and \\[\alpha \\ \beta\\]", ["AB = BA", r"\alpha \\ \beta"]),
    ("also $`AB = BA`$ here", ["AB = BA"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FORMULAS)
def test_formulas(text: str, expected: list[str]) -> None:
    assert tex(text) == expected


NOT_FORMULAS = [
    "`$x$` and ``a ` $x$``",
    "`` `$x$` ``",
    "```\n$x$\n```",
    "~~~\n$x$\n```\n$y$\n~~~",
    "```python\na = '$x$'\n```",
    "- list\n\n    ```text\n    $x$\n    ```",
    '!!! note\n    ```text title="a"\n    $x$\n\n    $y$\n    ```',
    "> ```\n> $x$\n> ```",
    "text\n\n    $x$ is indented code",
    "<!-- $x$ -->",
    "<!--\n\n$$ x $$\n\n-->",
    "a <!-- comment\n\n over lines $x$ --> b",
    r"\$x\$ costs \$5",
    r"\\\$x$",
    "It costs $20 and $30.",
    "US$5, CA$6 and $7",
    "$ 5 and $ 7, or US$ 9",
    "the $ sign and the $ sign",
    "$x $ y$1",
    '<img alt="$x$" src="a">',
    "<code>$x$</code> and <kbd>$y$</kbd>",
    "<pre>\n$x$\n\n$y$\n</pre>",
    "<script>\n\nlet a = '$x$'\n</script>",
    r"a \\(group\\) b",
    r"C:\temp and \n and the \left button",
    "```latex\n\\usepackage{amsmath}\n```".replace("\\usepackage", "usepackage"),
    "---\ntitle: $x$\n---",
]


@pytest.mark.parametrize("text", NOT_FORMULAS)
def test_what_is_no_formula(text: str) -> None:
    page = read(text)
    assert page.formulas == ()
    assert page.problems == ()


def test_after_what_hides_mathematics_it_is_seen_again() -> None:
    for text in NOT_FORMULAS:
        ends_code = "indented code" in text
        assert tex(text + "\n\n$z$")[-1:] == ["z"], text
        assert ends_code or tex("$a$\n\n" + text)[:1] == ["a"], text


def test_display() -> None:
    text = "$a$ $$b$$ \\(c\\) \\[d\\]\n\n```math\ne\n```"
    assert [f.display for f in read(text).formulas] == [False, True, False, True, True]


def test_spans_hold_the_delimiters() -> None:
    text = "a $x$ b \\(y\\)\n\n> $$\n> z\n> $$\n\n```math\nw\n```\n"
    spans = [text[slice(*formula.span)] for formula in read(text).formulas]
    assert spans == ["$x$", "\\(y\\)", "$$\n> z\n> $$", "```math\nw\n```"]


PROBLEMS = [
    ("a\n$$ x\n\nb", "this $$ is never closed", "$$"),
    ("$$\nx\n\ny\n$$", "this $$ is never closed", "$$"),
    ("\\[ x", r"this \[ is never closed", "\\["),
    ("\\begin{align} x", r"this \begin{align} is never closed", "\\begin{align}"),
    ("\\begin{pmatrix} x \\end{pmatrix}", r"\begin{pmatrix} stands outside a formula", None),
    ("the $\\alpha of", "this $ is never closed", "$"),
    ("the $ \\alpha $2 of", "this $ opens no formula: a digit follows the closing $", "$"),
    ("the $\\alpha$2 of", "this $ opens no formula: a digit follows the closing $", "$"),
    ("\\(\\alpha of", r"this \( is never closed", "\\("),
    ("$$ $$", "an empty formula", "$$ $$"),
    ("```math\n\n```", "an empty formula", None),
    ("<!-- a\n\n$x$", "this <!-- is never closed", "<!--"),
    ("```latex\nAB = BA\n```", "this fence shows TeX as code", "```latex"),
    ("``` {.tex}\n\\alpha\n```", "this fence shows TeX as code", "``` {.tex}"),
    ('<script type="math/tex">AB=BA</script>', "mathematics in HTML is not read", None),
    ("<math><mi>x</mi></math>", "mathematics in HTML is not read", "<math>"),
    ("![x](https://latex.codecogs.com/svg.latex?AB=BA)", "a picture of a formula", None),
    ("so [math]AB=BA[/math]", "this spelling of a formula is not read", "[math]"),
    ("so :math:`AB=BA`", "this spelling of a formula is not read", ":math:"),
    ("so \\frac{a}{b} = c", "TeX stands outside a formula", "\\frac"),
    ("the gradient dL/dW = X^T G", "an equation in plain text is not read", None),
    ("```text\n$x$", "this fence is never closed", "```text"),
    ("```math\nx", "this fence is never closed", "```math"),
    ("---\na: [\n---\n", "the front matter is not YAML", None),
    ("---\n- a\n---\n", "the front matter is not a list of `key: value`", "- a"),
    ("---\na: b: c\n---\n", "the front matter is not YAML: mapping values", None),
    ("---\na: 'b\n---\n", "the front matter is not YAML", None),
    ("<!--- derivlib: frobnicate -->", "unknown directive 'frobnicate'", None),
    ("<!--- derivlib: skip -->\n$x$", "skip needs a reason", None),
    ('<!--- derivlib: skip "" -->\n$x$', "skip needs a reason", None),
    ("<!--- derivlib: layout sideways -->", "layout needs numerator", None),
    ("<!--- derivlib: label -->", "label needs a name", None),
    ("<!--- skip: next -->\n$x$", "this skip is not understood", None),
    ('<!--- derivlib: skip "reason" -->', "nothing follows this skip", None),
]


@pytest.mark.parametrize(("text", "statement", "marked"), PROBLEMS)
def test_problems(text: str, statement: str, marked: str | None) -> None:
    page = read(text)
    assert len(page.problems) == 1
    assert page.problems[0].statement.startswith(statement)
    assert page.problems[0].kind == "page"
    span = page.problems[0].span
    assert span is not None
    if marked is not None:
        assert text[slice(*span)] == marked


def test_many_problems_are_counted() -> None:
    page = read("$$ $$ " * 1000)
    assert len(page.problems) == 101
    assert page.problems[-1].statement == "900 more mistakes of this kind on the page"


def test_front_matter() -> None:
    page = read("---\ntitle: A $x$\nseed: 3\nnested: {a: [1, 2]}\n---\n# $y$\n")
    assert page.front_matter == {"title": "A $x$", "seed": 3, "nested": {"a": [1, 2]}}
    assert [formula.span.start for formula in page.formulas] == [51]
    assert read("---\r\na: 1\r\n---\r\n$x$").front_matter == {"a": 1}
    assert read("no front matter\n---\na: b\n---\n").front_matter == {}
    assert read("---\n---\n$x$").front_matter == {}


def test_front_matter_that_would_take_long() -> None:
    for body in ("a: [" + "[" * 20_000, "- " * 15_000, "a: " + "b" * 50_000, "&a [*a]", "1: 2"):
        start = time.perf_counter()
        assert len(problems(f"---\n{body}\n---\n")) == 1
        assert time.perf_counter() - start < 5


def test_directives() -> None:
    text = (
        '<!--- derivlib: skip "a picture, not an equation" -->\n$x$\n'
        "<!-- derivlib: wrong -->\n$$ y $$\n\n<!--- derivlib: vary U, b --->\n"
        "<!--- derivlib: layout numerator -->\n<!--- derivlib: label gradient -->\n$z$\n"
        '<!--- skip: next "not ours" -->\n$w$ <!-- an ordinary comment -->'
    )
    page = read(text)
    found = [(item.name, item.argument) for item in page.items if isinstance(item, Directive)]
    assert found == [
        ("skip", "a picture, not an equation"), ("wrong", ""), ("vary", "U, b"),
        ("layout", "numerator"), ("label", "gradient"), ("skip", "not ours"),
    ]  # fmt: skip
    assert page.problems == ()
    names = [type(item).__name__ for item in page.items]
    assert names[:3] == ["Directive", "Prose", "Formula"]


def test_a_directive_in_a_sentence_stands_between_its_formulas() -> None:
    page = read("Here $x$ <!--- derivlib: wrong --> and $y$ go on.")
    names = [type(item).__name__ for item in page.items]
    assert names == ["Prose", "Formula", "Directive", "Formula"]
    assert prose("Here $x$ <!-- c --> and") == ["Here \ufffc  and"]


def test_prose() -> None:
    assert prose("where\n$$\nx\n$$\nis *symmetric*.\n\nNext $y$.") == [
        "where\n\ufffc\nis *symmetric*.",
        "Next \ufffc.",
    ]
    assert prose("where\n```math\nx\n```\nis symmetric") == ["where\n\ufffc\nis symmetric"]
    assert prose("$$x$$") == ["\ufffc"]
    assert prose("- one $a$\n- two\n  still two\n") == ["one \ufffc", "two\nstill two"]
    assert prose("| a | b |\n|--|--|\n| $x$ | y |") == ["| a | b |", "| \ufffc | y |"]
    assert prose("# A $x$\ntext") == ["A \ufffc", "text"]
    assert prose("<!-- only a comment -->") == []
    assert prose("`code` \\$ <b>bold</b>") == ["`code` \\$ <b>bold</b>"]
    assert prose("$x$ and \ufffc") == ["\ufffc and \ufffd"]


def test_comment_lines_end_no_paragraph_but_their_own() -> None:
    assert prose("<!--- derivlib: wrong -->\n- item $x$\n- item") == ["item \ufffc", "item"]
    assert prose("text\n<!-- c -->\nmore") == ["text\n\nmore"]


def test_headings() -> None:
    text = "# One\n\nTwo $x$\n---\n\n### Three ###\n#### Four {#four .a}\n\na\nb\n---\n#Five\n"
    found = [(h.level, h.title) for h in read(text).items if isinstance(h, Heading)]
    assert found == [(1, "One"), (2, "Two $x$"), (3, "Three"), (4, "Four"), (1, "Five")]
    page = read("# A $x$\n")
    assert [type(item).__name__ for item in page.items] == ["Heading", "Prose", "Formula"]


FENCES = [
    ("```python\nx\n```", "python"),
    ('```python title="x"\nx\n```', "python"),
    ("``` python\nx\n```", "python"),
    ("```py\nx\n```", "python"),
    ("```Python3 hl_lines='1'\nx\n```", "python"),
    ("```pycon\n>>> x\n```", "pycon"),
    ("```python\n>>> x\n```", "pycon"),
    ("```\n>>> x\n```", "pycon"),
    ("```{.python title='x'}\nx\n```", "python"),
    ("``` { .py }\nx\n```", "python"),
    ("```{: .python #a }\nx\n```", "python"),
    ("```{#a .python}\nx\n```", "python"),
    ("```{python}\nx\n```", "python"),
    ("~~~python\nx\n~~~", "python"),
    ("`````py\nx\n```\ny\n`````", "python"),
    (">>> x\n1", "pycon"),
    ("    >>> x\n    1", "pycon"),
    ("- a\n\n    ```python\n    x\n    ```", "python"),
    ('=== "Tab"\n\n    ```python\n    x\n    ```', "python"),
    ("!!! note\n    text\n    ``` py\n    x\n    ```", "python"),
    ("> ```python\n> x\n> ```", "python"),
    ("1. a\n\n   ```python\n   x\n   ```", "python"),
    ("```python\r\nx\r\n```\r\n", "python"),
]


@pytest.mark.parametrize(("text", "language"), FENCES)
def test_every_spelling_of_code_is_collected(text: str, language: str) -> None:
    page = read(text)
    assert [block.language for block in page.code] == [language]
    assert page.code[0].code.split("\n")[0] in ("x", ">>> x")
    assert page.problems == ()


NOT_PYTHON = [
    "```text\nx\n```",
    "```\nx\n```",
    "`python x`",
    "```pythonic\nx\n```",
    "    x = 1",
    "<!--\n```python\nx\n```\n-->",
    "```js\nx\n```",
]


@pytest.mark.parametrize("text", NOT_PYTHON)
def test_what_is_no_python(text: str) -> None:
    assert read(text).code == ()


def test_code_lines() -> None:
    page = read("a\n\n- b\n\n    ```python\n    if x:\n\n        y\n    ```\n\n>>> 1\n1\n")
    block, doctest = page.code
    assert block.code == "if x:\n\n    y"
    assert block.origins == (("page.md", 6), ("page.md", 7), ("page.md", 8))
    assert (doctest.line, doctest.code) == (11, ">>> 1\n1")


def test_skip_goes_to_the_next_formula_or_block() -> None:
    page = read('<!--- skip: next "slow" -->\n```python\nx\n```\n```python\ny\n```\n')
    assert [block.skip_reason for block in page.code] == ["slow", None]
    assert not any(isinstance(item, Directive) for item in page.items)
    page = read('<!--- derivlib: skip "a" -->\n$x$\n\n```python\ny\n```\n')
    assert [block.skip_reason for block in page.code] == [None]


def test_items_are_of_known_kinds() -> None:
    page = read("# A\n\ntext $x$\n\n```py\n1\n```\n")
    assert [block.code for block in page.items if isinstance(block, CodeBlock)] == ["1"]


# any text


ALPHABET = [
    "$", "$$", "\\(", "\\)", "\\[", "\\]", "\\", "`", "```", "~~~", "math", "python", "\n", "\n\n",
    "\r\n", "\r", " ", "    ", "\t", ">", "> ", "- ", "1. ", "#", "===", "---", "|", "|-|-|",
    "<!--", "-->", "derivlib: skip", "x", "a b", "\\begin{align}", "\\end{align}", "\\alpha",
    "{", "}", "𝒳", "\ufffc", "\0", "é", "<pre>", "</pre>", "<a ", '"', "'", "=", "!!! note", ">>> ",
    "[^1]: ", "1", '--8<-- "x.py"', "--8<--", "\u2028", "\x0c", "\ufeff",
]  # fmt: skip


def test_any_text_is_read() -> None:
    """Spans in bounds, offsets exact, no exception: on random compositions of what matters."""
    draw = random.Random(7)
    for _ in range(3000):
        read("".join(draw.choices(ALPHABET, k=draw.randrange(40))))


def test_time_grows_with_length_only() -> None:
    """No input takes long for its length: each token of the alphabet, repeated."""
    skips = '<!--- skip: next "a" -->\n```py\n```\n'
    for token in (*ALPHABET, skips, "<!-- derivlib:" + "-" * 30_000 + "x -->", "a`" * 9 + "``"):
        for text in (token * (100_000 // len(token)), (token + "\n") * (50_000 // len(token))):
            start = time.perf_counter()
            read_page(Source("page.md", text))
            assert time.perf_counter() - start < 5, repr(token)


def test_hypothesis_any_text() -> None:
    hypothesis = pytest.importorskip("hypothesis")
    strategies = hypothesis.strategies
    texts = strategies.one_of(
        strategies.text(), strategies.lists(strategies.sampled_from(ALPHABET)).map("".join)
    )

    @hypothesis.settings(max_examples=300, deadline=None)
    @hypothesis.given(texts)
    def any_text(text: str) -> None:
        read(text)

    any_text()
