// Drafts: at each key what is typed is kept in this browser, and within two seconds on the server. It comes back after a
// closed page, an expired session, a restart, at another computer; it ends when the form is sent.
const PAUSA = 700; // of silence before saving
const AL_MASSIMO = 1500; // even to who never pauses
const RIPROVA = 3000;
const GUARDA = 20000; // who else is writing

const ente = /^\/e\/([a-z0-9_]+)(\/|$)/.exec(location.pathname)?.[1];
const utente = document.documentElement.dataset.utente;
const QUI = `alleanza.bozza.${utente}.`;
const qui = () => location.href.split('#')[0];
const INVIATA = `alleanza.inviata.${utente}`;
const SCRITTA = `alleanza.scritta.${utente}.`; // in this tab, the key of the form last written

const siScrive = c => c.name && !c.disabled && !['hidden', 'password', 'file', 'submit', 'button', 'search'].includes(c.type);
const campi = m => [...m.elements].filter(siScrive);
const nascosto = (m, nome) => m.querySelector(`input[type=hidden][name="${nome}"]`);

function scritto(m) {
  const voci = [];
  for (const c of campi(m)) {
    if (c.type === 'checkbox' || c.type === 'radio') { if (c.checked) voci.push([c.name, c.value]); }
    else if (c.multiple) voci.push(...[...c.selectedOptions].map(o => [c.name, o.value]));
    else voci.push([c.name, c.value]);
  }
  return voci;
}

// Which form it is: where it is sent, and the choices that nobody types.
function quale(m) {
  const fissi = [...m.querySelectorAll('input[type=hidden]')].filter(c => c.name && !['csrf', 'chiave', 'con-bozza'].includes(c.name)).map(c => `${c.name}=${c.value}`);
  return (new URL(m.action, location.href).pathname + (fissi.length ? `?${fissi.join('&')}` : '')).slice(0, 1000);
}

const inLocale = {
  leggi(chiave) { try { return JSON.parse(localStorage.getItem(QUI + chiave)); } catch { return null; } },
  scrivi(b) { try { localStorage.setItem(QUI + b.chiave, JSON.stringify(b)); return true; } catch { return false; } },
  togli(chiave) { localStorage.removeItem(QUI + chiave); },
  tutte() {
    const chiavi = Object.keys(localStorage).filter(k => k.startsWith(QUI)).map(k => k.slice(QUI.length));
    return chiavi.map(inLocale.leggi).filter(b => b?.ente === ente);
  },
};

async function chiedi(via, corpo, altro) {
  const r = await fetch(`/e/${ente}/bozze${via}`, { ...(corpo && { method: 'POST', body: new URLSearchParams(corpo) }), redirect: 'manual', headers: { accept: 'application/json' }, ...altro });
  const dati = r.ok ? await r.json() : null;
  // Reading without a session leads to the door; with somebody else's there is nothing of ours.
  if ((r.type === 'opaqueredirect' && !corpo) || (dati?.utente && dati.utente !== utente)) return { stato: 401, dati: null };
  return { stato: r.status, dati };
}

// A token of yesterday's session would be refused: the page learns today's.
function conToken(csrf) {
  for (const c of document.querySelectorAll('input[type=hidden][name=csrf]')) c.value = csrf;
}
const token = () => document.querySelector('input[type=hidden][name=csrf]')?.value ?? '';

const daInviare = b => ({ csrf: token(), chiave: b.chiave, modulo: b.modulo, pagina: b.pagina, titolo: b.titolo, battuta: b.battuta, campi: JSON.stringify(b.campi) });

class Bozza {
  constructor(modulo) {
    this.m = modulo;
    this.quale = quale(modulo);
    this.battuta = 0;
    this.salvata = 0;
    this.riga = document.createElement('p');
    this.riga.className = 'al-bozza';
    this.riga.setAttribute('role', 'status');
    this.m.prepend(this.riga);
    this.offerte = document.createElement('div');
    this.offerte.className = 'al-bozze-note';
    this.m.before(this.offerte);
    this.prima = JSON.stringify(scritto(modulo));
    for (const e of ['input', 'change']) modulo.addEventListener(e, x => this.suona(x));
    modulo.addEventListener('submit', () => this.parte());
  }

