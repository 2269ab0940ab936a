// Asks the browser to make or use a passkey, and sends what it answers. Without this file the page says what it lacks.

const form = document.querySelector("[data-passkey]");
const able = "credentials" in navigator && "PublicKeyCredential" in window;

function bytes(text) {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function text(buffer) {
  const characters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function withBytes(options) {
  const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  const user = options.user && { ...options.user, id: bytes(options.user.id) };
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(user && { user }),
    ...(options.excludeCredentials && { excludeCredentials: known(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: known(options.allowCredentials) }),
  };
}

function asJson(credential) {
  const { response } = credential;
  const answer = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) answer[part] = text(response[part]);
  }
  if (response.getTransports) answer.transports = response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: answer,
    extensions: JSON.stringify(credential.getClientExtensionResults()),
  });
}

function say(what) {
  for (const sentence of document.querySelectorAll("[data-said]")) sentence.hidden = sentence.dataset.said !== what;
}

async function ask() {
  say(null);
  try {
    const publicKey = withBytes(JSON.parse(form.dataset.options));
    const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
    form.elements.credential.value = asJson(credential);
    form.submit();
  } catch (error) {
    say(error.name === "InvalidStateError" ? "known" : "refused");
  }
}

for (const part of document.querySelectorAll("[data-without-script]")) part.hidden = true;
for (const part of document.querySelectorAll("[data-with-script]")) part.hidden = false;
if (form && able) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  ask();
} else if (form) {
  say("unable");
}
