// Hides revealed values, warns before a session ends, and keeps lists quiet while a person works in them.
"use strict";
(() => {
  const body = document.body;
  let timer = 0;
  let current = null; // the value that is shown

  function hide(output) {
    const row = output.closest("tr");
    output.replaceWith(document.createTextNode(output.dataset.masked));
    const button = row?.querySelector("[data-hide]");
    const acts = row?.querySelector("[data-acts]");
    if (acts) acts.hidden = false;
    if (button === document.activeElement) acts?.querySelector("form:last-child button").focus();
    button?.remove();
  }

  function hideAll(except) {
    for (const output of document.querySelectorAll("[data-revealed]")) if (output !== except) hide(output);
    if (!except) clearTimeout(timer);
  }

  function watch(root) {
    const shown = [...root.querySelectorAll("[data-revealed]")].find(output => output !== current);
    if (!shown) return;
    if (document.hidden) { hide(shown); return; } // it came after the person had left
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
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") hideAll();
    const link = event.key === " " && event.target instanceof Element ? event.target.closest("a[role=button]") : null;
    if (link) { event.preventDefault(); link.click(); }
  });
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
    const warn = 1000 * Number(idle.dataset.warn);
    const extend = () => 1000 * Number(idle.dataset.idle) + Date.now();
    let ends = Date.now() + 1000 * Number(idle.dataset.left);
    setInterval(() => {
      const left = ends - Date.now();
      if (idle.hidden && left <= warn) {
        idle.hidden = false;
        if (document.activeElement === body) idle.querySelector("button").focus(); // then one key extends
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

  const form = document.getElementById("new-case");
  const area = document.getElementById("waybills");
  const hint = document.getElementById("waybills-hint");
  if (form && area && hint) {
    const usual = hint.textContent;
    const tell = () => {
      const count = new Set(area.value.split(/[\s,，]+/).filter(Boolean)).size;
      const waits = count > Number(form.dataset.approveAbove) || form.purpose.selectedOptions[0].dataset.approval === "required";
      const words = count === 1 ? (waits ? hint.dataset.oneWaits : hint.dataset.one) : waits ? hint.dataset.waits : hint.dataset.many;
      hint.textContent = count ? words.replace("{n}", String(count)) : usual;
    };
    area.addEventListener("input", tell);
    form.purpose.addEventListener("change", tell);
    tell();
  }
  watch(document);
})();
