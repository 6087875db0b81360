import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import derivlib.calculus as calculus

FOLDER = Path(calculus.__file__).parent
MODELS = (
    "attention",
    "autoencoder",
    "batch_norm",
    "cholesky",
    "convolution",
    "gaussian_process",
    "gru",
    "infonce",
    "inverse_and_determinant",
    "kl_gaussians",
    "layer_norm",
    "least_squares",
    "linear_layer",
    "logistic_regression",
    "lstm",
    "matrix_exponential",
    "mlp",
    "multi_head",
    "rnn",
    "sigmoid_layer",
    "softmax_regression",
    "two_layer",
)
FILES = sorted(FOLDER.glob("*.py"))


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_only_numpy_and_the_errors_are_imported(path):
    allowed = re.compile(r"numpy(\.typing)?|derivlib\.errors|derivlib\.calculus(\.\w+)?")
    for name in imported(path):
        assert (
            allowed.fullmatch(name)
            or name in sys.stdlib_module_names
            or name.startswith(("collections.", "__future__"))
        ), name


def test_importing_it_brings_no_other_package_along():
    code = "import sys, derivlib.calculus; print(*{m.partition('.')[0] for m in sys.modules})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    foreign = {"sybil", "markdown", "mkdocs", "yaml", "pytest", "scipy", "sympy", "hypothesis"}
    assert not foreign & set(run.stdout.split())


def test_every_public_name_is_there_and_says_what_it_is():
    for name in calculus.__all__:
        thing = getattr(calculus, name)
        assert thing.__doc__, name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_snippet_section_is_closed_once(path):
    text = path.read_text(encoding="utf-8")
    opened = re.findall(r"# --8<-- \[start:([\w-]+)\]", text)
    closed = re.findall(r"# --8<-- \[end:([\w-]+)\]", text)
    assert sorted(opened) == sorted(closed)
    assert len(opened) == len(set(opened))


@pytest.mark.parametrize("model", MODELS)
def test_every_model_shows_its_forward_and_backward(model):
    text = (FOLDER / f"{model}.py").read_text(encoding="utf-8")
    for section in ("forward", "forward-steps", "backward", "backward-steps"):
        if (model, section[:8]) == ("two_layer", "backward"):
            section = section.replace("backward", "reverse_mode")
        assert f"[start:{section}]" in text
