
// Links to messages lead to the message in this page: Discord knows none of them. It stays in view
// until its reader does something else: what the page was still to scroll to comes later.
let linked = null;
const settle = timeline.ready;
const lead = () => linked?.scrollIntoView({ block: "center" });
timeline.ready = () => { settle(); lead(); };
for (const act of ["pointerdown", "wheel", "keydown"]) {
  document.addEventListener(act, () => { linked = null; }, true);
}
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  const address = /^https:\/\/discord\.com\/channels\/[^/]+\/\d+\/(\d+)$/.exec(link?.href ?? "");
  if (address === null) return;
  event.preventDefault();
  const shown = document.querySelector(`#channel-message-list [data-message-id="${address[1]}"]`);
  if (shown instanceof HTMLElement) {
    linked = shown;
    shown.tabIndex = -1;
    shown.focus({ preventScroll: true });
    lead();
  } else {
    ui.exactId.value = address[1];
    ui.exactForm.requestSubmit();
  }
}, true);
