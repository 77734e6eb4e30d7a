// The journeys of the first stone, in a real browser: a clerk at the keyboard, a citizen, an auditor, a comune that begins.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { bozze } from './bozze.mjs';
import { esterno } from './esterno.mjs';
import { gesti } from './gesti.mjs';
import { giro } from './giro.mjs';
import { ingressi } from './ingressi.mjs';
import { senzaJavascript } from './senza_javascript.mjs';
import { FOTO, accessibile, apriBrowser, demo, entra, esegui, foto, mondo, pagina } from './strumenti.mjs';
import { tastiera } from './tastiera.mjs';

let d, browser, cartella;
const radice = path.resolve(import.meta.dirname, '../..');

before(async () => {
  cartella = mkdtempSync('/var/tmp/alleanza-file-');
  browser = await apriBrowser();
  d = await demo();
  Object.assign(mondo, { d, browser, cartella });
}, { timeout: 300_000 });

after(async () => {
  await browser?.close();
  const codice = await d?.ferma();
  rmSync(cartella, { recursive: true, force: true });
  assert.equal(codice, 0, 'the demo ends cleanly on Ctrl-C');
});

/** Presses Tab until the field with that name has the focus: what somebody without a mouse does. */
async function tabFino(p, nome) {
  for (let i = 0; i < 80; i++) {
    if (await p.evaluate(n => document.activeElement?.getAttribute('name') === n, nome)) return;
    await p.keyboard.press('Tab');
  }
  assert.fail(`Tab never reached ${nome}`);
}

const numeroDi = async p => /\/protocollo\/(\d+\/\d+)/.exec(new URL(p.url()).pathname)[1];

