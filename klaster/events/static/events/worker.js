/* Lets the page of one door open without a connection: it keeps the page without people, and its scripts and styles.
   The list of people is kept by door.js, which also knows when to forget it. */
"use strict";

const DOOR = self.registration.scope;
const SHELL = `${DOOR}?shell=1`;
const CACHE = `klaster-door ${DOOR}`;
const ASSET = /["'](\/static\/[^"'#?]+)/g;

async function keep() {
  const answer = await fetch(SHELL, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error("the door does not open");
  const page = await answer.clone().text();
  const cache = await caches.open(CACHE);
  await cache.put(SHELL, answer);
  const assets = new Set([...page.matchAll(ASSET)].map((found) => found[1]));
  assets.add(new URL("./index.js", new URL([...assets].find((each) => each.includes("/decode")) || "/", DOOR)).pathname);
  await Promise.all([...assets].map((each) => cache.add(each).catch(() => {})));
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data === "keep") event.waitUntil(keep().catch(() => {}));
  if (event.data === "forget") event.waitUntil(caches.delete(CACHE).then(() => self.registration.unregister()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  const isDoor = request.mode === "navigate" && url.origin + url.pathname === DOOR;
  const isAsset = url.origin === self.location.origin && url.pathname.startsWith("/static/");
  if (!isDoor && !isAsset) return;
  event.respondWith(
    fetch(request).catch(async () => {
      const cache = await caches.open(CACHE);
      return (await cache.match(isDoor ? SHELL : request, { ignoreSearch: !isDoor })) || Response.error();
    }),
  );
});
