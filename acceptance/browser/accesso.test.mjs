// How operators sign in: codes of a telephone, passkeys, recovery, what a role asks for.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PAROLA, accessibile, apriBrowser, bussa, codice, demo, entra, foto, iscriviTelefono, pagina } from './strumenti.mjs';

let d, browser;
const E = '/e/c_e307';

before(async () => {
  browser = await apriBrowser();
  d = await demo();
}, { timeout: 300_000 });

after(async () => {
  await browser?.close();
  assert.equal(await d?.ferma(), 0, 'the demo ends cleanly on Ctrl-C');
});

const via = p => new URL(p.url()).pathname;

test('codes of a telephone: added, asked, good once, replaced by a code on paper', { timeout: 180_000 }, async () => {
  const p = await pagina(browser);
  await entra(p, d.base, 'paolo.direnzo');
  assert.equal(via(p), '/', 'in the demo signing in is one page');
  await p.click('.al-io');
  await p.click('text=Il mio accesso');
  await foto(p, 'mio-accesso');
  assert.deepEqual(await accessibile(p), []);
  await p.click('a:has-text("Aggiungi")');
  await p.click('summary:has-text("Non riesci")');
  const segreto = await p.locator('.al-istruzioni code').innerText();
  assert.deepEqual(await accessibile(p), []);
  await p.fill('[name=codice]', '000000');
  await p.keyboard.press('Enter');
  await p.waitForSelector('[aria-invalid=true]');
  await foto(p, 'totp');
  await p.fill('[name=codice]', codice(segreto));
  await p.keyboard.press('Enter');
  await p.waitForSelector('.al-codici');
  const carta = await p.locator('.al-codici code').allInnerTexts();
  assert.equal(carta.length, 10);
  await foto(p, 'codici-recupero');
  assert.deepEqual(await accessibile(p), []);
  await p.click('text=Li ho conservati');
  assert.match(await p.locator('main').innerText(), /Te ne restano 10/);

  const q = await pagina(browser);
  await bussa(q, d.base, 'paolo.direnzo');
  assert.equal(via(q), '/accedi/fattore');
  await foto(q, 'fattore');
  assert.deepEqual(await accessibile(q), []);
  for (const chiusa of ['/', `${E}/protocollo`, '/mio-accesso']) {
    await q.goto(d.base + chiusa);
    assert.equal(via(q), '/accedi', `${chiusa} is closed between the two steps`);
  }
  // The next code: the one that enrolled is spent.
  await q.goto(`${d.base}/accedi/fattore`);
  const prossimo = codice(segreto, 30);
  await q.fill('[name=codice]', prossimo);
  await q.keyboard.press('Enter');
  await q.waitForURL(`${d.base}/`);
  const altrove = await pagina(browser);
  await bussa(altrove, d.base, 'paolo.direnzo');
  await altrove.fill('[name=codice]', prossimo);
  await altrove.keyboard.press('Enter');
  await altrove.waitForSelector('[aria-invalid=true]');
  assert.match(await altrove.locator('main').innerText(), /AUT-005/);
  await altrove.fill('[name=codice]', carta[2].toLowerCase());
  await altrove.keyboard.press('Enter');
  await altrove.waitForURL(`${d.base}/`);

  // Three places, seen and closed from one of them.
  await q.goto(`${d.base}/mio-accesso`);
  assert.equal(await q.locator('text=/^Chrome su Linux/').count(), 3);
  await foto(q, 'sessioni');
  assert.deepEqual(await accessibile(q), []);
  await q.click('button:has-text("Chiudi tutte le altre")');
  await q.waitForLoadState();
  await altrove.goto(d.base);
  assert.equal(via(altrove), '/accedi');
  await q.goto(d.base);
  assert.equal(via(q), '/');
});

test('a role asks for a second factor: who has it is led to add one and can do nothing else', { timeout: 180_000 }, async () => {
  const clerk = await pagina(browser);
  await entra(clerk, d.base, 'marta.colantoni');
  const admin = await pagina(browser);
  await entra(admin, d.base, 'admin.introdacqua');
  await admin.goto(`${d.base}${E}/accessi`);
  await foto(admin, 'accessi');
  assert.deepEqual(await accessibile(admin), []);
  await admin.selectOption('[name=consultazione]', 'qualsiasi');
  await admin.click('button:has-text("Salva")');
  await admin.waitForLoadState();

  await clerk.goto(`${d.base}${E}/protocollo`);
  assert.equal(via(clerk), '/accedi', 'at once, in the middle of a session');
  assert.match(await clerk.locator('main').innerText(), /adesso chiede un secondo fattore/);
  await clerk.fill('[name=utente]', 'marta.colantoni');
  await clerk.fill('[name=parola]', PAROLA);
  await clerk.keyboard.press('Enter');
  await clerk.waitForURL(/\/accedi\/iscrivi/);
  await foto(clerk, 'iscrivi');
  assert.deepEqual(await accessibile(clerk), []);
  const iscrivi = clerk.url();
  await clerk.goto(d.base);
  assert.equal(via(clerk), '/accedi');
  await clerk.goto(iscrivi);
  await iscriviTelefono(clerk);
  await clerk.click('text=Li ho conservati');
  assert.equal(via(clerk), `${E}/protocollo`, 'and then where they were going');
});

