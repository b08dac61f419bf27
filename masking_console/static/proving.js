// Holds a key of this browser, which cannot be read out, and proves with it what the desk asks (DPoP, RFC 9449).
"use strict";
(() => {
  const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
  const COOKIE = "__Secure-desk-proof";
  const bytes = text => new TextEncoder().encode(text);
  const coded = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const digest = text => crypto.subtle.digest("SHA-256", bytes(text));

  // One key a person: several people can work at one computer.
  function kept(use) {
    return new Promise((done, failed) => {
      const opening = indexedDB.open("desk", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
      opening.onerror = () => failed(opening.error);
      opening.onsuccess = () => {
        const asked = use(opening.result.transaction("keys", "readwrite").objectStore("keys"));
        asked.onsuccess = () => { opening.result.close(); done(asked.result); };
        asked.onerror = () => { opening.result.close(); failed(asked.error); };
      };
    });
  }
  async function keyOf(person, make) {
    let key = await kept(store => store.get(person));
    if (!key && make) {
      key = await crypto.subtle.generateKey(ALGORITHM, false, ["sign"]);
      await kept(store => store.put(key, person));
      navigator.storage?.persist?.();
    }
    return key;
  }
  async function publicOf(key) {
    const { crv, kty, x, y } = await crypto.subtle.exportKey("jwk", key.publicKey);
    return { crv, kty, x, y }; // in the order of RFC 7638
  }
  const thumbprint = async jwk => coded(await digest(JSON.stringify(jwk)));

  // Sets the proof of what was asked, for the next request of a path; false where this browser may not prove for the person.
  async function prove({ claims, person, enrols, devices }, path) {
    const key = await keyOf(person, enrols);
    if (!key) return false;
    const jwk = await publicOf(key);
    if (!enrols && !devices.includes(await thumbprint(jwk))) return false;
    const jti = coded(crypto.getRandomValues(new Uint8Array(16)));
    const said = [{ typ: "dpop+jwt", alg: "ES256", jwk }, { ...claims, jti, iat: Math.floor(Date.now() / 1000) }];
    const text = said.map(part => coded(bytes(JSON.stringify(part)))).join(".");
    const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, bytes(text));
    document.cookie = `${COOKIE}=${text}.${coded(signature)}; Path=${path}; Secure; SameSite=Strict; Max-Age=30`;
    return true;
  }

  const page = document.getElementById("prove");
  if (page) {
    const unknown = () => { for (const each of page.querySelectorAll("[data-said]")) each.hidden = each.dataset.said !== "unknown"; };
    prove(JSON.parse(page.dataset.asked), location.pathname).then(done => {
      const form = page.querySelector("form");
      if (!done) unknown();
      else if (form) form.submit();
      else location.reload(); // `replace` would not load an address with a fragment again
    }).catch(unknown);
  }

  // An act in place is sent again, by the form that it came from.
  document.addEventListener("htmx:finally:request", event => {
    const asked = event.detail.ctx?.response?.headers?.get("Desk-Proof");
    const form = event.target instanceof HTMLFormElement ? event.target : null;
    if (!asked || !form) return;
    prove(JSON.parse(asked), form.getAttribute("hx-post")).then(done => {
      if (done) form.requestSubmit();
      else location.assign("/me/keys");
    });
  });

  // The page of the person's own devices says which one this browser is, and shows its code while it waits.
  const own = document.getElementById("own-devices");
  if (own) (async () => {
    const key = await keyOf(own.dataset.person, false);
    const id = key && await thumbprint(await publicOf(key));
    const row = id && own.querySelector(`[data-device="${id}"]`);
    if (row) row.querySelector("[data-this]").hidden = false;
    if (row?.dataset.status === "revoked") await kept(store => store.delete(own.dataset.person)); // the next one is new
    document.getElementById("enrol-browser").hidden = row && row.dataset.status !== "revoked";
    if (row?.dataset.status !== "pending") return;
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const code = new Uint8Array(await digest(`device-code/1${id}`));
    const bits = [...code.slice(0, 7)].map(each => each.toString(2).padStart(8, "0")).join("");
    const text = Array.from({ length: 10 }, (_, at) => letters[parseInt(bits.slice(5 * at, 5 * at + 5), 2)]).join("");
    document.getElementById("device-code").textContent = `${text.slice(0, 5)} ${text.slice(5)}`;
    document.getElementById("device-waits").hidden = false;
  })();
})();
