// Hands: many things at once with a journal, and half a minute to think again. Keys only where the criterion is keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessibile, entra, foto, mondo, pagina } from './strumenti.mjs';

const E = '/e/c_e307';
const fatto = p => p.waitForFunction(() => document.getElementById('diario') && !document.querySelector('#diario[data-in-corso]'));

/** Letters that wait for the office. */
async function lettere(p, quante) {
  for (let n = 1; n <= quante; n++) {
    await p.goto(`${mondo.d.base}${E}/protocollo/nuovo?verso=E`);
    await p.fill('[name=nome-1]', 'Comitato di quartiere');
    await p.fill('[name=oggetto]', `Richiesta di panchine per il parco, lettera ${n}`);
    await p.selectOption('[name=ufficio]', 'SEG');
    await p.selectOption('[name=classifica]', 'VI.9');
    await p.locator('.al-azioni button[type=submit]').click();
    await p.waitForURL(/\/protocollo\/\d+\/\d+/);
  }
}

export function gesti() {
  test('what was done by mistake is taken back with a key, within half a minute', { timeout: 120_000 }, async () => {
    const { d, browser } = mondo;
    const p = await pagina(browser);
    await entra(p, d.base, 'elena.vallescura');
    await lettere(p, 1);
    await p.goto(`${d.base}${E}/protocollo?stato=da_prendere`);
    await p.locator('tbody a').first().click();
    await p.waitForURL(/\/protocollo\/\d+\/\d+$/);
    await p.keyboard.press('i');
    await p.locator('.al-ripensamento').waitFor();
    assert.ok(!p.url().includes('fatto='), 'read again, the page has just done nothing');
    assert.equal(await p.locator('#t-presa').count(), 0, 'taken in charge');
    await foto(p, 'ripensamento');
    assert.deepEqual(await accessibile(p), []);
    await p.keyboard.press('z');
    await p.getByText('È tutto come prima').waitFor();
    assert.equal(await p.locator('#t-presa').count(), 1, 'it waits again');
    await p.reload();
    assert.equal(await p.locator('.al-ripensamento').count(), 0);
    // A draft thrown away from the desk comes back too.
    await p.goto(`${d.base}${E}/protocollo/nuovo?verso=U`);
    await p.fill('[name=oggetto]', 'Nota da non perdere per nessun motivo');
    await p.locator('.al-bozza', { hasText: 'Bozza salvata' }).waitFor();
    await p.goto(d.base);
    await p.getByRole('button', { name: 'Butta la bozza' }).first().click();
    await p.getByRole('button', { name: /Rimetti com’era/ }).waitFor();
    assert.equal(await p.getByText('Nota da non perdere').count(), 0);
    await p.keyboard.press('z');
    await p.getByText('Nota da non perdere').waitFor();
    await p.getByRole('button', { name: 'Butta la bozza' }).first().click();
    await p.context().close();
  });

  test('many registrations at once, by keyboard: chosen, previewed, done one by one, taken back', { timeout: 180_000 }, async t => {
    const { d, browser } = mondo;
    const p = await pagina(browser);
    await entra(p, d.base, 'elena.vallescura');
    await lettere(p, 12);
    await p.goto(`${d.base}${E}/protocollo?stato=da_prendere`);
    let tasti = 0;
    const premi = async (...k) => { for (const x of k) { await p.keyboard.press(x); tasti += 1; } };
    const scelte = 12;
    for (let i = 0; i < scelte; i++) await premi('j', 'x');
    assert.equal(await p.locator('[data-quante]').innerText(), `${scelte} scelte`);
    await foto(p, 'scelte');
    assert.deepEqual(await accessibile(p), []);
    await p.getByRole('button', { name: 'Prendi in carico…' }).press('Enter');
    await p.waitForURL(/azioni\/nuova/);
    assert.equal(await p.locator('form [name=su]').count(), scelte);
    await foto(p, 'azione-prova');
    assert.deepEqual(await accessibile(p), []);
    await premi('Enter');
    await p.waitForURL(/\/azioni\/[0-9a-f-]{36}$/);
    await fatto(p);
    assert.match(await p.locator('#t-diario').innerText(), new RegExp(`${scelte} di ${scelte}`));
    mondo.diario = new URL(p.url()).pathname;
    await foto(p, 'azione-diario');
    assert.deepEqual(await accessibile(p), []);
    await premi('z');
    await p.waitForURL(u => /\/azioni\/[0-9a-f-]{36}$/.test(u.pathname) && u.pathname !== mondo.diario);
    await fatto(p);
    assert.match(await p.locator('#t-diario').innerText(), new RegExp(`Tutto fatto: ${scelte} di ${scelte}`));
    t.diagnostic(`${scelte} registrations taken in charge and given back: ${tasti} keys and one Enter on a button`);
    await p.goto(`${d.base}${E}/azioni`);
    await foto(p, 'azioni');
    assert.deepEqual(await accessibile(p), []);
    // Nobody else takes back what is not theirs, and a wrong office changes nothing.
    const q = await pagina(browser);
    await entra(q, d.base, 'giulia.ventresca');
    await q.goto(`${d.base}${E}/protocollo`);
    await q.locator('tbody input[type=checkbox]').first().check();
    await q.getByText('Riassegna', { exact: true }).click();
    await q.fill('[name=classifica]', 'ZZ.9');
    await q.getByRole('button', { name: 'Riassegna…' }).click();
    await q.getByText('Restano come sono').waitFor();
    assert.equal(await q.locator('form [name=su]').count(), 0);
    await foto(q, 'azione-rifiutata');
    assert.deepEqual(await accessibile(q), []);
    await p.context().close();
    await q.context().close();
  });
}
