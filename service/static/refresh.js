// Shows how far something is: fetches the page anew while it goes on, and puts what it tells in place.
const EVERY = 2000;

async function refresh() {
  const place = document.querySelector("[data-refresh]");
  // Whoever is about to press a button in it must not lose it.
  if (place.contains(document.activeElement)) {
    setTimeout(refresh, EVERY);
    return;
  }
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-refresh]");
    if (!fresh) {
      location.reload();
      return;
    }
    place.replaceChildren(...fresh.childNodes);
  }
  setTimeout(refresh, EVERY);
}

setTimeout(refresh, EVERY);