  get chiave() { return nascosto(this.m, 'chiave').value; }

  // A key was struck.
  suona(e) {
    if (this.riprende || !siScrive(e.target)) return;
    if (!this.battuta && JSON.stringify(scritto(this.m)) === this.prima) return;
    this.battuta += 1;
    this.cresce ??= Date.now();
    this.qui = inLocale.scrivi(this.copia());
    try { sessionStorage.setItem(SCRITTA + this.quale, this.chiave); } catch { /* a browser that keeps nothing */ }
    const fra = Math.max(0, Math.min(PAUSA, this.cresce + AL_MASSIMO - Date.now()));
    clearTimeout(this.poi);
    this.poi = setTimeout(() => this.salva(), fra);
  }

  copia() {
    const titolo = (document.querySelector('main h1')?.textContent ?? document.title).replace(/\s+/g, ' ').trim().slice(0, 160);
    return { ente, chiave: this.chiave, modulo: this.quale, pagina: (location.pathname + location.search).slice(0, 1000), titolo: titolo || 'Modulo', campi: scritto(this.m), battuta: this.battuta };
  }

  async salva(altro) {
    clearTimeout(this.poi);
    if (this.partita || this.battuta === this.salvata) return;
    if (this.inVolo && !altro) { this.ancora = true; return; }
    this.inVolo = true;
    this.cresce = null;
    const b = this.copia();
    try {
      const { stato, dati } = await chiedi('', daInviare(b), altro);
      if (this.partita) return;
      if (stato === 200) this.fatta(b, dati);
      else await this.respinta(stato);
    } catch {
      this.rimanda('Il server non risponde');
    } finally {
      this.inVolo = false;
      if (this.ancora) { this.ancora = false; this.salva(); }
    }
  }

  fatta(b, dati) {
    this.salvata = b.battuta;
    if (this.battuta === b.battuta) inLocale.togli(b.chiave);
    this.dice(`Bozza salvata alle ${dati.ora}`);
    this.altri(dati.altri);
  }

  async respinta(stato) {
    if (stato === 403) {
      const { stato: s, dati } = await chiedi(`?modulo=${encodeURIComponent(this.quale)}`);
      if (s === 200) { conToken(dati.csrf); return void (this.poi = setTimeout(() => this.salva(), 100)); }
      stato = s;
    }
    if (stato === 401) return this.rimanda('La sessione è finita', { href: `/accedi?poi=${encodeURIComponent(location.pathname + location.search)}`, testo: 'Entra di nuovo in un’altra scheda' });
    if (stato === 409) {
      inLocale.togli(this.chiave);
      this.partita = true;
      return this.dice('Questo modulo è già stato inviato, o la sua bozza è stata buttata: aprine uno nuovo.', true);
    }
    this.rimanda('La bozza non è sul server');
  }

  rimanda(perche, link) {
    this.dice(this.qui ? `${perche}: ciò che scrivi resta in questo computer.` : `${perche}: non chiudere questa pagina.`, true, link);
    clearTimeout(this.poi);
    this.poi = setTimeout(() => this.salva(), RIPROVA);
  }

  dice(testo, male, link) {
    if (this.riga.firstChild?.textContent !== testo) this.riga.replaceChildren(testo);
    this.riga.classList.toggle('al-bozza-male', Boolean(male));
    if (link && !this.riga.querySelector('a')) {
      const a = Object.assign(document.createElement('a'), { href: link.href, textContent: link.testo, target: '_blank', rel: 'noopener' });
      this.riga.append(' ', a);
    }
  }

