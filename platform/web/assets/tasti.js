// The keyboard. What a page offers is written in its markup: data-tasto="e", data-tasto="Alt 1", data-tasto="g s".
// Keys of one letter work outside fields only, and can be switched off in the menu of the person (WCAG 2.1.4).
const VOCI = '.al-cosa, .al-tabella tbody tr, fieldset .al-campo-spunta';

const spenti = () => localStorage.getItem('alleanza.tasti') === 'spenti';
const visibile = e => e.checkVisibility();
const inCampo = e => e.matches('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]');
const diLettera = tasto => !/^(alt|ctrl|escape|enter|f1)/i.test(tasto);

function premi(e) {
  if (e.matches('input, select, textarea')) {
    const chiuso = e.closest('details:not([open])');
    if (chiuso) chiuso.open = true;
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
  return tutti.find(e => e.dataset.tasto.toLowerCase() === cercato && (visibile(e) || e.closest('[popover], details')));
}

// Lists: the cursor is an attribute, so that it is also what the eye sees; it follows the focus.
const voci = () => [...document.querySelectorAll(VOCI)].filter(visibile);
const corrente = () => document.activeElement?.closest(VOCI) ?? document.querySelector('[data-cursore]');

function muovi(passo) {
  const elenco = voci();
  if (!elenco.length) return false;
  const da = elenco.indexOf(corrente());
  const a = elenco[Math.min(Math.max(da + passo, 0), elenco.length - 1)];
  document.querySelector('[data-cursore]')?.removeAttribute('data-cursore');
  a.setAttribute('data-cursore', '');
  a.scrollIntoView({ block: 'nearest' });
  (a.querySelector('a') ?? casella(a))?.focus({ preventScroll: true });
  return true;
}

const casella = voce => voce?.querySelector('input[type=checkbox]');

function seleziona() {
  const quale = casella(corrente());
  quale?.click();
  return Boolean(quale);
}

const DI_ELENCO = { j: () => muovi(1), k: () => muovi(-1), x: seleziona };

function mappa() {
  const riquadro = document.getElementById('mappa-tasti');
  if (!riquadro) return false;
  riquadro.open = !riquadro.open;
  if (riquadro.open) riquadro.querySelector('summary').focus();
  return true;
}

// G waits for its second letter as long as it takes: nobody has to be quick.
let prefisso = '';

function lettera(tasto) {
  const coppia = prefisso && offerto(`${prefisso} ${tasto}`);
  prefisso = '';
  if (coppia) return premi(coppia), true;
  if (tasto === 'g') return prefisso = 'g', true;
  if (tasto === '?') return mappa();
  if (offerto(tasto)) return premi(offerto(tasto)), true;
  return DI_ELENCO[tasto]?.() ?? false;
}

// Enter sends the form from a select, and from a short text area (Shift+Enter makes a new line there); where nothing has
// the focus, it goes on with what the page says comes next.
function invio(e) {
  const campo = e.target;
  if (campo === document.body && offerto('Enter')) return premi(offerto('Enter')), true;
  if (!campo.form || e.shiftKey || e.isComposing || !campo.matches('select, textarea[data-invio]')) return false;
  campo.form.requestSubmit(campo.form.querySelector('button[type=submit]'));
  return true;
}

// The way back: what the page says, or one step up its path.
const uscita = () => offerto('Escape') ?? document.querySelector('.al-briciole li:nth-last-child(2) a');

function cambiato(c) {
  if (c.type === 'file') return c.files.length > 0;
  if (c.matches('[type=checkbox], [type=radio]')) return c.checked !== c.defaultChecked;
  if (c.matches('select')) return c.selectedIndex !== Math.max(0, [...c.options].findIndex(o => o.defaultSelected));
  return c.matches('input, textarea') && c.type !== 'hidden' && c.value !== c.defaultValue;
}

// What was written in a form, or was sent and came back.
const scritto = () => [...document.querySelectorAll('form[method=post]')].some(m => m.querySelector('[aria-invalid=true]') || [...m.elements].some(cambiato));

// F1 opens the help of the field, and closes it: the focus stays where one writes, and the words are read aloud.
const voce = document.createElement('p');
voce.className = 'visually-hidden';
voce.setAttribute('aria-live', 'polite');

const guidaDi = campo => campo.closest('.al-campo')?.querySelector('.al-guida');

function aiuto(campo) {
  const guida = guidaDi(campo);
  if (!guida) return false;
  guida.open = !guida.open;
  voce.textContent = guida.open ? guida.lastElementChild.innerText : '';
  return true;
}

// Out of the field, then out of the page; where something was written, first to the link that leaves it.
function esc(e) {
  prefisso = '';
  if (document.querySelector(':popover-open')) return false;
  if (inCampo(e.target)) return e.target.blur(), true;
  const torna = uscita();
  if (!torna) return false;
  if (scritto() && document.activeElement !== torna) torna.focus();
  else premi(torna);
  return true;
}

function tasto(e) {
  if (e.ctrlKey || e.metaKey || e.defaultPrevented) return false;
  if (e.altKey) {
    const scelto = offerto(`Alt ${e.key}`) ?? offerto(`Alt ${e.code.replace('Digit', '')}`);
    if (scelto) premi(scelto);
    return Boolean(scelto);
  }
  if (e.key === 'F1') return aiuto(e.target);
  if (e.key === 'Enter') return invio(e);
  if (e.key === 'Escape') return esc(e);
  if (e.key.length !== 1 || e.key === ' ' || inCampo(e.target) || spenti()) return false;
  return lettera(e.key.toLowerCase());
}

function nome(e) {
  const testo = (e.labels?.[0] ?? e).cloneNode(true);
  for (const k of testo.querySelectorAll('kbd, .al-facoltativo')) k.remove();
  const scritto = e.dataset.tastoNome ?? e.getAttribute('aria-label') ?? testo.textContent;
  return scritto.replace(/\s+/g, ' ').trim();
}

const inMappa = t => ({ escape: 'Esc', enter: 'Invio' }[t.toLowerCase()] ?? t.replace(/^[a-z]( [a-z])?$/, l => l.toUpperCase()));

function righe() {
  const tutte = [...document.querySelectorAll('[data-tasto]')].filter(e => offerto(e.dataset.tasto) === e).map(e => [nome(e), e.dataset.tasto]);
  if (!offerto('Escape') && uscita()) tutte.push([nome(uscita()), 'Escape']);
  if (document.querySelector('.al-guida')) tutte.push(['Aiuto del campo', 'F1']);
  if (document.querySelector(VOCI)) tutte.push(['Giù e su nell’elenco', 'J K']);
  if (voci().some(casella)) tutte.push(['Seleziona', 'X']);
  tutte.push(['Questa mappa', '?']);
  return tutte.filter(([, t]) => !spenti() || !diLettera(t));
}

function disegnaMappa() {
  const elenco = document.querySelector('#mappa-tasti ul');
  elenco?.replaceChildren(...righe().map(([cosa, tasti]) => {
    const li = document.createElement('li');
    const kbd = document.createElement('kbd');
    kbd.textContent = inMappa(tasti);
    li.append(cosa, ' ', kbd);
    return li;
  }));
}

// A page promises only the keys that work.
function disegna() {
  document.documentElement.classList.add('tasti');
  document.documentElement.classList.toggle('senza-lettere', spenti());
  const bottone = document.getElementById('spegni-tasti');
  if (bottone) bottone.textContent = spenti() ? 'Riaccendi i tasti di una lettera' : 'Spegni i tasti di una lettera';
  disegnaMappa();
}

disegna();
document.querySelector('main')?.append(voce);
// With F1 at hand nobody needs to walk through the question marks: Tab goes from field to field.
for (const s of document.querySelectorAll('.al-guida > summary')) s.tabIndex = -1;
// A tab that is chosen is seen, however narrow the screen.
const scheda = document.querySelector('.al-schede [aria-current]');
if (scheda) scheda.closest('ul').scrollLeft = scheda.offsetLeft - 16;
document.getElementById('spegni-tasti')?.addEventListener('click', () => {
  localStorage.setItem('alleanza.tasti', spenti() ? 'accesi' : 'spenti');
  disegna();
});
document.addEventListener('keydown', e => {
  if (tasto(e)) e.preventDefault();
});
