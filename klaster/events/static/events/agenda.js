/* The agenda of the organiser: sessions are dragged to another time and room, or moved with Alt and an arrow. Without
   this script there are the buttons of each session; both send the same form. */
"use strict";

(() => {
  const MINUTES = { ArrowUp: -15, ArrowDown: 15 };
  const ROOMS = { ArrowLeft: -1, ArrowRight: 1 };
  let dragged = null;
  let focus = ""; // the session to come back to after the grid was drawn anew

  const grid = () => document.getElementById("agenda-grid");

  function send(session, values) {
    const form = session.querySelector("form");
    for (const [name, value] of Object.entries(values)) {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      form.append(input);
    }
    focus = session.id;
    form.requestSubmit();
  }

  function ready() {
    for (const session of document.querySelectorAll("[data-session]")) {
      session.draggable = true;
      session.tabIndex = 0;
      session.setAttribute("aria-keyshortcuts", "Alt+ArrowUp Alt+ArrowDown Alt+ArrowLeft Alt+ArrowRight");
    }
    if (focus) {
      const session = document.getElementById(focus);
      focus = "";
      if (session && !session.contains(document.activeElement)) session.focus();
    }
  }

  document.addEventListener("dragstart", (event) => {
    const session = event.target.closest && event.target.closest("[data-session]");
    if (!session) return;
    dragged = session;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", session.dataset.session);
  });

  const place = (event) => (dragged && event.target.closest ? event.target.closest("[data-starts]") : null);

  document.addEventListener("dragover", (event) => {
    const cell = place(event);
    if (!cell) return;
    event.preventDefault();
    for (const other of grid().querySelectorAll(".is-over")) if (other !== cell) other.classList.remove("is-over");
    cell.classList.add("is-over");
  });

  document.addEventListener("drop", (event) => {
    const cell = place(event);
    if (!cell) return;
    event.preventDefault();
    cell.classList.remove("is-over");
    if (!cell.contains(dragged)) send(dragged, { starts: cell.dataset.starts, room: cell.dataset.room });
    dragged = null;
  });

  document.addEventListener("dragend", () => {
    dragged = null;
    const current = grid();
    if (current) for (const cell of current.querySelectorAll(".is-over")) cell.classList.remove("is-over");
  });

  document.addEventListener("keydown", (event) => {
    const session = event.target.closest("[data-session]");
    if (!session || !event.altKey || !(event.key in MINUTES || event.key in ROOMS)) return;
    if (event.target.closest("select, input, textarea")) return; // there the keys mean something else
    event.preventDefault();
    if (event.key in MINUTES) {
      if (session.closest("[data-starts]")) send(session, { minutes: MINUTES[event.key] });
      return;
    }
    const select = session.querySelector("select[name=room]");
    const option = select && select.options[select.selectedIndex + ROOMS[event.key]];
    if (option) send(session, { room: option.value });
  });

  document.addEventListener("htmx:afterSettle", ready);
  document.addEventListener("DOMContentLoaded", ready);
  if (document.readyState !== "loading") ready();
})();
