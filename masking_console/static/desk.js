// Hides revealed values, holds a decision back for ten seconds, answers keys, keeps what is typed, and warns before a session ends.
"use strict";
(() => {
  const body = document.body;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);

  // Values. Each has its place, a slot beside its mask; emptying the slot hides it.
  let timer = 0;
  let current = [];
  function hide(output) {
    const slot = output.closest(".slot");
    const row = output.closest("tr");
    const focused = slot.contains(document.activeElement);
    slot.replaceChildren();
    if (focused) one("[data-show]", row)?.focus();
  }
  let heard = [];
  function hideAll(except = []) {
    for (const output of all("[data-revealed]")) if (!except.includes(output)) hide(output);
    if (!except.length) { clearTimeout(timer); current = []; }
  }
  function watch() {
    const shown = all("[data-revealed]").filter(output => !current.includes(output));
    if (shown.length) {
      if (document.hidden) { shown.forEach(hide); return; } // they came after the person had left
      current = shown; // what one touch opened shows together
      hideAll(shown);
      for (const said of heard) said.closest(".slot")?.replaceChildren();
      one("[data-hide]", shown[0].closest(".slot"))?.focus();
      clearTimeout(timer);
      timer = setTimeout(() => hideAll(), 1000 * Number(shown[0].dataset.seconds));
      document.getElementById("nothing-opened")?.remove();
      spend(shown.length);
      document.getElementById("marked")?.reset();
      mark();
    }
    heard = all(".slot .said, .slot .dial");
  }
  function spend(values) {
    if (!body.classList.contains("values") || !one("form[hx-post]")) return;
    for (const meter of all("#strip meter")) {
      const left = Math.max(0, meter.value - values);
      meter.value = left;
      meter.setAttribute("value", left);
      one("[data-left]", meter.parentElement).textContent = left;
    }
  }
  // Fields that are marked show together; as many as one signature opens.
  function mark() {
    const form = document.getElementById("marked");
    if (!form) return;
    const marks = all("[data-mark]");
    const marked = marks.filter(each => each.checked).length;
    const button = one("button", form);
    for (const each of marks) each.disabled = !each.checked && marked >= Number(form.dataset.atMost);
    button.hidden = !marked;
    one("[data-count]", button).textContent = marked;
  }
  // While a budget is spent no Show is on: at once, also after a reload, and on again when it frees.
  let free = 0;
  function budget() {
    const until = Date.parse(one("#spent [data-until]")?.dataset.until ?? "");
    for (const button of all("[data-show]")) button.disabled = until > Date.now();
    clearTimeout(free);
    if (until > Date.now()) free = setTimeout(() => { one("#spent").replaceChildren(); budget(); }, Math.min(until - Date.now() + 500, 2 ** 31 - 1));
  }

  document.addEventListener("click", event => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-hide]")) { event.preventDefault(); hideAll(); }
    if (target?.closest("[data-print]")) window.print();
    if (target?.closest("[data-take-back]")) takeBack();
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) hideAll(); });
  window.addEventListener("pagehide", () => { hideAll(); send(true); keep(); });
  window.addEventListener("pageshow", event => { if (event.persisted) hideAll(); });
  window.addEventListener("beforeprint", () => hideAll());
  document.addEventListener("change", event => {
    if (event.target instanceof HTMLSelectElement && "submit" in event.target.dataset) event.target.form.requestSubmit();
    if (event.target instanceof HTMLInputElement && "mark" in event.target.dataset) mark();
  });

  // A decision is held back for ten seconds. Leaving the page sends it.
  const undo = document.getElementById("undo");
  let held = null;
  document.addEventListener("submit", event => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset.undo || !undo || form === held?.sent) return;
    event.preventDefault();
    if (held) send(true);
    held = { form, by: event.submitter, ends: Date.now() + 10_000 };
    one("[data-what]", undo).textContent = event.submitter.dataset.act;
    one("[data-case]", undo).textContent = form.dataset.undo;
    for (const button of all("button", form)) button.disabled = true;
    undo.hidden = false;
    one("[data-take-back]", undo).focus();
    held.tick = setInterval(count, 250);
    count();
  });
  function count() {
    const left = Math.ceil((held.ends - Date.now()) / 1000);
    one("[data-seconds]", undo).textContent = Math.max(left, 0);
    if (left <= 0) send(false);
  }
  function send(leaving) {
    if (!held) return;
    const { form, by, tick } = held;
    clearInterval(tick);
    for (const button of all("button", form)) button.disabled = false;
    if (leaving) {
      held = null;
      fetch(by.formAction || form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true });
    } else {
      held = { sent: form };
      form.requestSubmit(by);
    }
  }
  function takeBack() {
    if (!held) return;
    clearInterval(held.tick);
    for (const button of all("button", held.form)) button.disabled = false;
    held.by.focus();
    held = null;
    undo.hidden = true;
  }

  // What is typed into a form is kept, for this person and for an hour.
  let typing = 0;
  let typed = null;
  document.addEventListener("input", event => {
    const form = event.target instanceof Element ? event.target.closest("form[data-keep]") : null;
    if (!form) return;
    typed = form;
    clearTimeout(typing);
    typing = setTimeout(keep, 1500);
  });
  document.addEventListener("submit", event => { if (event.target === typed) { clearTimeout(typing); typed = null; } });
  function keep() {
    if (!typed) return;
    const fields = new URLSearchParams(new FormData(typed));
    fields.set("form", new URL(typed.action).pathname);
    typed = null;
    clearTimeout(typing);
    fetch("/me/keep", { method: "POST", body: fields, keepalive: true }).catch(() => {});
  }

  // Keys. None fires in a field; each can be switched off on the page "Me".
  const keys = JSON.parse(body.dataset.keys || "{}");
  const rows = () => all("[data-row]").map(row => one("a, button", row)).filter(Boolean);
  function move(step) {
    const links = rows();
    const at = links.findIndex(link => link === document.activeElement || link.closest("[data-row]").classList.contains("at"));
    select(links[Math.min(Math.max(at < 0 ? 0 : at + step, 0), links.length - 1)]);
  }
  function select(link) {
    if (!link) return;
    for (const row of all("[data-row].at")) row.classList.remove("at");
    link.closest("[data-row]").classList.add("at");
    link.focus();
  }
  const acts = {
    down: () => move(1),
    up: () => move(-1),
    open: () => (one("[data-row].at a") ?? one("[data-row] a"))?.click(),
    help: () => document.getElementById("keys")?.showModal(),
  };
  document.addEventListener("keydown", event => {
    const target = event.target instanceof Element ? event.target : body;
    if (event.key === "Escape") {
      for (const form of all("form[hx-post]")) window.htmx?.trigger(form, "htmx:abort");
      hideAll();
      return;
    }
    const link = event.key === " " ? target.closest("a[role=button]") : null;
    if (link) { event.preventDefault(); link.click(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, dialog[open]")) return;
    const name = keys[event.key];
    if (!name) return;
    const control = all(`[data-key="${name}"]`).find(each => !each.disabled && each.offsetParent);
    if (!acts[name] && !control) return;
    event.preventDefault();
    if (acts[name]) acts[name](); else if (name === "search") control.focus(); else control.click();
  });

  // A list that is polled is not exchanged under the hands of the person who types in it, and keeps its row.
  let row = "";
  body.addEventListener("htmx:before:request", event => {
    const list = event.target instanceof Element ? event.target.closest("[data-quiet]") : null;
    if (!list) return;
    if (one("input:focus, textarea:focus, details[open]", list)) event.preventDefault();
    row = list.contains(document.activeElement) ? document.activeElement.closest("[data-row]")?.dataset.row : "";
  });
  body.addEventListener("htmx:after:swap", () => {
    if (row) select(rows().find(link => link.closest("[data-row]").dataset.row === row));
    row = "";
    const waiting = Number(one("#waiting [data-count]")?.dataset.count ?? 0);
    document.title = (waiting ? `(${waiting}) ` : "") + document.title.replace(/^\(\d+\) /, "");
    const clean = one("#line-rows")?.dataset.clean;
    if (clean !== undefined && area) { area.value = clean; delete one("#line-rows").dataset.clean; }
    watch();
    budget();
    tell();
  });

  body.addEventListener("htmx:finally:request", () => setTimeout(budget)); // htmx gives the pressed button back just after

  const idle = document.getElementById("idle");
  if (idle) {
    const warn = 1000 * Number(idle.dataset.warn);
    const extend = () => 1000 * Number(idle.dataset.idle) + Date.now();
    let ends = Date.now() + 1000 * Number(idle.dataset.left);
    setInterval(() => {
      const left = ends - Date.now();
      if (idle.hidden && left <= warn) {
        idle.hidden = false;
        if (document.activeElement === body) one("button", idle).focus(); // then one key extends
      }
      if (left > warn) idle.hidden = true;
      if (left <= 0) { hideAll(); location.assign("/sign-in?next=" + encodeURIComponent(location.pathname)); }
    }, 1000);
    document.getElementById("stay")?.addEventListener("submit", event => {
      event.preventDefault();
      fetch("/me/stay", { method: "POST" }).then(answer => { if (answer.ok) { ends = extend(); idle.hidden = true; } });
    });
    body.addEventListener("htmx:after:request", event => {
      if (event.target instanceof Element && event.target.matches("form")) ends = extend(); // polls extend nothing
    });
  }

  // The promise of a new case counts the sound lines only.
  const form = document.getElementById("new-case");
  const area = form && document.getElementById("waybills");
  const hint = form && document.getElementById("waybills-hint");
  const usual = hint?.textContent;
  function tell() {
    if (!hint) return;
    const sound = Number(one("#line-rows")?.dataset.sound ?? 0);
    const waits = sound > Number(form.dataset.approveAbove) || form.purpose.selectedOptions[0].dataset.approval === "required";
    const words = sound === 1 ? (waits ? hint.dataset.oneWaits : hint.dataset.one) : waits ? hint.dataset.waits : hint.dataset.many;
    hint.textContent = sound ? words.replace("{n}", String(sound)) : usual;
  }
  form?.purpose.addEventListener("change", tell);

  // Coming back to a list, the row behind the one that was opened is next.
  document.addEventListener("click", event => {
    const link = event.target instanceof Element ? event.target.closest(".queue [data-row] th a") : null;
    if (link) history.replaceState(null, "", `#after=${encodeURIComponent(link.textContent)}`);
  });
  const after = decodeURIComponent(location.hash.replace("#after=", ""));
  if (after && one(".queue")) {
    const links = rows();
    const at = links.findIndex(link => link.textContent === after);
    if (at >= 0) select(links[Math.min(at + 1, links.length - 1)]);
  }
  watch();
  budget();
  mark();
  tell();
})();
