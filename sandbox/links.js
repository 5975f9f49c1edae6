
// Links to messages lead to the message in this page: Discord knows none of them.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  const address = /^https:\/\/discord\.com\/channels\/[^/]+\/\d+\/(\d+)$/.exec(link?.href ?? "");
  if (address === null) return;
  event.preventDefault();
  const shown = document.querySelector(`#channel-message-list [data-message-id="${address[1]}"]`);
  if (shown instanceof HTMLElement) {
    shown.tabIndex = -1;
    shown.focus({ preventScroll: true });
    shown.scrollIntoView({ block: "center" });
  } else {
    ui.exactId.value = address[1];
    ui.exactForm.requestSubmit();
  }
}, true);
