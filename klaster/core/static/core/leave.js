/* Who signs out leaves nothing of theirs on the device: days kept to be read without a connection go first. */
"use strict";

(() => {
  const DAYS = "klaster-day "; // begins the names of their caches; the address of the page follows

  async function forget() {
    for (const name of await caches.keys()) {
      if (!name.startsWith(DAYS)) continue;
      await caches.delete(name);
      await (await navigator.serviceWorker.getRegistration(name.slice(DAYS.length)))?.unregister();
    }
  }

  for (const form of document.querySelectorAll("form[data-leaves]")) {
    form.addEventListener("submit", (event) => {
      if (!window.caches) return;
      event.preventDefault();
      forget()
        .catch(() => {})
        .finally(() => form.submit());
    });
  }
})();
