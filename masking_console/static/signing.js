// Makes keys of the person's own, and signs with them what a form is about to do (WebAuthn). It keeps nothing.
"use strict";
(() => {
  const body = document.body;
  const needed = new Set((body.dataset.signs || "").split(" ").filter(Boolean));
  const rpId = body.dataset.rpId;
  const told = document.getElementById("signing");
  const FRESH = 100_000; // milliseconds; the service takes a signature for 120 seconds
  const ACTS = [
    [/^\/cases\/[^/]+\/reveal$/, "detokenize"],
    [/^\/cases\/new$/, "case-open"],
    [/^\/cases\/[^/]+\/(approve|deny|close)$/, "case-"],
    [/^\/waybills\/[^/]+\/erase$/, "erase"],
    [/^\/people\/(freeze|unfreeze)$/, ""],
    [/^\/decoys$/, "decoy-plant"],
    [/^\/decoys\/list$/, "decoy-list"],
    [/^\/decoys\/remove$/, "decoy-remove"],
    [/^\/waybills\/[^/]+\/unrestrict$/, "unrestrict"],
    [/^\/keys\/(approve|deny|revoke)$/, "key-"],
    [/^\/devices\/(approve|deny|revoke)$/, "device-"],
    [/^\/incidents\/holds\/[^/]+\/(set|lift)$/, "hold-"],
  ];

  const say = name => { if (told) { told.textContent = name ? told.dataset[name] : ""; told.hidden = !name; } };
  const post = (path, content) => fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) });

  function actOf(path) {
    for (const [pattern, act] of ACTS) {
      const found = pattern.exec(path);
      if (found) return act.endsWith("-") || !act ? act + found[1] : act;
    }
    return "";
  }

  async function sign(path, fields) {
    const answer = await post("/sign", { path, fields });
    if (!answer.ok) throw new Error("refused");
    const proposed = await answer.json();
    if (!proposed.keys.length) throw new Error("noKey");
    const made = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON({
      challenge: proposed.challenge,
      rpId,
      userVerification: "required",
      allowCredentials: proposed.keys.map(id => ({ type: "public-key", id })),
    }) });
    const { id, response } = made.toJSON();
    return JSON.stringify({
      act: proposed.act,
      key: id,
      authenticator_data: response.authenticatorData,
      client_data: response.clientDataJSON,
      signature: response.signature,
    });
  }

  // Before anything else hears of the form: it is sent again once the person has signed.
  document.addEventListener("submit", event => {
    const form = event.target;
    const path = new URL(event.submitter?.getAttribute("formaction") || form.getAttribute("action") || "", location.href).pathname;
    if (form.method !== "post" || !needed.has(actOf(path))) return;
    const signedAt = Number(form.dataset.signedAt || 0);
    if (Date.now() - signedAt < FRESH) {
      if (form.hasAttribute("hx-post")) delete form.dataset.signedAt; // it stays on the page, and its next act is another one
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    form.querySelector("input[name=signed]")?.remove();
    const typed = () => Object.fromEntries(new FormData(form, event.submitter));
    const fields = typed();
    say("waiting");
    sign(path, fields).then(signed => {
      if (JSON.stringify(typed()) !== JSON.stringify(fields)) throw new Error("failed"); // the form changed meanwhile
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: "signed", value: signed });
      form.append(input);
      form.dataset.signedAt = String(Date.now());
      say("");
      form.requestSubmit(event.submitter);
    }).catch(error => say(["noKey", "refused"].includes(error.message) ? error.message : "failed"));
  }, true);

  const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  async function codeOf(publicKey) {
    const prefix = new TextEncoder().encode("key-code/1");
    const all = new Uint8Array(prefix.length + publicKey.byteLength);
    all.set(prefix);
    all.set(new Uint8Array(publicKey), prefix.length);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
    let code = "";
    for (let bit = 0; bit < 50; bit += 5) {
      const two = (digest[bit >> 3] << 8) | digest[(bit >> 3) + 1];
      code += BASE32[(two >> (11 - (bit & 7))) & 31];
    }
    return `${code.slice(0, 5)} ${code.slice(5)}`;
  }

  document.getElementById("enrol")?.addEventListener("submit", event => {
    event.preventDefault();
    const name = event.target.elements.name.value;
    say("waiting");
    (async () => {
      const asked = await post("/me/keys/options", {});
      if (!asked.ok) throw new Error("refused");
      const { publicKey, options } = await asked.json();
      const made = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
      const kept = await post("/me/keys", { name, options, credential: made.toJSON() });
      if (!kept.ok) throw new Error("refused");
      document.getElementById("code").textContent = await codeOf(made.response.getPublicKey());
      document.getElementById("enrolled").hidden = false;
      document.getElementById("enrolled").focus();
      event.target.hidden = true;
      say("");
    })().catch(error => say(error.message === "refused" ? "refused" : "failed"));
  });
})();
