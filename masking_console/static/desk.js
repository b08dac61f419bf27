// Hides revealed values, warns before a session ends, and keeps lists quiet while a person works in them.
"use strict";
(() => {
  const body = document.body;
  let timer = 0;
  let current = null; // the value that is shown

  function hide(output) {
    const row = output.closest("tr");
    const masked = document.createTextNode(output.dataset.masked);
    output.replaceWith(masked);
    const button = row?.querySelector("[data-hide]");
    if (button) {
      const again = document.createElement("a");
      again.className = "button small outline";
      again.setAttribute("role", "button");
      again.href = button.getAttribute("href");
      again.textContent = button.dataset.again || "↻";
      const focused = document.activeElement === button;
      button.replaceWith(again);
      if (focused) again.focus();
    }
  }

  function hideAll(except) {
    for (const output of document.querySelectorAll("[data-revealed]")) if (output !== except) hide(output);
    if (!except) clearTimeout(timer);
  }

  function watch(root) {
    const shown = [...root.querySelectorAll("[data-revealed]")].find(output => output !== current);
    if (!shown) return;
    current = shown;
    hideAll(shown);
    shown.closest("tr")?.querySelector("[data-hide]")?.focus();
    clearTimeout(timer);
    timer = setTimeout(() => hideAll(), 1000 * Number(shown.dataset.seconds));
  }

  document.addEventListener("click", event => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-hide]")) { event.preventDefault(); hideAll(); }
    if (target?.closest("[data-print]")) window.print();
  });
  document.addEventListener("keydown", event => { if (event.key === "Escape") hideAll(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) hideAll(); });
  window.addEventListener("pagehide", () => hideAll());
  window.addEventListener("pageshow", event => { if (event.persisted) hideAll(); });
  window.addEventListener("beforeprint", () => hideAll());
  body.addEventListener("htmx:after:swap", () => watch(document));

  // A list that is polled is not exchanged under the hands of the person who types in it.
  body.addEventListener("htmx:before:request", event => {
    const list = event.target instanceof Element ? event.target.closest("[data-quiet]") : null;
    if (list && (list.contains(document.activeElement) || list.querySelector("details[open]"))) event.preventDefault();
  });

  const idle = document.getElementById("idle");
  if (idle) {
    let ends = Date.now() + 1000 * Number(idle.dataset.left);
    const warn = 1000 * Number(idle.dataset.warn);
    setInterval(() => {
      const left = ends - Date.now();
      if (idle.hidden && left <= warn) {
        idle.hidden = false;
        if (document.activeElement === body) idle.querySelector("button").focus(); // then one key extends
      }
      if (left > warn) idle.hidden = true;
      if (left <= 0) { hideAll(); location.assign("/sign-in"); }
    }, 1000);
    document.getElementById("stay")?.addEventListener("submit", event => {
      event.preventDefault();
      fetch("/me/stay", { method: "POST" }).then(answer => {
        if (answer.ok) { ends = Date.now() + 900000; idle.hidden = true; }
      });
    });
  }

  const form = document.getElementById("new-case");
  const area = document.getElementById("waybills");
  const hint = document.getElementById("waybills-hint");
  if (form && area && hint) {
    const usual = hint.textContent;
    area.addEventListener("input", () => {
      const count = new Set(area.value.split(/[\s,，]+/).filter(Boolean)).size;
      const words = count > Number(form.dataset.approveAbove) ? hint.dataset.waits : count === 1 ? hint.dataset.one : hint.dataset.many;
      hint.textContent = count ? words.replace("{n}", String(count)) : usual;
    });
  }
  watch(document);
})();