/** A device of the person, with a finger always on it: Chromium's own, behind this page. */
async function dispositivo(p) {
  const cdp = await p.context().newCDPSession(p);
  await cdp.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options });
  return { dito: isUserVerified => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }) };
}

test('a passkey: added, asked instead of a code, refused to a finger of somebody else, taken away', { timeout: 180_000 }, async () => {
  const p = await pagina(browser);
  const telefono = await dispositivo(p);
  await entra(p, d.base, 'giulia.ventresca');
  await p.goto(`${d.base}/mio-accesso`);
  await p.click('a:has-text("Aggiungi una passkey")');
  await foto(p, 'passkey-nuova');
  assert.deepEqual(await accessibile(p), []);
  await p.fill('[name=nome]', 'Telefono di Giulia');
  await p.click('button:has-text("Crea la passkey")');
  await p.waitForSelector('.al-codici');
  await p.click('text=Li ho conservati');
  assert.match(await p.locator('main').innerText(), /Passkey: Telefono di Giulia/);
  await foto(p, 'mio-accesso-passkey');
  assert.deepEqual(await accessibile(p), []);
  await p.click('a:has-text("Aggiungi una passkey")');
  await p.click('button:has-text("Crea la passkey")');
  await p.waitForSelector('[role=status]:has-text("Non è arrivata nessuna conferma")');

  // Signed out, and in again with the same device.
  await p.context().clearCookies();
  await bussa(p, d.base, 'giulia.ventresca');
  assert.equal(via(p), '/accedi/fattore');
  await foto(p, 'fattore-passkey');
  assert.deepEqual(await accessibile(p), []);
  await telefono.dito(false);
  await p.click('button:has-text("Usa la passkey")');
  await p.waitForSelector('[role=status]:has-text("Non è arrivata nessuna conferma")');
  assert.equal(via(p), '/accedi/fattore');
  await telefono.dito(true);
  await p.click('button:has-text("Usa la passkey")');
  await p.waitForURL(`${d.base}/`);
  await p.goto(`${d.base}/mio-accesso`);
  assert.match(await p.locator('main').innerText(), /con una passkey/);

  // An answer that is not one: a sentence with a code, and a new question.
  const q = await pagina(browser);
  await bussa(q, d.base, 'giulia.ventresca');
  const prima = await q.inputValue('[name=sfida]');
  await Promise.all([q.waitForNavigation(), q.evaluate(() => document.querySelector('form[data-passkey]').submit())]);
  assert.match(await q.locator('main').innerText(), /AUT-009/);
  assert.notEqual(await q.inputValue('[name=sfida]'), prima);
  assert.deepEqual(await accessibile(q), []);

  await p.click('button:has-text("Togli la passkey Telefono di Giulia")');
  await p.waitForLoadState();
  await p.context().clearCookies();
  await entra(p, d.base, 'giulia.ventresca');
});

test('without scripts a passkey is not promised', { timeout: 180_000 }, async () => {
  const p = await pagina(browser, { javaScriptEnabled: false });
  await entra(p, d.base, 'elena.vallescura');
  await p.goto(`${d.base}/mio-accesso/passkey`);
  assert.equal(await p.locator('button:has-text("Crea la passkey")').isVisible(), false);
  assert.match(await p.locator('main').innerText(), /serve un browser recente, con JavaScript acceso/);
});

test('an operator lent by the alliance is seen on every page, and ends where they are', { timeout: 180_000 }, async () => {
  const luca = await pagina(browser);
  await entra(luca, d.base, 'assistenza.cst');
  const scritta = luca.locator('aside[aria-label="In nome altrui"]');
  for (const dove of ['/', `${E}/protocollo`, `${E}/protocollo/nuovo`, '/mio-accesso']) {
    await luca.goto(d.base + dove);
    assert.match(await scritta.innerText(), /in prestito da .* fino al \d/, dove);
  }
  await luca.goto(`${d.base}${E}/protocollo`);
  await foto(luca, 'prestito');
  assert.deepEqual(await accessibile(luca), []);
  await luca.goto(`${d.base}/e/cst_sulmona/credenziali`);
  assert.equal(await scritta.count(), 0, 'at home');

  const admin = await pagina(browser);
  await entra(admin, d.base, 'admin.introdacqua');
  await admin.goto(`${d.base}${E}/deleghe`);
  await foto(admin, 'deleghe');
  assert.deepEqual(await accessibile(admin), []);
  await admin.click('button:has-text("Finisci adesso")');
  await admin.waitForLoadState();
  assert.equal((await luca.goto(`${d.base}${E}/protocollo`)).status(), 404, 'a stranger again, in the same session');
  for (const via of ['recuperi', 'credenziali', 'registro-attivita']) {
    await admin.goto(`${d.base}${E}/${via}`);
    await foto(admin, via);
  }
});
