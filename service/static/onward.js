// Brings the next letter of a queue up at once: it is fetched while this one is read, kept in memory only, and shown
// when the server has confirmed what was done with this one. Without this script the server leads on by itself.
let next = null;

async function preload() {
  next = null;
  const address = document.querySelector("a[rel=next]")?.getAttribute("href");
  if (!address) return;
  const answer = await fetch(address, { headers: { "X-Preload": "1", Accept: "text/html" } });
  if (answer.ok && !answer.redirected) next = { address, page: await answer.text() };
}

// Without the next letter at hand the server leads on.
const prepare = () => preload().catch(() => (next = null));

// Puts a whole page in the place of this one, as following a link would; the way around tells who is logged in.
function show(text, address, told) {
  const page = new DOMParser().parseFromString(text, "text/html");
  document.title = page.title;
  document.body.className = page.body.className;
  const content = document.adoptNode(page.getElementById("content"));
  document.getElementById("content").replaceWith(content);
  document.querySelector("header.top").replaceWith(document.adoptNode(page.querySelector("header.top")));
  if (told) {
    const line = document.createElement("p");
    line.className = "flash flash-done";
    line.textContent = told;
    content.querySelector(".flashes").append(line);
    document.getElementById("undo")?.removeAttribute("hidden");
  }
  history.pushState(null, "", address);
  scrollTo(0, 0);
  content.focus();
  prepare();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("leadOn" in form.dataset) || !next) return;
  event.preventDefault();
  const ready = next;
  const headers = { "X-Preloaded": ready.address, Accept: "text/html" };
  form.inert = true;
  const body = new FormData(form, event.submitter);
  const answer = await fetch(form.action, { method: "POST", body, headers }).catch(() => null);
  if (!answer) {
    // Nobody answers: the form goes the usual way, so that the browser tells what is wrong.
    next = null;
    form.inert = false;
    form.requestSubmit(event.submitter);
  } else if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
    show(ready.page, ready.address, (await answer.json()).told);
  } else {
    show(await answer.text(), answer.url);
  }
});

addEventListener("popstate", () => location.reload());
prepare();
