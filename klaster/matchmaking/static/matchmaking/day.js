/* Lets this day be read without a connection: day-worker.js keeps it on the device as it was seen last. */
"use strict";

(() => {
  const { worker } = document.currentScript.dataset;
  if (navigator.serviceWorker?.controller) return; // it keeps each answer as it comes
  navigator.serviceWorker?.register(worker, { scope: window.location.pathname }).catch(() => {}); // a page like others
})();
