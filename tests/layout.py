"""What is looked at on a page, in any browser: nothing sticks out, nothing is squashed."""

from __future__ import annotations

LAYOUT = """() => {
  const box = (element) => element.getBoundingClientRect();
  const shown = (element) => box(element).width > 0;
  const scrolls = (element) => {
    for (let e = element; e; e = e.parentElement)
      if (["auto", "scroll", "hidden"].includes(getComputedStyle(e).overflowX)) return true;
    return false;
  };
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);
  const letter = (math) => box(math.querySelector("mi, mn, mo")).height;
  const paper = getComputedStyle(document.body).backgroundColor;
  return {
    width: document.documentElement.scrollWidth,
    formulas: document.querySelectorAll(".dl-formula").length,
    wrong: document.querySelectorAll(".dl-wrong, .dl-overlay").length,
    broken: all("merror, .dl-source").map((e) => e.textContent),
    flat: all("mfrac").filter((f) => box(f).height < 1.5 * letter(f)).length,
    short: all("mrow > mo:first-child + mtable").filter((t) => t.children.length > 1)
      .filter((t) => !/^[\\u2061-\\u2064]*$/.test(t.previousElementSibling.textContent))
      .filter((t) => box(t.previousElementSibling).height < 0.8 * box(t).height).length,
    wide: all(".dl-inline > math, .dl-scroll > math")
      .filter((m) => box(m).right > innerWidth + 1 && !scrolls(m)).length,
    paper,
    pale: all("math").filter((m) => getComputedStyle(m).color === paper).length,
    font: [...document.fonts].some((f) => f.family.includes("Derivlib") && f.status === "loaded"),
  };
}"""
