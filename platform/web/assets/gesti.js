// After a gesto: the way back while it is open; in a list, how many rows are chosen; in a journal, how it goes on.
function conta(dove) {
  const fine = Date.now() + Number(dove.dataset.secondi) * 1000;
  const resta = dove.querySelector('[data-resta]');
  const passo = () => {
    const s = Math.ceil((fine - Date.now()) / 1000);
    // Hidden, not removed from under a finger that is about to press it.
    if (s <= 0 && !dove.contains(document.activeElement)) return dove.remove();
    resta.textContent = Math.max(0, s);
    setTimeout(passo, 250);
  };
  passo();
}

function ripensamento() {
  for (const d of document.querySelectorAll('[data-secondi]')) conta(d);
  const qui = new URL(location.href);
  const detto = ['fatto', 'rimesso', 'buttata'].filter(n => qui.searchParams.has(n));
  if (!detto.length) return;
  // Read again, the page has just done nothing.
  for (const n of detto) qui.searchParams.delete(n);
  history.replaceState(history.state, '', qui);
}

function scelte(modulo) {
  const caselle = () => [...modulo.querySelectorAll('tbody input[type=checkbox][name=su]')];
  const barra = modulo.querySelector('.al-scelte');
  const quante = barra.querySelector('[data-quante]');
  const tutte = modulo.querySelector('[data-tutte]');
  const mostra = () => {
    const n = caselle().filter(c => c.checked).length;
    quante.textContent = n === 1 ? 'Una scelta' : `${n} scelte`;
    barra.toggleAttribute('data-nessuna', n === 0);
    for (const b of barra.querySelectorAll('button')) b.disabled = n === 0;
    tutte.checked = n > 0 && n === caselle().length;
    tutte.indeterminate = n > 0 && n < caselle().length;
  };
  tutte.closest('label').hidden = false;
  tutte.addEventListener('change', () => { for (const c of caselle()) c.checked = tutte.checked; mostra(); });
  modulo.addEventListener('change', mostra);
  window.addEventListener('pageshow', mostra);
  mostra();
}

async function segui(diario) {
  while (diario?.hasAttribute('data-in-corso')) {
    await new Promise(r => setTimeout(r, 700));
    let nuovo;
    try {
      const r = await fetch(location.href, { headers: { accept: 'text/html' }, redirect: 'error' });
      nuovo = new DOMParser().parseFromString(await r.text(), 'text/html').getElementById('diario');
    } catch { continue; }
    if (!nuovo) return;
    const fuoco = diario.contains(document.activeElement) && document.activeElement.dataset.tasto;
    // The same heading, with other words: that is what is read aloud.
    const [titolo, dopo] = [diario, nuovo].map(d => d.querySelector('h2'));
    if (titolo.textContent !== dopo.textContent) titolo.textContent = dopo.textContent;
    diario.replaceWith(nuovo);
    dopo.replaceWith(titolo);
    diario = nuovo;
    if (fuoco) diario.querySelector(`[data-tasto="${fuoco}"]`)?.focus();
    for (const d of diario.querySelectorAll('[data-secondi]')) conta(d);
  }
}

ripensamento();
for (const m of document.querySelectorAll('form[data-scelte]')) scelte(m);
segui(document.getElementById('diario'));
