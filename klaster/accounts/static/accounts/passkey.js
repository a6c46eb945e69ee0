// Passkeys: shown where the browser knows them; a device that does not confirm is said in words, not in the console.
(() => {
  const forms = document.querySelectorAll("form.passkey");
  if (window.PublicKeyCredential) {
    forms.forEach((form) => { form.hidden = false; });
  }
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    document.querySelectorAll("[data-passkey-problem]").forEach((note) => { note.hidden = false; });
  });
})();
