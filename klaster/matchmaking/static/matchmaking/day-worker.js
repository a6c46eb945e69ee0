/* Keeps the day of one person as it was seen last, with its styles and pictures, and shows it where there is no
   connection, saying so. Any other answer (signed out, taken away) and the day after the event end that; so does
   leave.js, which knows the name of the cache. */
"use strict";

const DAY = self.registration.scope;
const CACHE = `klaster-day ${DAY}`;
const ASSET = /["'](\/static\/[^"'#?]+)/g;
const LAST = /id="day-last" data-until="(\d+)" hidden/;

async function keep(answer) {
  const page = await answer.clone().text();
  if (!answer.ok || answer.redirected || !LAST.test(page)) return caches.delete(CACHE);
  const cache = await caches.open(CACHE);
  await cache.put(DAY, answer);
  const assets = new Set([...page.matchAll(ASSET)].map((found) => found[1]));
  return Promise.all([...assets].map((each) => cache.add(each).catch(() => {})));
}

async function last() {
  const kept = await caches.match(DAY, { cacheName: CACHE });
  const page = kept ? await kept.text() : "";
  if (Number(LAST.exec(page)?.[1] ?? 0) * 1000 < Date.now()) {
    await caches.delete(CACHE);
    return Response.error();
  }
  const headers = new Headers({ "Content-Type": "text/html; charset=utf-8" });
  headers.set("Content-Security-Policy", kept.headers.get("Content-Security-Policy") ?? "");
  return new Response(page.replace(LAST, 'id="day-last"'), { headers });
}

async function day(event) {
  let answer;
  try {
    answer = await fetch(event.request);
  } catch {
    return last();
  }
  if (answer.status < 500) event.waitUntil(keep(answer.clone()));
  return answer;
}

async function asset(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request, { cacheName: CACHE, ignoreSearch: true })) ?? Response.error();
  }
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(fetch(DAY, { credentials: "same-origin" }).then(keep));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (request.mode === "navigate" && url.origin + url.pathname === DAY) event.respondWith(day(event));
  else if (url.origin === self.location.origin && url.pathname.startsWith("/static/")) event.respondWith(asset(request));
});
