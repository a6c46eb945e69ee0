/* The door on a phone: the list of people is kept in the browser, check-ins wait there until they are sent.
   One way for all: what is pressed is put down, shown, and sent when it can be. Without this script the page is forms. */
"use strict";

(() => {
  const box = document.getElementById("door");
  const config = JSON.parse(document.getElementById("door-config").textContent);
  const words = config.words;
  const KEPT = "klaster-door:"; // begins all names in the browser's store
  const MINE = `${KEPT}${config.event}:`;
  const MOST = 300; // rows shown at once
  const ASK = 15000; // milliseconds between two questions for news
  const SAME = 4000; // the camera sees a badge many times
  const SHOWN = 5000;
  const RETRY = [2000, 4000, 8000, 16000, 30000];

  const $ = (id) => document.getElementById(id);
  const say = (text, ...values) => values.reduce((said, value) => said.replace("%s", value), text);
  const say_time = () => new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(new Date());
  const input = $("q");
  const select = $("session");
  let tries = 0;
  let sending = false;
  let state = "connected"; // or "offline", "signed_out"
  let data = null;
  let csrf = "";
  let quiet = 0;

  // --- what the browser keeps -----------------------------------------------------------------------------------
  const read = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  };
  const names = (beginning) => Object.keys(localStorage).filter((name) => name.startsWith(beginning));
  const kept = (kind) => names(`${MINE}${kind}:`).map(read).filter(Boolean);
  const queue = () => kept("entry").sort((one, other) => one.at - other.at);

  function forgetOld() {
    for (const name of names(KEPT).filter((each) => each.endsWith(":list"))) {
      if ((read(name)?.until ?? 0) > Date.now()) continue;
      const event = name.slice(0, -"list".length);
      for (const each of names(event)) localStorage.removeItem(each);
      if (event === MINE) navigator.serviceWorker?.controller?.postMessage("forget");
    }
  }

  function forgetAll() {
    for (const each of names(KEPT)) localStorage.removeItem(each);
    navigator.serviceWorker?.controller?.postMessage("forget");
  }

  function device() {
    const name = `${KEPT}device`;
    if (!localStorage.getItem(name)) localStorage.setItem(name, crypto.randomUUID().slice(0, 8));
    return localStorage.getItem(name);
  }

  // --- who is looked for ----------------------------------------------------------------------------------------
  const folded = (text) =>
    text
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, " ");
  const plainCode = (text) => text.toUpperCase().replace(/[^A-Z0-9]/g, "");
  const session = () => select?.value ?? box.dataset.session;

  function looked(typed) {
    const pieces = folded(typed).split(" ").filter(Boolean);
    if (!pieces.length) return data.people.filter((person) => person.state === "confirmed");
    const code = plainCode(typed);
    return data.people.filter((person) => {
      const text = ` ${folded(`${person.name} ${person.organisation}`)}`;
      return person.code === code || pieces.every((piece) => text.includes(` ${piece}`));
    });
  }

  // --- what is shown --------------------------------------------------------------------------------------------
  function row(person, waiting) {
    const here = person.came[session()];
    const kind = here || waiting ? "door-in" : person.state === "confirmed" ? "door-can" : "door-other";
    const item = $(kind).content.firstElementChild.cloneNode(true);
    const [name, organisation, as] = item.querySelector(".door__who").children;
    name.textContent = person.name;
    organisation.textContent = person.organisation;
    as.textContent = person.category;
    as.classList.add(`c-${person.hue}`);
    const hidden = item.querySelector(".vh");
    if (hidden) hidden.textContent = ` – ${person.name}`;
    if (kind === "door-can") item.querySelector("button").addEventListener("click", () => enter(person));
    if (kind === "door-other") item.querySelector(".door__at").textContent = words.states[person.state];
    if (kind === "door-in") {
      item.querySelector(".door__at").textContent = here ? here.at : words.sending;
      const undo = item.querySelector("button");
      if (here) undo.value = here.pk;
      else {
        undo.type = "button";
        undo.addEventListener("click", () => takeBack(waiting));
      }
    }
    return item;
  }

  function waitingFor() {
    const found = new Map();
    for (const entry of queue()) if (entry.session === session() || !session()) found.set(entry.pk, entry);
    return found;
  }

  function draw() {
    if (!data) return;
    const waiting = waitingFor();
    const people = looked(input.value);
    const list = document.createElement("ul");
    list.className = "door__rows";
    let letter = "";
    for (const person of people.slice(0, MOST)) {
      if (person.letter !== letter) {
        const head = $("door-letter").content.firstElementChild.cloneNode(true);
        head.textContent = letter = person.letter;
        list.append(head);
      }
      list.append(row(person, waiting.get(person.pk)));
    }
    const form = $("door-list");
    for (const drawn of form.querySelectorAll("ul, .state, .door__none")) drawn.remove();
    if (people.length) form.append(list);
    else form.append(note(words.nobody));
    if (people.length > MOST) list.append(note(say(words.more, people.length - MOST)));
    $("door-pages")?.remove();
    const expected = data.people.filter((person) => person.state === "confirmed");
    $("door-came").textContent = expected.filter((each) => each.came[session()] || waiting.has(each.pk)).length;
    const place = data.places.find((each) => each.key === session());
    $("door-expected").textContent = place?.places ?? expected.length;
  }

  function note(text) {
    const line = document.createElement("p");
    line.className = "door__none soft";
    line.textContent = text;
    return line;
  }

  function drawLine() {
    $("door-kept").hidden = !data;
    const waits = queue().length;
    const line = $("door-line");
    line.hidden = false;
    line.dataset.kind = state === "connected" && !waits ? "ok" : "wait";
    line.textContent = [words[state], waits ? say(words.waits, waits) : ""].filter(Boolean).join(" · ");
  }

  function drawProblems() {
    const list = $("door-problems");
    list.replaceChildren(
      ...kept("problem").map((problem) => {
        const item = $("door-problem").content.firstElementChild.cloneNode(true);
        item.querySelector("p").textContent = problem.words;
        item.querySelector("button").addEventListener("click", () => {
          localStorage.removeItem(`${MINE}problem:${problem.id}`);
          drawProblems();
        });
        return item;
      }),
    );
    list.hidden = !list.children.length;
  }

  function tell(text, kind) {
    const said = $("door-said");
    said.hidden = false;
    said.dataset.kind = kind;
    said.textContent = text;
    clearTimeout(quiet);
    if (kind === "in") quiet = setTimeout(() => (said.hidden = true), SHOWN);
    navigator.vibrate?.(kind === "in" ? 60 : [80, 60, 80]);
  }

  // --- what is done ---------------------------------------------------------------------------------------------
  function enter(person) {
    if (person.state !== "confirmed") return tell(say(words.not_here, person.name), "refused");
    if (person.came[session()] || waitingFor().has(person.pk)) return tell(say(words.already, person.name), "already");
    const entry = { id: crypto.randomUUID(), pk: person.pk, session: session(), at: Date.now() };
    localStorage.setItem(`${MINE}entry:${entry.id}`, JSON.stringify(entry));
    tell(say(state === "connected" ? words.in : words.kept, person.name), "in");
    input.value = "";
    drawAll();
    send();
  }

  function takeBack(entry) {
    localStorage.removeItem(`${MINE}entry:${entry.id}`);
    $("door-said").hidden = true;
    drawAll();
  }

  function byCode(text) {
    const code = plainCode(text);
    const person = data?.people.find((each) => each.code === code);
    if (person) enter(person);
    return Boolean(person);
  }

  async function ask(address, options) {
    const answer = await fetch(address, { credentials: "same-origin", redirect: "manual", ...options });
    if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) {
      state = "signed_out"; // or a token of an older session, which is asked for again
      csrf = "";
      throw new Error("signed out");
    }
    if (!answer.ok) throw new Error(String(answer.status));
    state = "connected";
    return answer;
  }

  function failed() {
    if (state !== "signed_out") state = "offline";
    drawLine();
  }

  async function load() {
    try {
      const query = new URLSearchParams({ version: data && csrf ? data.version : "" });
      const answer = await ask(`${config.people}?${query}`);
      if (answer.status === 200) {
        const { csrf: token, ...list } = await answer.json();
        csrf = token;
        const field = $("door-list").elements.csrfmiddlewaretoken;
        if (field) field.value = token;
        data = list;
        localStorage.setItem(`${MINE}list`, JSON.stringify(list));
        drawAll();
      }
      drawLine();
    } catch {
      failed();
    }
  }

  async function send() {
    const entries = queue();
    if (sending || !entries.length) return drawLine();
    sending = true;
    try {
      if (!csrf) await load();
      const body = JSON.stringify({
        device: device(),
        entries: entries.map(({ id, pk, session: where, at }) => ({
          id,
          pk,
          session: where,
          age: (Date.now() - at) / 1000,
        })),
      });
      const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf };
      const answer = await ask(config.sync, { method: "POST", body, headers });
      for (const each of (await answer.json()).answers) settle(each, entries);
      tries = 0;
      sending = false;
      await load();
      if (queue().length) send();
    } catch {
      sending = false;
      failed();
      setTimeout(send, RETRY[Math.min(tries++, RETRY.length - 1)]);
    }
    drawAll();
  }

  function settle(answer, entries) {
    localStorage.removeItem(`${MINE}entry:${answer.id}`);
    const entry = entries.find((each) => each.id === answer.id);
    const person = data?.people.find((each) => each.pk === entry?.pk);
    if (person && answer.kind === "in") person.came[entry.session] ??= { at: say_time(), by: "", pk: 0 };
    const problem = answer.kind === "in" ? answer.warning : answer.words;
    if (!problem) return;
    tell(problem, answer.kind === "refused" ? "refused" : "already");
    if (answer.kind !== "in") localStorage.setItem(`${MINE}problem:${answer.id}`, JSON.stringify({ id: answer.id, words: problem }));
    drawProblems();
  }

  function drawAll() {
    draw();
    drawLine();
    drawProblems();
  }

  // --- the camera -----------------------------------------------------------------------------------------------
  let stop = null;
  let last = { code: "", at: 0 };

  async function scan() {
    try {
      const { start } = await import(config.scan);
      $("door-camera").hidden = false;
      $("door-scan-start").hidden = true;
      stop = await start($("door-camera").querySelector("video"), config.decoder, (text) => {
        const now = Date.now();
        const isSame = text === last.code && now - last.at < SAME;
        last = { code: text, at: now };
        if (!isSame && !byCode(text)) tell(words.unknown, "refused");
      });
    } catch {
      closeCamera();
      tell(words.no_camera, "refused");
    }
  }

  function closeCamera() {
    stop?.();
    stop = null;
    $("door-camera").hidden = true;
    $("door-scan-start").hidden = false;
  }

  // --- beginning ------------------------------------------------------------------------------------------------
  function places() {
    if (!select || !data) return;
    const form = $("door-places"); // the page that was kept knows no sessions
    if (form && select.options.length === 1) {
      for (const place of data.places) select.add(new Option(place.title, place.key));
      form.hidden = !data.places.length;
    }
  }

  forgetOld();
  data = read(`${MINE}list`);
  $("door-where")?.remove();
  $("door-scan").hidden = !navigator.mediaDevices?.getUserMedia;
  $("door-scan-start").addEventListener("click", scan);
  $("door-scan-stop").addEventListener("click", closeCamera);
  $("door-said").addEventListener("click", (event) => (event.currentTarget.hidden = true));
  input.addEventListener("input", draw);
  input.form.addEventListener("submit", (event) => {
    if (!data) return;
    event.preventDefault();
    if (byCode(input.value)) return;
    const found = looked(input.value);
    if (input.value.trim() && found.length === 1) $("door-list").querySelector("button")?.focus();
  });
  select?.addEventListener("change", () => {
    if ($("door-places") || state !== "connected") drawAll();
    else select.form.submit();
  });
  window.addEventListener("online", () => {
    tries = 0;
    send();
    load();
  });
  window.addEventListener("offline", failed);
  window.addEventListener("storage", drawAll);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") closeCamera();
    else load();
  });
  for (const form of document.querySelectorAll(`form[action="${config.sign_out}"]`)) {
    form.addEventListener("submit", (event) => {
      if (queue().length && !window.confirm(words.leave)) event.preventDefault();
      else forgetAll();
    });
  }
  $("door-forget").addEventListener("click", () => {
    if (queue().length && !window.confirm(words.forget)) return;
    forgetAll();
    window.location.assign(config.door);
  });
  setInterval(load, ASK);
  places();
  drawAll();
  load().then(() => {
    places();
    send();
  });
  navigator.serviceWorker
    ?.register(config.worker, { scope: config.door })
    .then(() => navigator.serviceWorker.ready)
    .then((registration) => registration.active.postMessage("keep"))
    .catch(() => {}); // without it the page works as long as it stays open
})();
