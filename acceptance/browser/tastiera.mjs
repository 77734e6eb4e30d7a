// Everything of this file is done with keys: `Tasti` has no way to use a mouse, nor to write into a field that has not the focus.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { PAROLA, accessibile, mondo, pagina } from './strumenti.mjs';

class Tasti {
  #p;

  constructor(p) {
    this.#p = p;
  }

  static async su(indirizzo) {
    const p = await pagina(mondo.browser);
    await p.goto(indirizzo);
    return new Tasti(p);
  }

  async premi(...tasti) {
    for (const t of tasti) await this.#p.keyboard.press(t);
  }

  scrivi(testo) {
    return this.#p.keyboard.type(testo);
  }

  /** Presses keys that lead to another page, and waits for it. */
  async vai(dove, ...tasti) {
    await this.premi(...tasti);
    await this.#p.waitForURL(u => dove.test(u.pathname + u.search));
    await this.#p.waitForLoadState();
  }

  /** Presses Tab until what has the focus has this name, or these words. */
  async tabFino(cercato) {
    for (let i = 0; i < 120; i++) {
      const fuoco = await this.fuoco();
      if (fuoco.nome === cercato || fuoco.testo === cercato) return;
      await this.premi('Tab');
    }
    assert.fail(`Tab never reached ${cercato}`);
  }

  /** Waits until the field has the focus: pages put it where one begins, once they are drawn. */
  nel(nome) {
    return this.#p.waitForFunction(n => document.activeElement.getAttribute('name') === n, nome);
  }

