// One click, one request: a form that is being sent is not sent again.
const inviati = new WeakSet();

document.addEventListener('submit', e => {
  const modulo = e.target;
  if (modulo.method !== 'post') return;
  if (inviati.has(modulo)) {
    e.preventDefault();
    return;
  }
  inviati.add(modulo);
  modulo.setAttribute('aria-busy', 'true');
});

// A page brought back by the Back button can be sent again.
window.addEventListener('pageshow', () => {
  for (const modulo of document.forms) {
    inviati.delete(modulo);
    modulo.removeAttribute('aria-busy');
  }
});
