// The keyboard. What a page offers is written in its markup: data-tasto="e", data-tasto="Alt 1", data-tasto="g s".
// Keys of one letter work outside fields only, and can be switched off (WCAG 2.1.4).
const ATTESA_SEQUENZA_MS = 1200;
const VOCI = '.al-cosa, .al-tabella tbody tr';

const spenti = () => localStorage.getItem('alleanza.tasti') === 'spenti';
const visibile = e => e.checkVisibility();
const inCampo = e => e.matches('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]');

function premi(e) {
  if (e.matches('input, select, textarea')) {
    e.focus();
    e.select?.();
  } else if (e.matches('summary')) {
    e.focus();
    e.click();
  } else {
    e.click();
  }
}

function offerto(tasto) {
  const cercato = tasto.toLowerCase();
  const tutti = [...document.querySelectorAll('[data-tasto]')];
  return tutti.find(e => e.dataset.tasto.toLowerCase() === cercato && (visibile(e) || e.closest('[popover]')));
}

// Lists: the cursor is an attribute, so that it is also what the eye sees.
const voci = () => [...document.querySelectorAll(VOCI)].filter(visibile);
const corrente = () => document.querySelector('[data-cursore]');

function muovi(passo) {
  const elenco = voci();
  if (!elenco.length) return false;
  const da = elenco.indexOf(corrente());
  const a = elenco[Math.min(Math.max(da + passo, 0), elenco.length - 1)];
  corrente()?.removeAttribute('data-cursore');
  a.setAttribute('data-cursore', '');
  a.scrollIntoView({ block: 'nearest' });
  a.querySelector('a')?.focus({ preventScroll: true });
  return true;
}

function seleziona() {
  const casella = corrente()?.querySelector('input[type=checkbox]');
  casella?.click();
  return Boolean(casella);
}

const DI_ELENCO = { j: () => muovi(1), k: () => muovi(-1), x: seleziona };

function mappa() {
  const riquadro = document.getElementById('mappa-tasti');
  if (!riquadro) return false;
  riquadro.open = !riquadro.open;
  if (riquadro.open) riquadro.querySelector('summary').focus();
  return true;
}

let prefisso = '';
let scade = 0;

// A lone letter, or the second of a pair begun with G.
function lettera(tasto, quando) {
  const coppia = prefisso && quando < scade ? `${prefisso} ${tasto}` : '';
  prefisso = '';
  if (coppia && offerto(coppia)) return premi(offerto(coppia)), true;
  if (tasto === 'g') {
    prefisso = 'g';
    scade = quando + ATTESA_SEQUENZA_MS;
    return true;
  }
  if (tasto === '?') return mappa();
  if (offerto(tasto)) return premi(offerto(tasto)), true;
  return DI_ELENCO[tasto]?.() ?? false;
}

// Enter sends the form from a select, and from a short text area; Shift+Enter makes a new line there.
function invio(e) {
  const campo = e.target;
  if (!campo.form || e.shiftKey || e.isComposing || !campo.matches('select, textarea[data-invio]')) return false;
  campo.form.requestSubmit(campo.form.querySelector('button[type=submit]'));
  return true;
}

function esc(e) {
  if (inCampo(e.target)) return e.target.blur(), true;
  const torna = offerto('Escape');
  if (torna) premi(torna);
  return Boolean(torna);
}

function tasto(e) {
  if (e.ctrlKey || e.metaKey || e.defaultPrevented) return false;
  if (e.altKey) {
    const scelto = offerto(`Alt ${e.key}`) ?? offerto(`Alt ${e.code.replace('Digit', '')}`);
    if (scelto) premi(scelto);
    return Boolean(scelto);
  }
  if (e.key === 'Enter') return invio(e);
  if (e.key === 'Escape') return esc(e);
  if (e.key.length !== 1 || inCampo(e.target) || spenti()) return false;
  return lettera(e.key.toLowerCase(), e.timeStamp);
}

function nome(e) {
  const senzaTasti = e.cloneNode(true);
  for (const k of senzaTasti.querySelectorAll('kbd')) k.remove();
  const scritto = e.dataset.tastoNome ?? e.getAttribute('aria-label') ?? senzaTasti.textContent;
  return scritto.replace(/\s+/g, ' ').trim();
}

function disegnaMappa() {
  const elenco = document.querySelector('#mappa-tasti ul');
  if (!elenco) return;
  const righe = [...document.querySelectorAll('[data-tasto]')].map(e => [nome(e), e.dataset.tasto.toUpperCase()]);
  if (document.querySelector(VOCI)) righe.push(['Giù e su nell’elenco', 'J K'], ['Seleziona', 'X']);
  righe.push(['Questa mappa', '?']);
  for (const [cosa, tasti] of righe) {
    const li = document.createElement('li');
    const kbd = document.createElement('kbd');
    kbd.textContent = tasti === 'ESCAPE' ? 'Esc' : tasti.replace('ALT', 'Alt');
    li.append(cosa, ' ', kbd);
    elenco.append(li);
  }
}

function disegnaInterruttore() {
  const bottone = document.getElementById('spegni-tasti');
  if (!bottone) return;
  const scrivi = () => {
    bottone.textContent = spenti() ? 'Riaccendi i tasti di una lettera' : 'Spegni i tasti di una lettera';
  };
  bottone.addEventListener('click', () => {
    localStorage.setItem('alleanza.tasti', spenti() ? 'accesi' : 'spenti');
    scrivi();
  });
  scrivi();
}

document.documentElement.classList.add('tasti');
disegnaMappa();
disegnaInterruttore();
document.addEventListener('keydown', e => {
  if (tasto(e)) e.preventDefault();
});
