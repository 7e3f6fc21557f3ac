"use strict";
// Decisions on a page without a server: kept in the browser, undone one by one, saved as a file.
(() => {
  const body = document.body;
  const text = body.dataset;
  const list = document.getElementById("pairs");
  const pairs = Array.from(list.querySelectorAll("[data-pair]"));
  const place = "decisions:" + text.page;
  const region = document.getElementById("said");
  const name = document.getElementById("name");
  const store = (() => {
    try {
      localStorage.setItem("enregard", "1");
      return localStorage;
    } catch {
      const kept = new Map();
      return { volatile: true, getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
    }
  })();
  const say = (line) => {
    const said = document.createElement("p");
    said.textContent = line;
    region.replaceChildren(said);
  };
  const put = (line, values) => line.replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);

  // What was decided: every decision in turn, so that each can be undone; the last on a pair counts.
  let deeds = [];
  const read = () => {
    try {
      const found = JSON.parse(store.getItem(place) || "[]");
      deeds = Array.isArray(found) ? found.filter((one) => one && pairs.some((pair) => pair.dataset.hash === one.pair)) : [];
    } catch {
      deeds = [];
    }
  };
  const keep = () => store.setItem(place, JSON.stringify(deeds));
  const own = (pair) => deeds.findLast((one) => one.pair === pair.dataset.hash);
  const verdict = (pair) => own(pair)?.verdict || pair.dataset.verdict;

  const show = (pair) => {
    const said = own(pair);
    for (const button of pair.querySelectorAll(".verdicts [name=verdict]")) {
      if (said && button.value === said.verdict) button.setAttribute("aria-pressed", "true");
      else button.removeAttribute("aria-pressed");
    }
    const tag = pair.querySelector(".own");
    tag.className = "own verdict " + (said ? said.verdict : "");
    tag.textContent = said ? "· " + body.getAttribute("data-verdict-" + said.verdict) : "";
  };
  const count = () => {
    const judged = pairs.filter(verdict).length;
    const share = pairs.length ? Math.floor((100 * judged) / pairs.length) + " %" : "";
    document.getElementById("bar").value = judged;
    document.getElementById("count").textContent = put(text.count, { judged, total: pairs.length, share });
  };

  // Filters
  const form = document.getElementById("filters");
  const folded = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = new Map(pairs.map((pair) => [pair, JSON.parse(pair.dataset.texts)]));
  const searched = new Map(pairs.map((pair) => [pair, folded(texts.get(pair).join(" "))]));
  const number = (value) => (value.trim() ? Number(value.replace(",", ".")) : NaN);
  const score = (pair) => (pair.dataset.score === "" ? 0.5 : Number(pair.dataset.score));
  const fits = (pair, asked) => {
    const said = verdict(pair);
    if (asked.verdict === "none" ? said : asked.verdict === "judged" ? !said : asked.verdict !== "any" && said !== asked.verdict) return false;
    if (asked.finding && !pair.dataset.findings.split(" ").includes(asked.finding)) return false;
    if (score(pair) < number(asked.low) || score(pair) > number(asked.high)) return false;
    return folded(asked.words).split(/\s+/).every((word) => searched.get(pair).includes(word));
  };
  const filter = () => {
    const asked = Object.fromEntries(new FormData(form));
    for (const pair of pairs) {
      pair.hidden = !fits(pair, asked);
      pair.toggleAttribute("data-item", !pair.hidden);
    }
    const matching = pairs.filter((pair) => !pair.hidden).length;
    document.getElementById("matching").textContent = put(text.matching, { number: matching });
  };
  const order = () => {
    const doubt = (pair) => [pair.dataset.findings.trim() ? 0 : 1, score(pair)];
    const byDoubt = (one, other) => doubt(one)[0] - doubt(other)[0] || doubt(one)[1] - doubt(other)[1];
    const byPlace = (one, other) => one.dataset.place - other.dataset.place;
    pairs.sort(form.elements.order.value ? (one, other) => byDoubt(one, other) || byPlace(one, other) : byPlace);
    list.append(...pairs);
  };
  form.addEventListener("input", (event) => {
    if (event.target.name === "order") order();
    filter();
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  // Judging
  const go = (pair) => pair && pair.querySelector("h2 a").focus();
  const following = (pair) => {
    const rest = pairs.slice(pairs.indexOf(pair) + 1).filter((one) => !one.hidden);
    return rest.find((one) => !verdict(one)) || rest[0] || pair;
  };
  const objection = (pair, said) => {
    const field = pair.querySelector("[name=correction]");
    const changed = ![field.defaultValue.trim(), ""].includes(field.value.trim());
    if (said === "correct" && !changed) return [text.unchanged, field];
    return said !== "correct" && changed && own(pair)?.correction !== field.value.trim() ? [text.unsaved, field] : null;
  };
  const decide = (pair, said) => {
    const wrong = objection(pair, said);
    if (wrong) {
      say(wrong[0]);
      const panel = wrong[1].closest("details");
      if (panel) panel.open = true;
      wrong[1].focus();
      return;
    }
    const typed = (what) => pair.querySelector(`[name=${what}]`).value.trim();
    const correction = said === "correct" ? typed("correction") : null;
    deeds.push({ pair: pair.dataset.hash, verdict: said, correction, comment: typed("comment") || null, seen: Number(pair.dataset.seen), when: new Date().toISOString() });
    keep();
    for (const key of ["draft:" + pair.dataset.hash, "sent:" + pair.dataset.pair]) store.removeItem(key);
    const next = following(pair);
    update(pair);
    go(next);
    say(body.getAttribute("data-saved-" + said) + (store.volatile ? " " + text.volatile : ""));
  };
  const update = (pair) => {
    for (const one of pairs) if (one.dataset.hash === pair.dataset.hash) show(one);
    count();
    filter();
  };
  document.addEventListener("submit", (event) => {
    if (event.target.method === "dialog") return;
    event.preventDefault();
    const pair = event.target.closest("[data-pair]");
    if (pair) decide(pair, event.submitter.value);
    else if (event.target.id === "undo") undo();
  });
  const undo = () => {
    const last = deeds.pop();
    if (!last) return say(text.nothing);
    keep();
    const pair = pairs.find((one) => one.dataset.hash === last.pair);
    update(pair);
    if (!pair.hidden) go(pair);
    say(text.undone);
  };

  // A key without a pair at hand is for the one last used, or the first that is shown.
  let current = null;
  document.addEventListener("focusin", (event) => {
    current = event.target.closest("[data-pair]") || current;
  });
  document.addEventListener(
    "keydown",
    (event) => {
      const away = !document.activeElement.closest("[data-pair], input, textarea, select, dialog");
      if (away && "ardecwh".includes(event.key)) go(current && !current.hidden ? current : pairs.find((one) => !one.hidden));
    },
    true,
  );

  // The file. Only it needs a name: what is decided before one is given is kept, and no key falls into the field.
  const decisions = () =>
    pairs
      .filter((pair, at) => own(pair) && pairs.findIndex((one) => one.dataset.hash === pair.dataset.hash) === at)
      .map((pair) => {
        const [left, right] = texts.get(pair);
        return { ...own(pair), left, right };
      });
  document.getElementById("save").addEventListener("click", () => {
    if (!name.value.trim()) {
      say(text.nameWrong);
      name.setAttribute("aria-invalid", "true");
      name.focus();
      return;
    }
    const made = { format: text.format, version: Number(text.version), page: text.page, reviewer: name.value.trim(), decisions: decisions() };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(made, null, 1) + "\n"], { type: "application/json" }));
    link.download = `${text.page}.${folded(made.reviewer).replace(/[^a-z0-9]+/g, "-")}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    say(put(text.savedFile, { number: made.decisions.length }));
  });
  name.value = store.getItem("name") || "";
  name.addEventListener("input", () => {
    name.removeAttribute("aria-invalid");
    store.setItem("name", name.value);
  });
  window.addEventListener("beforeunload", (event) => {
    if (store.volatile && deeds.length) event.preventDefault();
  });

  read();
  pairs.forEach(show);
  count();
  filter();
})();