  altri(chi) {
    this.vicini ??= this.avviso('al-avviso al-avviso-attento', 'status');
    const testo = chi.map(a => `${a.nome} sta scrivendo in questo stesso modulo (ultima modifica alle ${a.ora}).`).join(' ');
    if (this.vicini.textContent !== testo) this.vicini.textContent = testo;
    this.vicini.hidden = !testo;
  }

  avviso(classe, ruolo) {
    const p = document.createElement('p');
    p.className = classe;
    if (ruolo) p.setAttribute('role', ruolo);
    this.offerte.append(p);
    return p;
  }

  // The form leaves: what stays here is thrown away only by the page that says it arrived.
  parte() {
    clearTimeout(this.poi);
    if (this.battuta > this.salvata) inLocale.scrivi(this.copia());
    if (this.battuta && !nascosto(this.m, 'con-bozza')) {
      this.m.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'con-bozza', value: 'si' }));
    }
    if (this.battuta) sessionStorage.setItem(INVIATA, JSON.stringify({ da: qui(), chiave: this.chiave, modulo: this.quale }));
    this.partita = true;
    // Whoever comes back with the Back button goes on writing.
    window.addEventListener('pageshow', e => { if (e.persisted) this.partita = false; }, { once: true });
  }

  async guarda() {
    if (document.visibilityState !== 'visible' || this.partita) return;
    try {
      const { stato, dati } = await chiedi(`?modulo=${encodeURIComponent(this.quale)}`);
      if (stato === 200) { conToken(dati.csrf); this.altri(dati.altri); }
    } catch { /* at the next round */ }
  }

  // What was left here or on the server, the newest first.
  async trova() {
    let sulServer = [];
    try {
      const { stato, dati } = await chiedi(`?modulo=${encodeURIComponent(this.quale)}`);
      if (stato === 200) { sulServer = dati.mie; conToken(dati.csrf); this.altri(dati.altri); }
    } catch { /* then what is here */ }
    const tutte = new Map(sulServer.map(b => [b.chiave, b]));
    for (const b of inLocale.tutte().filter(b => b.modulo === this.quale)) {
      if (!(tutte.get(b.chiave)?.battuta > b.battuta)) tutte.set(b.chiave, { quando: 'in questo computer', ...tutte.get(b.chiave), ...b });
    }
    const questa = tutte.get(this.chiave);
    if (questa) { // the form came back with something to correct: what it shows is newer
      this.battuta = Math.max(this.battuta, questa.battuta + 1);
      tutte.delete(this.chiave);
      this.salva();
    }
    const chiesta = /^#bozza=([0-9a-f-]{36})$/.exec(location.hash)?.[1];
    const mia = tutte.get(chiesta) ?? (this.torna() && tutte.get(sessionStorage.getItem(SCRITTA + this.quale)));
    if (mia && !this.battuta) this.riprendi(mia);
    else for (const b of [...tutte.values()].slice(0, 3)) this.offri(b);
  }

  // The same page again, by reloading, by the Back button or after the door: it is as it was left.
  torna() {
    const [n] = performance.getEntriesByType('navigation');
    return n?.type === 'reload' || n?.type === 'back_forward' || document.referrer.startsWith(`${location.origin}/accedi`);
  }

  offri(b) {
    const p = this.avviso('al-avviso al-bozza-offerta');
    const inizio = b.campi.map(([, v]) => v).filter(v => v.length > 3 && /\s|\p{Lu}/u.test(v)).sort((x, y) => y.length - x.length)[0] ?? '';
    p.append(`Hai una bozza, ${/^\d/.test(b.quando) ? `salvata il ${b.quando}` : b.quando}${inizio ? `: «${inizio.length > 60 ? `${inizio.slice(0, 60)}…` : inizio}»` : ''}. `);
    const bottone = (testo, fai) => {
      const t = Object.assign(document.createElement('button'), { type: 'button', className: 'al-btn-quieto al-a-filo', textContent: testo });
      t.addEventListener('click', () => { p.remove(); fai(); });
      p.append(t, ' ');
    };
    bottone('Riprendila', () => this.riprendi(b));
    bottone('Buttala', () => this.butta(b));
  }

  async butta(b) {
    inLocale.togli(b.chiave);
    try { await chiedi('/butta', { csrf: token(), bozza: b.chiave }); } catch { return; /* it is offered again */ }
    const p = this.avviso('al-avviso al-bozza-offerta', 'status');
    const t = Object.assign(document.createElement('button'), { type: 'button', className: 'al-btn-quieto al-a-filo', textContent: 'Rimettila' });
    t.addEventListener('click', async () => {
      p.remove();
      try { await chiedi('/rimetti', { csrf: token(), bozza: b.chiave }); this.offri(b); } catch { /* on the desk it is still there */ }
    });
    p.append('Bozza buttata. ', t);
    setTimeout(() => p.remove(), 30000);
  }

  riprendi(b) {
    const nomi = new Set(campi(this.m).map(c => c.name));
    // Longer forms have a page of their own.
    if (b.pagina !== location.pathname + location.search && b.campi.some(([n, v]) => v && !nomi.has(n))) {
      location.assign(`${b.pagina}#bozza=${b.chiave}`);
      return;
    }
    this.riprende = true;
    nascosto(this.m, 'chiave').value = b.chiave;
    this.battuta = this.salvata = b.battuta;
    const valori = new Map();
    for (const [n, v] of b.campi) valori.set(n, [...(valori.get(n) ?? []), v]);
    for (const c of campi(this.m)) {
      const suoi = valori.get(c.name) ?? [];
      if (c.type === 'checkbox' || c.type === 'radio') c.checked = suoi.includes(c.value);
      else if (c.multiple) for (const o of c.options) o.selected = suoi.includes(o.value);
      else if (suoi.length) c.value = suoi.shift();
      if (c.value && !c.checked && c.type !== 'select-one') for (let d = c.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
      c.dispatchEvent(new Event('change', { bubbles: true }));
    }
    this.riprende = false;
    this.salvata = -1;
    inLocale.scrivi(this.copia());
    this.qui = true;
    try { sessionStorage.setItem(SCRITTA + this.quale, b.chiave); } catch { /* as above */ }
    this.dice('Bozza ripresa');
    this.salva();
  }
}

