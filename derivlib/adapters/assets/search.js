// A formula as it is typed becomes words that the search of the theme can look up.
// The theme's own worker is loaded behind this one; its name stands after the question mark.
(() => {
  const spellings = [
    [/\\(?:d|t)?frac\s*\{\s*\\partial\s*([^{}]*)\}\s*\{\s*\\partial\s*([^{}]*)\}/g, "d$1/d$2"],
    [/\\(?:partial|mathrm\s*\{d\})\s*|∂\s*/g, "d"],
    [/\\(?:ell|mathcal\s*\{L\})|ℓ/g, "L"],
    [/\^\{?\s*(?:\\(?:top|intercal|(?:mathsf|mathrm|text)\s*\{?T\}?)|⊤|T|t(?![a-z]))\}?|ᵀ|\.T\b/g, "^T"],
    [/\^\{?[-−](\w+)\}?|⁻¹/g, (all, power = "1") => `^−${power}`],
    [/\\hat\s*\{?\s*(\w)\s*\}?/g, "$1hat"],
    [/\\(?:odot|circ)\b|[⊙∘@]|\s\.?\*\s/g, " "],
    [/\\otimes\b|⊗/g, " kron "],
    [/\\(?:left|right|operatorname|mathbf|boldsymbol|text)\b/g, ""],
    [/\\([A-Za-z]+)/g, "$1"],
    [/[{}()[\]|=,;:]+/g, " "],
  ];
  // Words so short and so common that what begins with them is everything.
  const common = /^(?:a|an|and|as|at|by|do|does|for|how|i|in|is|it|not|of|on|or|s|the|to|what|when|which|why|with|respect|wrt)$/i;

  const words = (query) => {
    for (const [from, to] of spellings) query = query.replace(from, to);
    const all = query.split(/\s+/).filter(Boolean);
    const kept = all.filter((word) => /^[A-Z]$/.test(word) || !common.test(word));
    // ^ and its like are signs of the query language: written twice escaped, for it is read twice.
    // What begins with one letter is everything too: a weight of one keeps it from being completed.
    return (kept.length ? kept : all)
      .map((word) => (/^[A-Za-z]$/.test(word) && all.length > 1 ? `${word}^1` : word.replace(/[\^~*]/g, "\\\\\\$&")))
      .join(" ");
  };

  addEventListener("message", ({ data }) => {
    if (data && data.type === 2 && typeof data.data === "string" && !data.data.includes('"'))
      data.data = words(data.data);
  });
  const worker = location.search.slice(1);
  if (/^search\.\w+\.min\.js$/.test(worker)) importScripts(worker);
})();
