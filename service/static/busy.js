// Says that something is being done when it takes longer than a moment: what seems dead is clicked twice.
//   data-downloads="..."  what to say while a file is made by a form, or behind one of the links inside
const PATIENCE = 600;
const DOWNLOAD = 8000;
const told = document.getElementById("busy");
let waiting = 0;

function rest() {
  clearTimeout(waiting);
  told.hidden = true;
}

function begin(event, words, most) {
  rest();
  waiting = setTimeout(() => {
    // What a module of the page does itself, it tells itself.
    if (event.defaultPrevented) return;
    told.hidden = false;
    told.textContent = words;
    // Nothing tells a page that a file has come.
    if (most) waiting = setTimeout(rest, most);
  }, most ? 0 : PATIENCE);
}

document.addEventListener("submit", (event) => {
  const files = event.target.dataset.downloads;
  begin(event, files ?? told.dataset.busy, files && DOWNLOAD);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || link.getAttribute("href").startsWith("#")) return;
  const files = link.closest("[data-downloads]");
  if (files) begin(event, files.dataset.downloads, DOWNLOAD);
  else if (!link.hasAttribute("download")) begin(event, told.dataset.busy);
});
addEventListener("pageshow", rest);
addEventListener("pagehide", rest);

// On a narrow screen the way to here may lie beyond the edge of its line; the page itself stays where it is.
document.querySelectorAll("nav > [aria-current]").forEach((one) => {
  one.parentElement.scrollLeft = one.offsetLeft - one.parentElement.offsetLeft - one.parentElement.clientWidth / 2;
});
