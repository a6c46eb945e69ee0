/* Names under a search box while somebody types. Without this script the box is a plain form. */
"use strict";

(() => {
  const WAIT = 180; // milliseconds of quiet before asking
  const SHORTEST = 2;

  for (const form of document.querySelectorAll("form[data-suggest]")) {
    const input = form.querySelector("input[name=q]");
    const box = form.querySelector(".suggest");
    const status = form.querySelector("[role=status]");
    let timer = 0;
    let asked = "";
    let request = null;

    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", box.id);
    input.setAttribute("aria-expanded", "false");

    const options = () => [...box.querySelectorAll("[role=option]")];
    const chosen = () => box.querySelector("[aria-selected=true]");

    function show(open) {
      box.hidden = !open;
      input.setAttribute("aria-expanded", String(open));
      if (!open) choose(null);
    }

    function choose(option) {
      for (const each of options()) each.setAttribute("aria-selected", String(each === option));
      if (option) {
        input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      } else {
        input.removeAttribute("aria-activedescendant");
      }
    }

    async function ask() {
      const words = input.value.trim();
      if (words === asked) return;
      asked = words;
      if (request) request.abort();
      if (words.length < SHORTEST) {
        show(false);
        status.textContent = "";
        return;
      }
      request = new AbortController();
      try {
        const url = `${form.dataset.suggest}?${new URLSearchParams({ q: words })}`;
        const answer = await fetch(url, { signal: request.signal, headers: { Accept: "text/html" } });
        if (!answer.ok) throw new Error(String(answer.status));
        box.innerHTML = await answer.text(); // our own template, escaped there
        const said = box.querySelector("[data-status]");
        status.textContent = said ? said.textContent.trim() : "";
        if (said) said.remove();
        show(options().length > 0 && document.activeElement === input);
      } catch (error) {
        if (error.name !== "AbortError") show(false); // too many questions or no network: the form still works
      }
    }

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    });

    input.addEventListener("keydown", (event) => {
      const all = options();
      const now = all.indexOf(chosen());
      if (event.key === "Escape" && !box.hidden) {
        event.preventDefault();
        show(false);
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
        event.preventDefault();
        show(true);
        const step = event.key === "ArrowDown" ? 1 : -1;
        const next = now === -1 ? (step === 1 ? 0 : all.length - 1) : now + step;
        choose(all[next] || null); // past either end: back to what was typed
      } else if (event.key === "Enter" && chosen()) {
        event.preventDefault();
        window.location.assign(chosen().dataset.url);
      }
    });

    form.addEventListener("focusout", (event) => {
      if (!form.contains(event.relatedTarget)) show(false);
    });
    input.addEventListener("focus", () => show(options().length > 0 && input.value.trim() === asked));
    box.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the box
  }
})();
