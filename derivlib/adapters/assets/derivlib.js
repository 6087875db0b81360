// What is pleasant but not needed: a button that copies the TeX of a formula.
// One delegated listener, so that it survives instant navigation.
(() => {
  const status = (button, words) => {
    button.textContent = words;
    setTimeout(() => { button.textContent = "Copy TeX"; }, 1500);
  };

  document.addEventListener("toggle", (event) => {
    const details = event.target;
    if (!(details instanceof HTMLDetailsElement) || !details.open) return;
    const links = details.matches(".dl-how") && details.querySelector(".dl-links");
    if (!links || links.querySelector("button")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy TeX";
    button.setAttribute("aria-live", "polite");
    button.dataset.dlCopy = "";
    links.append(button);
  }, true);

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-dl-copy]");
    if (!button || !navigator.clipboard) return;
    const formula = button.closest(".dl-formula");
    navigator.clipboard.writeText(formula.dataset.tex.trim()).then(
      () => status(button, "Copied"),
      () => status(button, "Could not copy"),
    );
  });
})();