test('a clerk registers by keyboard, publishes with one click, a citizen reads, an annulment stays visible', { timeout: 300_000 }, async () => {
  const p = await pagina(browser);
  await entra(p, d.base, 'giulia.ventresca');
  await p.goto(`${d.base}/e/c_e307/protocollo`);

  // Keyboard alone: E opens the form, Tab walks it, Enter registers.
  await p.keyboard.press('e');
  await p.waitForURL(/protocollo\/nuovo/);
  await tabFino(p, 'nome-1');
  await p.keyboard.type('Edil Gizio s.r.l.');
  await tabFino(p, 'oggetto');
  await p.keyboard.type('Richiesta di occupazione di suolo pubblico 🚧');
  await tabFino(p, 'ufficio');
  await p.keyboard.type('Segreteria');
  await tabFino(p, 'classifica');
  await p.keyboard.type('VI.7');
  await foto(p, 'registra');
  await p.keyboard.press('Enter');
  await p.waitForURL(/\/protocollo\/\d+\/\d+/);
  assert.match(await p.locator('h1').innerText(), /\d{7}/);
  const chiave = await numeroDi(p);
  await foto(p, 'registrata');

  // A second one with its document, then to the albo.
  const file = path.join(cartella, 'ordinanza.txt');
  writeFileSync(file, 'Si ordina il divieto di transito in via del Mulino.');
  await p.goto(`${d.base}/e/c_e307/protocollo/nuovo?verso=I`);
  await p.fill('[name=oggetto]', 'Divieto di transito in via del Mulino');
  await p.selectOption('[name=ufficio]', { value: 'SEG' });
  await p.selectOption('[name=classifica]', { value: 'VI.7' });
  await p.setInputFiles('[name=documento]', file);
  await p.click('.al-azioni button[type=submit]');
  await p.waitForURL(/\/protocollo\/\d+\/\d+/);
  await p.click('a:has-text("Pubblica all’albo")');
  await p.selectOption('[name=tipo]', 'ordinanza');
  await foto(p, 'albo-modulo');
  await p.click('button:has-text("Vedi le date")');
  await foto(p, 'albo-anteprima');
  await p.click('button:has-text("Pubblica adesso")');
  await p.waitForURL(/\/albo\/\d+\/\d+/);
  const pubblicato = /\/albo\/(\d+\/\d+)/.exec(p.url())[1];

  assert.equal(await p.getByText('Come la vede il cittadino').getAttribute('href'), `${d.pubblico('introdacqua')}/albo/${pubblicato}`);

  const cittadino = await pagina(browser);
  const r = await cittadino.goto(`${d.pubblico('introdacqua')}/albo`);
  assert.match(r.headers()['x-robots-tag'], /noindex/);
  assert.ok(await cittadino.getByText('Divieto di transito in via del Mulino').isVisible());
  await foto(cittadino, 'albo');
  await cittadino.getByText('Divieto di transito in via del Mulino').click();
  assert.match(cittadino.url(), new RegExp(`/albo/${pubblicato}`));
  assert.match(await cittadino.locator('main').innerText(), /[0-9a-f]{8} [0-9a-f]{8}/);
  await foto(cittadino, 'atto');
  assert.deepEqual((await cittadino.context().cookies()), [], 'no cookie for a citizen');

  // The responsabile annuls the first registration; it stays readable.
  const responsabile = await pagina(browser);
  await entra(responsabile, d.base, 'paolo.direnzo');
  await responsabile.goto(`${d.base}/e/c_e307/protocollo/${chiave}/annulla`);
  await responsabile.fill('[name=motivo]', 'Era per un altro comune');
  await responsabile.fill('[name=provvedimento]', 'Provvedimento del responsabile n. 12');
  await responsabile.fill('[name=provvedimento_data]', 'boh');
  await responsabile.click('.al-azioni button[type=submit]');
  assert.ok(await responsabile.locator('[aria-invalid=true]').count() > 0, 'a wrong date is explained');
  await responsabile.fill('[name=provvedimento_data]', '20/11/26');
  await responsabile.click('.al-azioni button[type=submit]');
  await responsabile.waitForURL(new RegExp(`/protocollo/${chiave}`));
  const testo = await responsabile.locator('main').innerText();
  assert.match(testo, /Annullata/);
  assert.match(testo, /occupazione di suolo pubblico 🚧/);
  await foto(responsabile, 'annullata');

  // Who was written by mistake asks to be erased: what will happen is shown, then the name is gone and the chain holds.
  await responsabile.goto(`${d.base}/e/c_e307/protocollo/${chiave}/oscura`);
  assert.deepEqual(await accessibile(responsabile), []);
  await responsabile.getByLabel(/Edil Gizio/).check();
  await responsabile.selectOption('[name=classe]', 'richiesta_interessato');
  await responsabile.fill('[name=provvedimento]', 'Provvedimento del responsabile n. 13');
  await responsabile.fill('[name=provvedimento_data]', '24/11/26');
  await responsabile.click('.al-azioni button[type=submit]:not([name])');
  await responsabile.waitForSelector('h1:has-text("Prima di oscurare")');
  assert.deepEqual(await accessibile(responsabile), []);
  await foto(responsabile, 'prima-di-oscurare');
  await responsabile.click('button[name=conferma]');
  await responsabile.waitForURL(new RegExp(`/protocollo/${chiave}$`));
  assert.doesNotMatch(await responsabile.content(), /Edil Gizio/);
  await foto(responsabile, 'oscurata');
  await responsabile.goto(`${d.base}/e/c_e307/protocollo?q=Edil+Gizio`);
  assert.ok(!(await responsabile.content()).includes(`/protocollo/${chiave}"`), 'search does not find it either');
  await responsabile.goto(`${d.base}/e/c_e307/protocollo/${chiave}`);

  // Signed-in pages of what was just done are accessible too.
  for (const x of [p, cittadino, responsabile]) assert.deepEqual(await accessibile(x), [], x.url());
});

test('an auditor verifies every register offline', { timeout: 300_000 }, async () => {
  const verifica = await d.esegui('verifica');
  assert.equal(verifica.codice, 0, verifica.testo);
  const esportati = path.join(cartella, 'registri');
  const esporta = await d.esegui('esporta', 'registri', '--ente', 'c_e307', esportati);
  assert.equal(esporta.codice, 0, esporta.testo);
  const python = await esegui('python3', [path.join(radice, 'tools/verifica_registri.py'), esportati, '--documenti']);
  assert.equal(python.codice, 0, python.testo);
});

