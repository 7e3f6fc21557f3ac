"use strict";
// Keys, word links and drafts. Every page works without this; what is done is done by its forms and links.
(() => {
  const body = document.body;
  const all = (what, where = document) => Array.from(where.querySelectorAll(what));
  const typing = (node) => node.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  const store = (() => {
    try {
      localStorage.setItem("enregard", "1");
      return localStorage;
    } catch {
      return { getItem: () => null, setItem() {}, removeItem() {} };
    }
  })();

  // What was saved or restored is said aloud: a live region is only read when it changes.
  const region = document.getElementById("said");
  const say = (text) => {
    if (!region || !text) return;
    const line = document.createElement("p");
    line.textContent = text;
    region.append(line);
  };
  if (region && region.textContent.trim()) {
    const lines = Array.from(region.childNodes);
    region.replaceChildren();
    setTimeout(() => region.prepend(...lines), 60);
    for (const one of lines) if (one.dataset && one.dataset.saved) forget(one.dataset.saved);
  }

  // Drafts: what stands in an open form is kept in the browser until it is saved.
  function forget(id) {
    const key = store.getItem("sent:" + id);
    if (key) store.removeItem(key);
    store.removeItem("sent:" + id);
  }
  for (const form of all("form[data-draft-of]")) {
    const key = "draft:" + form.dataset.draftOf;
    const fields = Array.from(form.elements).filter((one) => one.localName === "textarea");
    const begun = new Map(fields.map((field) => [field, field.defaultValue]));
    const keep = () => {
      const words = {};
      for (const field of fields) if (field.value !== begun.get(field)) words[field.name] = field.value;
      if (Object.keys(words).length) store.setItem(key, JSON.stringify(words));
      else store.removeItem(key);
    };
    let words = {};
    try {
      words = JSON.parse(store.getItem(key) || "{}");
    } catch {
      store.removeItem(key);
    }
    let restored = false;
    for (const field of fields) {
      if (typeof words[field.name] !== "string" || words[field.name] === field.value) continue;
      field.value = words[field.name];
      field.closest("details").open = true;
      restored = true;
    }
    if (restored) setTimeout(() => say(body.dataset.draft), 80);
    for (const field of fields) field.addEventListener("input", keep);
    form.addEventListener("submit", () => store.setItem("sent:" + form.dataset.id, key));
  }

  // Word links: asked for once, then lit up under the pointer, and from word to word with the arrow keys.
  const linking = new WeakMap();
  const shown = (pair) => {
    if (!linking.has(pair)) linking.set(pair, load(pair));
    return linking.get(pair);
  };
  async function load(pair) {
    const told = pair.querySelector("[data-links] .linked");
    told.textContent = body.dataset.linking;
    let links;
    try {
      const answer = await fetch(pair.dataset.words, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      links = await answer.json();
    } catch {
      told.textContent = body.dataset.failed;
      linking.delete(pair);
      return [];
    }
    told.textContent = links.length ? body.dataset.linked : body.dataset.noLinks;
    const parts = (side, number) => all(`[data-side="${side}"] [data-word="${number}"]`, pair);
    const made = links.map((one) => ({ ...one, nodes: [...parts("left", one.left), ...parts("right", one.right)] }));
    const light = (link) => {
      for (const node of all(".lit", pair)) node.classList.remove("lit");
      if (!link) return;
      for (const node of link.nodes) node.classList.add("lit");
      told.textContent = `${link.left_text} – ${link.right_text} (${link.score.toFixed(2)})`;
    };
    for (const link of made) {
      for (const node of link.nodes) {
        node.classList.add("linked");
        node.tabIndex = -1;
        node.addEventListener("pointerenter", () => light(link));
        node.addEventListener("pointerleave", () => light(null));
        node.addEventListener("focus", () => light(link));
        node.addEventListener("blur", () => light(null));
      }
    }
    for (const mark of all("[data-side] mark", pair)) if (mark.querySelector(".linked")) settle(pair, mark);
    const stops = all("[data-word].linked", pair);
    if (stops.length) stops[0].tabIndex = 0;
    pair.addEventListener("keydown", (event) => {
      const at = stops.indexOf(event.target);
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (at < 0 || !step) return;
      event.preventDefault();
      const next = stops[(at + step + stops.length) % stops.length];
      stops[at].tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
    return stops;
  }
  // What has a counterpart after all is no difference: its mark goes, and its line in the list.
  function settle(pair, mark) {
    const side = mark.closest("[data-side]").dataset.side;
    const line = all(`.missing [data-of="${side}"]`, pair).find((one) => one.querySelector("mark").textContent === mark.textContent);
    if (line) line.remove();
    for (const list of all(".missing", pair)) if (!list.children.length) list.remove();
    mark.replaceWith(...mark.childNodes);
  }
  for (const panel of all("[data-links]")) {
    panel.addEventListener("toggle", async () => {
      if (!panel.open) return;
      const stops = await shown(panel.closest("[data-pair]"));
      if (panel.contains(document.activeElement) && stops.length) stops[0].focus();
    });
  }
  for (const text of all("[data-side]")) {
    const pair = text.closest("[data-words]");
    if (pair) text.addEventListener("pointerenter", () => shown(pair), { once: true });
  }

  // A quotation is copied in one click.
  const copy = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = document.createElement("textarea");
    field.value = text;
    body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  };
  for (const button of all("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await copy(button.dataset.copy);
      say(button.dataset.copied);
    });
  }

  // Keys: an element says in data-key which key presses it.
  const box = document.getElementById("keys-on");
  if (box) {
    box.checked = store.getItem("keys") !== "off";
    box.addEventListener("change", () => (box.checked ? store.removeItem("keys") : store.setItem("keys", "off")));
  }
  const dialog = document.getElementById("keys");
  for (const link of all("[data-opens]")) {
    link.addEventListener("click", (event) => {
      if (!dialog || typeof dialog.showModal !== "function") return;
      event.preventDefault();
      dialog.showModal();
    });
  }
  const press = (target) => {
    for (let up = target.closest("details"); up; up = up.parentElement.closest("details")) {
      if (target.parentElement !== up || target.localName !== "summary") up.open = true;
    }
    if (target.localName === "summary") {
      const panel = target.parentElement;
      const field = target.dataset.focus && document.getElementById(target.dataset.focus);
      if (field) {
        panel.open = true;
        field.focus();
      } else {
        target.focus();
        target.click();
      }
    } else if (target.matches("input")) {
      target.focus();
      if (target.type === "search") target.select();
    } else target.click();
  };
  const steps = (key) => {
    const items = all("[data-item]");
    const at = items.findIndex((one) => one.contains(document.activeElement) || one === document.activeElement);
    const next = items[key === "j" ? Math.min(at + 1, items.length - 1) : Math.max(at - 1, 0)];
    if (next) (next.matches("a") ? next : next.querySelector("a")).focus();
  };
  // The grid of beads: arrows (j, k) go from cell to cell, s to the places for a cut; a deed keeps the place.
  const cellAt = () => document.activeElement.closest(".cell") || document.querySelector(".bead.at .cell");
  const enter = (cell) => {
    if (!cell) return;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest" });
  };
  const turn = (where) => {
    const address = document.querySelector(".grid").dataset[where];
    if (address) location.assign(address);
  };
  const walk = (event) => {
    const grid = document.querySelector(".grid");
    const cell = grid && cellAt();
    if (!cell || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || (dialog && dialog.open)) return;
    const side = cell.classList.contains("left") ? ".left" : ".right";
    const bead = cell.parentElement;
    const down = ["ArrowDown", "j"].includes(event.key);
    if (down || ["ArrowUp", "k"].includes(event.key)) {
      const next = down ? bead.nextElementSibling : bead.previousElementSibling;
      if (next) enter(next.querySelector(side));
      else turn(down ? "next" : "previous");
    } else if (event.key === "ArrowLeft") enter(bead.querySelector(".left"));
    else if (event.key === "ArrowRight") enter(bead.querySelector(".right"));
    else if (event.key === "s") {
      const places = Array.from(new Set([...all(".split", cell), ...all(".split", bead)]));
      if (places.length === 1) places[0].click();
      else if (places.length) places[(places.indexOf(document.activeElement) + 1) % places.length].focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const grid = document.querySelector("[data-grid]");
  if (grid) {
    let busy = false;
    document.addEventListener("keydown", walk, true);
    enter(cellAt());
    document.addEventListener("submit", async (event) => {
      if (event.target.id !== "deeds") return;
      event.preventDefault();
      if (busy) return;
      busy = true;
      const cell = cellAt();
      const side = cell && cell.classList.contains("right") ? ".right" : ".left";
      try {
        const answer = await fetch(event.submitter.formAction, { method: "POST", body: new URLSearchParams(new FormData(event.target, event.submitter)) });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        document.getElementById("main").replaceChildren(...page.getElementById("main").childNodes);
        if (answer.ok) history.replaceState(null, "", answer.url);
        const now = document.querySelector(".bead.at " + side);
        if (now) now.scrollIntoView({ block: "nearest" });
        enter(now);
      } catch {
        event.target.action = event.submitter.formAction;
        location.reload();
      }
      busy = false;
    });
  }
  // A form that is on its way: a second key must not fall on the pair that was just judged.
  let leaving = false;
  window.addEventListener("submit", (event) => {
    if (leaving) event.preventDefault();
    else if (!event.defaultPrevented) leaving = true;
  });
  window.addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("keydown", (event) => {
    if (leaving) {
      event.preventDefault();
      return;
    }
    const field = typing(event.target);
    if (event.key === "Escape" && field && !(dialog && dialog.open)) {
      event.target.blur();
      const edit = event.target.closest(".edit");
      if (edit && event.target.value === event.target.defaultValue) edit.open = false;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field && event.target.form) {
      event.preventDefault();
      const form = event.target.form;
      const button = Array.from(form.elements).find((one) => one.value === (event.target.dataset.enter || "accept"));
      form.requestSubmit(button || undefined);
      return;
    }
    if (field || event.ctrlKey || event.metaKey || event.altKey || (dialog && dialog.open)) return;
    if (event.key !== "?" && box && !box.checked) return;
    const scopes = [];
    for (let up = document.activeElement.closest("[data-pair]"); up; up = up.parentElement.closest("[data-pair]")) scopes.push(up);
    const keyed = [...scopes, document].flatMap((scope) => all("[data-key]", scope));
    const target = keyed.find((one) => one.dataset.key === event.key);
    if (target) {
      event.preventDefault();
      press(target);
    } else if (event.key === "j" || event.key === "k") steps(event.key);
  });
})();
