// Fetches the page's parts anew when something was decided, at most twice a second.
"use strict";

const live = document.getElementById("live");
const REST = 500;
let due = false;
let busy = false;

async function refresh() {
  if (busy || document.hidden) {
    due = true;
    return;
  }
  busy = true;
  due = false;
  try {
    const answer = await fetch("parts");
    if (answer.ok) {
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      const old = document.getElementById("parts");
      const graph = old.querySelector("figure");
      const place = [graph.scrollLeft, graph.scrollTop];
      const parts = found.getElementById("parts");
      old.replaceWith(parts);
      parts.querySelector("figure").scrollTo(...place);
    }
  } catch {
    // the stream below says whether the service is there
  }
  setTimeout(() => {
    busy = false;
    if (due) refresh();
  }, REST);
}

const stream = new EventSource("decisions");
stream.onopen = () => {
  live.textContent = "live";
  live.className = "live";
  refresh();
};
stream.onerror = () => {
  live.textContent = "the service does not answer; trying again";
  live.className = "";
};
for (const kind of ["transition", "fired", "sent", "held", "called", "joined", "quit", "changed",
  "arm", "left", "credit", "broken"]) {
  stream.addEventListener(kind, refresh);
}
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && due) refresh();
});
