/* A form that keeps what is typed: htmx saves it when typing stops; this script does on leaving, and says what failed. */
"use strict";

(() => {
  const TRY_AGAIN = 10000; // milliseconds
  const box = document.getElementById("draft-keeping");
  if (!box) return;
  const form = box.closest("form");
  let typed = false; // something that was not saved yet
  let sent = false;
  let timer = 0;

  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, () => {
      typed = true;
      sent = false;
    });
  }
  form.addEventListener("submit", () => {
    sent = true;
    clearTimeout(timer);
  });
  window.addEventListener("pageshow", () => {
    sent = false; // back from the next page
  });

  box.addEventListener("htmx:beforeRequest", (event) => {
    if (sent) event.preventDefault();
    else typed = false;
  });
  box.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 409 || xhr.status === 413) {
      typed = true;
      event.detail.shouldSwap = true; // our own words about it
      event.detail.isError = false;
    }
  });
  for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    box.addEventListener(kind, () => {
      typed = true;
      const words = document.createElement("p");
      words.className = "s2";
      words.setAttribute("role", "alert");
      words.textContent = box.dataset.failed;
      const said = document.getElementById("draft-said");
      for (const old of said.querySelectorAll(":scope > :not(input)")) old.remove();
      said.append(words);
      clearTimeout(timer);
      timer = setTimeout(() => box.dispatchEvent(new CustomEvent("again")), TRY_AGAIN);
    });
  }

  function leave() {
    if (!typed || sent) return;
    const words = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string") words.append(name, value); // pictures are sent with the form alone
    }
    if (navigator.sendBeacon(box.getAttribute("hx-post"), words)) typed = false;
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leave();
  });
  window.addEventListener("pagehide", leave);
})();
