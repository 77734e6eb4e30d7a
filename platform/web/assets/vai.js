// The palette: Ctrl+K, some letters, Enter. It searches what this page offers and every page of /vai; a number is looked for
// in the register.
const semplice = t => t.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '').replaceAll('’', "'").replace(/\s+/g, ' ').trim();
const MOSTRATE = 12;
const qui = /^\/e\/([a-z0-9_]+)(\/|$)/.exec(location.pathname)?.[1];
let riquadro, campo, elenco, mete, scelta = 0, viste = [];

// Buttons and links of this page that do something: as their own words say.
function azioni() {
  const testo = e => { const c = e.cloneNode(true); for (const k of c.querySelectorAll('kbd, .visually-hidden')) k.remove(); return c.textContent.replace(/\s+/g, ' ').trim(); };
  const fanno = [...document.querySelectorAll('main .al-azioni a, main .al-azioni button, main .al-testata a, main .al-testata button, main a.btn, main button.btn')];
  return fanno.filter(e => e.checkVisibility() && !e.disabled && testo(e)).map(e => ({ testo: testo(e), dove: 'in questa pagina', fai: () => { e.focus(); e.click(); } }));
}

async function pagine() {
  const r = await fetch('/vai', { headers: { accept: 'text/html' } });
  if (!r.ok || r.redirected) return [];
  const d = new DOMParser().parseFromString(await r.text(), 'text/html');
  const tutte = [...d.querySelectorAll('a[data-meta]')].map(a => ({ testo: a.textContent.trim(), dove: a.dataset.dove ?? '', href: a.getAttribute('href') }));
  // Those of the ente where one is come first.
  const sua = m => Boolean(qui) && m.href.startsWith(`/e/${qui}`);
  return [...tutte.filter(sua), ...tutte.filter(m => !sua(m))];
}

function trova(cercato) {
  const parole = semplice(cercato).split(' ').filter(Boolean);
  const numero = /^\d{1,7}$/.test(cercato.trim()) && document.querySelector('.al-cerca')?.getAttribute('action');
  const tutte = [...(numero ? [{ testo: `Cerca il numero ${cercato.trim()}`, dove: 'nel registro', href: `${numero}?q=${cercato.trim()}` }] : []), ...azioni(), ...(mete ?? [])];
  const con = m => { const t = semplice(`${m.testo} ${m.dove}`); return parole.every(p => t.includes(p)); };
  const inizia = m => (semplice(m.testo).startsWith(parole[0] ?? '') ? 0 : 1);
  return tutte.filter(m => con(m) || (numero && m === tutte[0])).sort((a, b) => inizia(a) - inizia(b)).slice(0, MOSTRATE);
}

function disegna() {
  viste = trova(campo.value);
  scelta = 0;
  elenco.replaceChildren(...viste.map((m, i) => {
    const li = document.createElement('li');
    li.id = `vai-${i}`;
    li.setAttribute('role', 'option');
    li.append(m.testo);
    if (m.dove) { const s = document.createElement('span'); s.className = 'al-tenue'; s.textContent = m.dove; li.append(' ', s); }
    li.addEventListener('click', () => vai(i));
    return li;
  }));
  riquadro.querySelector('.al-vai-nulla').hidden = viste.length > 0;
  segna();
}

function segna() {
  [...elenco.children].forEach((li, i) => li.setAttribute('aria-selected', String(i === scelta)));
  elenco.children[scelta]?.scrollIntoView({ block: 'nearest' });
  if (viste.length) campo.setAttribute('aria-activedescendant', `vai-${scelta}`);
  else campo.removeAttribute('aria-activedescendant');
}

function vai(i) {
  const m = viste[i];
  if (!m) return;
  riquadro.close();
  if (m.fai) m.fai();
  else location.assign(m.href);
}

function costruisci() {
  riquadro = document.createElement('dialog');
  riquadro.className = 'al-vai';
  riquadro.setAttribute('aria-label', 'Vai a');
  riquadro.innerHTML = '<input class="form-control" type="text" role="combobox" aria-expanded="true" aria-controls="vai-elenco" aria-autocomplete="list" aria-label="Pagina, azione o numero" placeholder="Pagina, azione o numero" autocomplete="off" spellcheck="false" data-senza-bozza><ul id="vai-elenco" role="listbox" aria-label="Dove andare"></ul><p class="al-vai-nulla al-tenue" role="status" hidden>Nulla con queste parole.</p>';
  [campo, elenco] = [riquadro.querySelector('input'), riquadro.querySelector('ul')];
  campo.addEventListener('input', disegna);
  campo.addEventListener('keydown', e => {
    const passo = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (passo && viste.length) { scelta = (scelta + passo + viste.length) % viste.length; segna(); e.preventDefault(); }
    if (e.key === 'Enter') { vai(scelta); e.preventDefault(); }
    // At once, and not when the browser gets to it: Ctrl+K may follow.
    if (e.key === 'Escape') { riquadro.close(); e.preventDefault(); }
    e.stopPropagation();
  });
  riquadro.addEventListener('click', e => { if (e.target === riquadro) riquadro.close(); });
  document.body.append(riquadro);
}

async function apri() {
  if (!riquadro) costruisci();
  if (riquadro.open) return riquadro.close();
  campo.value = '';
  riquadro.showModal();
  disegna();
  if (!mete) {
    mete = await pagine().catch(() => null);
    if (riquadro.open) disegna();
  }
}

document.addEventListener('keydown', e => {
  if ((e.ctrlKey || e.metaKey) && !e.shiftKey && !e.altKey && e.key.toLowerCase() === 'k') { e.preventDefault(); apri(); }
});
document.getElementById('apri-vai')?.addEventListener('click', e => { e.preventDefault(); document.getElementById('io')?.hidePopover(); apri(); });
