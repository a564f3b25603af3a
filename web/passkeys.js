// @ts-check
/**
 * Forms that ask the device for a passkey. They are hidden until it is known that the browser can; then
 * sending one fetches a challenge, asks the device, and sends the form with what it said.
 */

if (isSecureContext && "PublicKeyCredential" in window) {
  for (const form of forms()) form.hidden = false;
  document.addEventListener("submit", (event) => {
    const form = forms().find((form) => form === event.target);
    if (!form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void ask(form);
  }, { capture: true });
}

function forms() {
  return [.../** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-passkey]"))];
}

/** @param {HTMLFormElement} form */
async function ask(form) {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const password = form.elements.namedItem("current_password");
  const secret = password instanceof HTMLInputElement ? password : undefined;
  say(form, undefined);
  try {
    const response = await fetch(form.dataset.challenge ?? "", {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body: secret ? new URLSearchParams({ current_password: secret.value }) : undefined,
      redirect: "manual",
    });
    // Whoever is signed out meanwhile, or must prove first who they are, is sent there.
    if (response.type === "opaqueredirect") return location.reload();
    const answer = await response.json();
    if (typeof answer.to === "string") return location.assign(answer.to);
    if (typeof answer.says === "string") return say(form, answer.says);
    if (!response.ok) return say(form, form.dataset.failed);
    const credential = form.dataset.passkey === "create" ? await make(answer.publicKey) : await find(answer.publicKey);
    fill(form, "proof_ceremony", answer.ceremony);
    fill(form, "proof_passkey", JSON.stringify(credential));
    // It has done its part.
    if (secret) secret.disabled = true;
    form.submit();
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    const { cancelled, failed, already } = form.dataset;
    say(form, name === "InvalidStateError" ? already : name === "NotAllowedError" || name === "AbortError" ? cancelled : failed);
  } finally {
    form.ariaBusy = null;
  }
}

/** Says what went wrong; `undefined` takes it back. @param {HTMLFormElement} form @param {string | undefined} text */
function say(form, text) {
  const place = form.querySelector("[data-passkey-says]");
  if (!(place instanceof HTMLElement)) return;
  place.hidden = !text;
  place.textContent = text ?? "";
}

/** @param {HTMLFormElement} form @param {string} name @param {string} value */
function fill(form, name, value) {
  const input = form.elements.namedItem(name);
  if (input instanceof HTMLInputElement) input.value = value;
}

/** Has the device make a passkey. @param {any} options as the server sent them */
async function make(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(named),
  };
  const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({ publicKey }));
  const response = /** @type {AuthenticatorAttestationResponse} */ (made.response);
  return sent(made, {
    attestationObject: text(response.attestationObject),
    clientDataJSON: text(response.clientDataJSON),
    transports: response.getTransports?.() ?? [],
  });
}

/** Has the device prove a passkey. @param {any} options as the server sent them */
async function find(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: (options.allowCredentials ?? []).map(named),
  };
  const found = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({ publicKey }));
  const response = /** @type {AuthenticatorAssertionResponse} */ (found.response);
  return sent(found, {
    authenticatorData: text(response.authenticatorData),
    clientDataJSON: text(response.clientDataJSON),
    signature: text(response.signature),
    userHandle: response.userHandle ? text(response.userHandle) : null,
  });
}

/** What is sent of a passkey. @param {PublicKeyCredential} passkey @param {object} response */
function sent(passkey, response) {
  return { id: passkey.id, rawId: text(passkey.rawId), type: passkey.type, response, extensions: passkey.getClientExtensionResults() };
}

/** @param {{ id: string, type: string }} credential */
function named(credential) {
  return { ...credential, id: bytes(credential.id) };
}

/** The bytes of base64url. @param {string} text */
function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

/** Bytes as base64url. @param {ArrayBuffer} buffer */
function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