test('a comune begins: adhesion, activation in one action, its first number, by its administrator alone', { timeout: 300_000 }, async () => {
  const alleanza = await pagina(browser);
  await entra(alleanza, d.base, 'segreteria.cst');
  await alleanza.goto(`${d.base}/e/cst_sulmona/alleanza`);
  await foto(alleanza, 'alleanza');
  assert.deepEqual(await accessibile(alleanza), []);
  await alleanza.fill('[name=membro]', 'I804');
  await alleanza.click('button:has-text("Scrivi la richiesta")');
  await alleanza.waitForURL(/\/adesioni\//);
  await alleanza.fill('[name=atto_numero]', '31');
  await alleanza.fill('[name=atto_data]', '15/9/26');
  await alleanza.click('button:has-text("Scrivi la delibera")');
  await alleanza.fill('[name=per_ente]', 'Il Sindaco');
  await alleanza.fill('[name=per_alleanza]', 'Il Presidente');
  await alleanza.click('button:has-text("Scrivi la firma")');
  await alleanza.click('button:has-text("Attiva l’adesione")');
  await foto(alleanza, 'adesione');
  // A second adhesion while this one lasts is refused, with a code.
  await alleanza.goto(`${d.base}/e/cst_sulmona/alleanza`);
  await alleanza.fill('[name=membro]', 'I804');
  await alleanza.click('button:has-text("Scrivi la richiesta")');
  assert.match(await alleanza.locator('main').innerText(), /ENT-010/);

  // What the technical centre does: two commands.
  let e = await d.esegui('ente', 'aggiungi', 'I804');
  assert.equal(e.codice, 0, e.testo);
  e = await d.esegui('utente', 'crea', 'admin.sulmona', '--nome', 'Ada', '--cognome', 'Rossi', '--ente', 'c_i804', '--ruolo', 'amministratore', '--password', 'alleanza-demo-2026');
  assert.equal(e.codice, 0, e.testo);

  const p = await pagina(browser);
  await entra(p, d.base, 'admin.sulmona');
  await p.goto(`${d.base}/e/c_i804/servizi`);
  await foto(p, 'servizi');
  await p.goto(`${d.base}/e/c_i804/servizi/protocollo`);
  await foto(p, 'attivazione');
  await p.click('button:has-text("Attiva")');
  await p.goto(`${d.base}/e/c_i804/protocollo`);
  await foto(p, 'protocollo-vuoto');
  assert.deepEqual(await accessibile(p), []);
  await p.goto(`${d.base}/e/c_i804/protocollo/nuovo?verso=E`);
  await p.fill('[name=nome-1]', 'Prefettura dell’Aquila');
  await p.fill('[name=oggetto]', 'Prima lettera');
  await p.selectOption('[name=classifica]', { value: 'I.1' });
  await p.click('.al-azioni button[type=submit]');
  await p.waitForURL(/\/protocollo\/\d+\/\d+/);
  assert.match(await p.locator('h1').innerText(), /0000001/);
});

tastiera();
senzaJavascript();
ingressi();
bozze();
gesti();
esterno();
giro();

test('the pictures of the README', { timeout: 300_000 }, async () => {
  const p = await pagina(browser);
  await entra(p, d.base, 'elena.vallescura');
  await foto(p, 'scrivania');
  await p.goto(`${d.base}/e/c_e307/protocollo`);
  await foto(p, 'protocollo');
  if (process.env.IMMAGINI) {
    mkdirSync(path.join(radice, 'docs/immagini'), { recursive: true });
    for (const n of ['scrivania', 'registra', 'protocollo', 'albo', 'atto']) copyFileSync(path.join(FOTO, `${n}.png`), path.join(radice, `docs/immagini/${n}.png`));
  }
});