  fuoco() {
    return this.#p.evaluate(() => {
      const e = document.activeElement;
      return { nome: e.getAttribute('name'), testo: e.innerText?.replace(/\s+/g, ' ').trim() ?? '', riga: e.closest('tr')?.innerText ?? '', anello: getComputedStyle(e).outlineStyle };
    });
  }

  /** Chooses a file in the field that has the focus: the dialog is opened by a key. */
  async scegli(...file) {
    const [dialogo] = await Promise.all([this.#p.waitForEvent('filechooser'), this.premi('Space')]);
    await dialogo.setFiles(file);
  }

  testo = () => this.#p.locator('main').innerText();
  percorso = () => new URL(this.#p.url()).pathname;
  valore = nome => this.#p.inputValue(`[name="${nome}"]`);
  quante = selettore => this.#p.locator(selettore).count();
  corrente = () => this.#p.locator('[data-cursore]').innerText();
  visibili = selettore => this.#p.locator(selettore).filter({ visible: true }).count();
  difetti = () => accessibile(this.#p);
  pagina = azione => azione(this.#p);
}

/** Signs in: the focus is already where one begins to write. */
async function entra(utente, k) {
  k ??= await Tasti.su(mondo.d.base);
  await k.nel('utente');
  await k.scrivi(utente);
  await k.premi('Tab');
  await k.scrivi(PAROLA);
  await k.vai(/^\/$/, 'Enter');
  return k;
}

/** The button of the menu of a person, as its words read. */
const persona = (iniziali, nome) => `${iniziali} ${nome} ${nome}: i tuoi comuni, i tasti e l’uscita`;

const FATTA = /\/protocollo\/\d+\/\d+/;
const numero = async k => /\d{7}/.exec(await k.testo())[0];

export function tastiera() {
  test('the protocol journey, by keyboard alone', { timeout: 300_000 }, async () => {
    const k = await entra('giulia.ventresca');
    // The list, the form: the focus is in the first field.
    await k.vai(/\/e\/c_e307\/protocollo$/, 'g', 'p');
    await k.vai(/protocollo\/nuovo/, 'e');
    await k.nel('nome-1');
    await k.scrivi('Ottavio Santilli');
    await k.premi('Alt+2');
    await k.scrivi('Segnalazione di un lampione spento, contrada Cauze');
    await k.premi('Shift+Enter');
    await k.scrivi('di sera');
    await k.premi('Alt+3');
    assert.equal((await k.fuoco()).nome, 'ufficio');
    await k.scrivi('Segreteria');
    assert.equal(await k.valore('ufficio'), 'SEG');
    await k.premi('Alt+4');
    await k.scrivi('VI.9');
    assert.equal(await k.valore('classifica'), 'VI.9');
    await k.premi('Alt+5');
    assert.equal((await k.fuoco()).nome, 'filo', 'a closed box opens for its field');
    await k.vai(FATTA, 'Enter');
    const primo = await numero(k);
    // After the number, Enter is the next one; this one has its document.
    await k.vai(/protocollo\/nuovo/, 'Enter');
    await k.nel('nome-1');
    await k.scrivi('Polizia provinciale');
    await k.premi('Alt+2');
    await k.scrivi('Ordinanza sul transito invernale, passo del Diavolo');
    await k.premi('Alt+3');
    await k.scrivi('Segreteria');
    await k.premi('Alt+4');
    await k.scrivi('IX.4');
    const file = path.join(mondo.cartella, 'transito.txt');
    writeFileSync(file, 'Si ordina il transito con catene.');
    await k.premi('Alt+6');
    await k.scegli(file);
    await k.tabFino('Registra Invio');
    await k.vai(FATTA, 'Enter');

    // Found again: / searches, J and K move, Enter opens.
    await k.premi('/');
    await k.scrivi('Cauze');
    await k.vai(/q=Cauze/, 'Enter');
    assert.equal(await k.quante('tbody tr'), 1);
    await k.vai(/\/e\/c_e307\/protocollo$/, 'g', 'p');
    await k.premi('j', 'j');
    assert.match(await k.corrente(), /Cauze/);
    assert.match((await k.fuoco()).riga, /Cauze/, 'the focus is where the cursor is');
    await k.premi('k');
    assert.match(await k.corrente(), /passo del Diavolo/);
    await k.vai(FATTA, 'Enter');

    // To the albo: P opens its form filled in, Enter shows the dates, P publishes.
    await k.vai(/\/albo\/nuovo/, 'p');
    await k.nel('oggetto');
    assert.equal(await k.valore('tipo'), 'ordinanza');
    await k.tabFino('numero_atto');
    await k.scrivi('31');
    await k.vai(/\/albo\/bozze\//, 'Enter');
    await k.vai(/\/albo\/\d+\/\d+/, 'p');
    assert.match(await k.testo(), /passo del Diavolo/);

    // Out by the menu of the person, in again as the responsabile, who annuls the first.
    await k.tabFino(persona('GV', 'Giulia Ventresca'));
    await k.premi('Enter');
    await k.tabFino('Esci');
    await k.vai(/accedi/, 'Enter');
    const r = await entra('paolo.direnzo', k);
    await r.premi('/');
    await r.scrivi('Cauze');
    await r.vai(/q=Cauze/, 'Enter');
    await r.premi('j');
    await r.vai(FATTA, 'Enter');
    assert.equal(await numero(r), primo);
    await r.premi('a');
    await r.tabFino('Avvia l’annullamento');
    await r.vai(/\/annulla$/, 'Enter');
    await r.nel('motivo');
    await r.scrivi('Il lampione è di un altro comune');
    await r.tabFino('provvedimento');
    await r.scrivi('Provvedimento del responsabile n. 13');
    await r.tabFino('provvedimento_data');
    await r.scrivi('241126');
    await r.vai(new RegExp(`/protocollo/\\d+/${Number(primo)}$`), 'Enter');
    assert.match(await r.testo(), /Annullata/);
    assert.deepEqual(await r.difetti(), []);
  });

  test('keys do what the map says, and can be switched off', { timeout: 300_000 }, async () => {
    const k = await entra('giulia.ventresca');
    // ? opens the map of the page, and closes it.
    await k.vai(/\/e\/c_e307\/protocollo$/, 'g', 'p');
    await k.premi('?');
    const mappa = await k.testo();
    for (const riga of [/Registra in entrata E/, /Cerca \//, /Scrivania G S/, /Protocollo G P/, /Albo G A/, /Giù e su nell’elenco J K/]) assert.match(mappa.replace(/\s+/g, ' '), riga);
    assert.match(mappa, /Seleziona\s+X/);
    await k.premi('?');
    assert.doesNotMatch(await k.testo(), /Giù e su nell’elenco/);
    // K on top stays on top; a page without G S would not come back.
    await k.premi('k');
    const prima = await k.corrente();
    await k.premi('k');
    assert.equal(await k.corrente(), prima);
    await k.vai(/^\/$/, 'g', 's');
    await k.vai(/\/e\/c_e307\/albo$/, 'g', 'a');
    await k.premi('?');
    assert.doesNotMatch(await k.testo(), /Seleziona/, 'nothing can be selected here, and nothing says so');
    await k.premi('?');
    await k.vai(/\/fascicoli$/, 'g', 'f');

    // Letters typed in a field are letters.
    await k.vai(/\/e\/c_e307\/protocollo$/, 'g', 'p');
    await k.vai(/protocollo\/nuovo/, 'e');
    await k.nel('nome-1');
    await k.scrivi('jkxe/?gs');
    assert.equal(await k.valore('nome-1'), 'jkxe/?gs');
    assert.match(k.percorso(), /nuovo$/);
    // Esc leaves the field; where something was written, then shows the way out before taking it.
    await k.premi('Escape');
    assert.equal((await k.fuoco()).nome, null);
    await k.premi('Escape');
    assert.equal((await k.fuoco()).testo, 'Lascia stare');
    assert.match(k.percorso(), /nuovo$/);
    await k.vai(/\/protocollo$/, 'Escape');
    // Nothing written: out at once. On a page with a path, one step up.
    await k.vai(/protocollo\/nuovo/, 'u');
    await k.nel('nome-1');
    await k.premi('Escape');
    await k.vai(/\/protocollo$/, 'Escape');
    await k.premi('j');
    await k.vai(FATTA, 'Enter');
    await k.vai(/\/protocollo$/, 'Escape');

    // X selects: the documents of a registration that goes to the albo.
    await k.premi('/');
    await k.scrivi('passo del Diavolo');
    await k.vai(/q=/, 'Enter');
    await k.premi('j');
    await k.vai(FATTA, 'Enter');
    await k.vai(/\/albo\/nuovo/, 'p');
    await k.nel('oggetto');
    await k.premi('Escape', 'j', 'x');
    assert.equal(await k.quante('[name=documento]:checked'), 0);
    await k.premi('x');
    assert.equal(await k.quante('[name=documento]:checked'), 1);

    // The menu of the person: Esc closes it and goes nowhere; the letters can be switched off, and stay off.
    const dove = k.percorso();
    await k.tabFino(persona('GV', 'Giulia Ventresca'));
    await k.premi('Enter');
    assert.equal(await k.visibili('#io'), 1);
    await k.premi('Escape');
    assert.equal(await k.visibili('#io'), 0);
    assert.equal(k.percorso(), dove);
    await k.premi('Enter');
    await k.tabFino('Spegni i tasti di una lettera');
    await k.premi('Enter');
    assert.equal((await k.fuoco()).testo, 'Riaccendi i tasti di una lettera');
    await k.premi('Escape', 'g', 'p', 'e', '/', '?', 'j');
    assert.equal(k.percorso(), dove);
    await k.pagina(p => p.goto(`${mondo.d.base}/e/c_e307/protocollo`));
    assert.equal(await k.visibili('.al-testata kbd, .al-cerca kbd'), 0, 'what is off is not promised');
    await k.premi('e', '/');
    assert.match(k.percorso(), /\/protocollo$/);
    // Alt, Enter and Esc are not letters.
    await k.pagina(p => p.goto(`${mondo.d.base}/e/c_e307/protocollo/nuovo`));
    await k.nel('nome-1');
    await k.premi('Alt+2');
    assert.equal((await k.fuoco()).nome, 'oggetto');
    await k.premi('Escape');
    await k.vai(/\/protocollo$/, 'Escape');
  });

  test('the palette leads to any page, says what this page offers, finds a number', { timeout: 120_000 }, async () => {
    const k = await entra('elena.vallescura');
    // Nine letters, from the desk of one comune to the form of another.
    await k.premi('Control+k');
    await k.scrivi('usc scan');
    await k.pagina(p => p.locator('#vai-0', { hasText: 'Registra in uscita' }).waitFor());
    assert.deepEqual(await k.difetti(), []);
    await k.vai(/\/e\/c_i501\/protocollo\/nuovo\?verso=U/, 'Enter');
    await k.nel('nome-1');
    await k.premi('Control+k');
    await k.scrivi('registra');
    await k.pagina(p => p.locator('#vai-elenco li', { hasText: /Registra.*in questa pagina/s }).first().waitFor());
    await k.premi('Escape');
    await k.pagina(p => p.locator('.al-vai').waitFor({ state: 'hidden' }));
    await k.premi('Control+k');
    await k.scrivi('pagina che non c’è');
    await k.pagina(p => p.locator('.al-vai-nulla').waitFor());
    await k.premi('Escape', 'Control+k');
    await k.scrivi('12');
    await k.vai(/\/e\/c_i501\/protocollo\?q=12$/, 'Enter');
  });

  test('F1 opens the help of the field and leaves the focus where it is; Tab walks past the question marks', { timeout: 300_000 }, async () => {
    const k = await entra('giulia.ventresca');
    await k.pagina(p => p.goto(`${mondo.d.base}/e/c_e307/protocollo/nuovo`));
    await k.nel('nome-1');
    await k.premi('F1');
    assert.equal(await k.visibili('.al-guida > div'), 1);
    assert.match(await k.testo(), /Perché\. È un dato obbligatorio[^]*Norma\. DPR 445\/2000, art\. 53/);
    assert.match(await k.pagina(p => p.locator('main > [aria-live]').textContent()), /Esempio\. Edil Gizio/, 'and is read aloud');
    await k.scrivi('Ottavio');
    assert.equal(await k.valore('nome-1'), 'Ottavio', 'one goes on writing');
    await k.premi('F1');
    assert.equal(await k.visibili('.al-guida > div'), 0);
    await k.premi('Tab');
    assert.equal((await k.fuoco()).nome, 'tipo-1', 'no stop between a field and the next');
    // From the help to the same place of the manual, in another tab.
    await k.premi('F1');
    const [altra] = await Promise.all([k.pagina(p => p.context().waitForEvent('page')), k.pagina(p => p.click('.al-guida[open] a'))]);
    await altra.waitForURL(/\/manuale\/registrare#protocollo\.chi_e$/);
    assert.ok(await altra.locator('h3:target').isVisible());
    assert.equal(await k.valore('nome-1'), 'Ottavio');
  });

  test('whatever has the focus shows it', { timeout: 300_000 }, async () => {
    const k = await entra('giulia.ventresca');
    await k.vai(/\/e\/c_e307\/protocollo$/, 'g', 'p');
    for (let i = 0; i < 25; i++) {
      await k.premi('Tab');
      const f = await k.fuoco();
      assert.notEqual(f.anello, 'none', `the focus cannot be seen on ${f.testo || f.nome}`);
    }
  });
}
