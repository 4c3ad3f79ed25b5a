// Opens the page: key from the password, AES-GCM, gzip. Nothing is sent, and nothing is kept when the page is closed.
(() => {
  const get = id => document.getElementById(id);
  const said = get("said"), field = get("password"), button = get("open"), box = get("sealed");
  const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const text = value => new TextEncoder().encode(value);

  const opened = async password => {
    const {salt, nonce, iterations, bound} = box.dataset;
    const base = await crypto.subtle.importKey("raw", text(password.normalize("NFKC")), "PBKDF2", false, ["deriveKey"]);
    const how = {name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: Number(iterations)};
    const key = await crypto.subtle.deriveKey(how, base, {name: "AES-GCM", length: 256}, false, ["decrypt"]);
    const lock = {name: "AES-GCM", iv: bytes(nonce), additionalData: text(bound)};
    const packed = await crypto.subtle.decrypt(lock, key, bytes(box.textContent.trim()));
    return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };

  const unlock = async () => {
    said.textContent = "";
    if (!globalThis.crypto?.subtle || !globalThis.DecompressionStream) { said.textContent = said.dataset.old; return; }
    button.disabled = true;
    try {
      const page = await opened(field.value);
      document.open();
      document.write(page);
      document.close();
    } catch {
      said.textContent = said.dataset.wrong;
      button.disabled = false;
      field.select();
    }
  };
  button.onclick = unlock;
  field.onkeydown = event => { if (event.key === "Enter") unlock(); };
  field.focus();
})();