// The page where a form led: it arrived, and what stayed here is thrown away. Any other page is not an answer.
function arrivata() {
  const inviata = JSON.parse(sessionStorage.getItem(INVIATA) ?? 'null');
  sessionStorage.removeItem(INVIATA);
  const [n] = performance.getEntriesByType('navigation');
  if (!inviata || document.referrer !== inviata.da || !n?.redirectCount || n.responseStatus >= 400) return;
  sessionStorage.removeItem(SCRITTA + inviata.modulo);
  inLocale.togli(inviata.chiave);
}

// What stayed in this computer, of forms that are not open here, goes to the server as soon as it answers.
async function manda(bozze) {
  for (const b of inLocale.tutte().filter(b => !bozze.some(x => x.quale === b.modulo))) {
    try {
      const { stato } = await chiedi('', daInviare(b));
      if (stato === 200 || stato === 409) inLocale.togli(b.chiave);
    } catch { return; }
  }
}

if (utente) arrivata();
if (ente && utente) {
  const moduli = [...document.querySelectorAll('main form[method=post]:not([data-senza-bozza])')];
  // A choice alone is made again in a moment: what is kept is what was typed.
  const bozze = moduli.filter(m => nascosto(m, 'chiave') && campi(m).some(c => c.matches('textarea, input:not([type=checkbox], [type=radio])'))).map(m => new Bozza(m));
  // One after the other: a page may hold many forms.
  (async () => {
    for (const b of bozze) await b.trova();
    await manda(bozze);
  })();
  setInterval(() => { for (const b of bozze) if (b.battuta || !b.vicini?.hidden) b.guarda(); }, GUARDA);
  window.addEventListener('online', () => { for (const b of bozze) b.salva(); });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') for (const b of bozze) b.salva({ keepalive: true });
  });
}
