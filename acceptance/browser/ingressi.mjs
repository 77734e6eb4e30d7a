// What people really send: too long, empty, lying, twice, late. Each gets a sentence with a code, and nothing is half written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mano } from './mondo_lungo.mjs';
import { entra, mondo, pagina } from './strumenti.mjs';

const E = '/e/c_e307';
const testo = (name, testo = 'x', mimeType = 'text/plain') => ({ name, mimeType, buffer: Buffer.from(testo) });
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

const nuova = async (p, campi = {}) => {
  await p.goto(`${mondo.d.base}${E}/protocollo/nuovo?verso=E`);
  await p.fill('[name=nome-1]', 'Qualcuno');
  await p.selectOption('[name=ufficio]', { value: 'SEG' });
  await p.selectOption('[name=classifica]', { value: 'I.1' });
  // Not by typing: a paste brings what keys do not.
  for (const [nome, valore] of Object.entries(campi)) await p.evaluate(([n, v]) => { document.querySelector(`[name=${n}]`).value = v; }, [nome, valore]);
};
const invia = async p => {
  await Promise.all([p.waitForNavigation(), p.click('.al-azioni button[type=submit]')]);
  return p.locator('main').innerText();
};

export function ingressi() {
  test('bad input gets a sentence with a code, and nothing is half written', { timeout: 300_000 }, async () => {
    const { d, browser } = mondo;
    const p = await pagina(browser);
    await entra(p, d.base, 'giulia.ventresca');
    const ultimo = async () => {
      await p.goto(`${d.base}${E}/protocollo`);
      return p.locator('tbody tr td').first().innerText();
    };
    const prima = await ultimo();
    const buono = { oggetto: 'buono' };
    const prove = [
      { campi: { oggetto: 'x'.repeat(10_000) }, atteso: /10\.?000 caratteri.*PRT-002/s },
      { campi: { oggetto: 'riga\u202Erovesciata' }, atteso: /PRT-002/ },
      { campi: { oggetto: 'campana\u0007' }, atteso: /PRT-002/ },
      { campi: { oggetto: '' }, atteso: /PRT-001/ },
      { campi: { ...buono, arrivo: '31/02/2026' }, atteso: /31\/02\/2026 non esiste: febbraio 2026 ha 28 giorni.*WEB-013/s },
      { campi: { ...buono, arrivo: 'ieri' }, atteso: /WEB-013/ },
      { campi: { ...buono, arrivo: '010130' }, atteso: /PRT-009/ },
      { campi: buono, file: [testo('vuoto.pdf', '')], atteso: /«vuoto\.pdf».*ARC-002/s },
      { campi: buono, file: [testo('fattura\u202Efdp.exe')], atteso: /rinominalo, per esempio «fatturafdp\.exe».*WEB-008/s },
      { campi: buono, allegati: [testo('uguale.txt', 'uno'), testo('uguale.txt', 'due')], atteso: /Due file si chiamano «uguale\.txt».*WEB-009/s },
      { campi: buono, allegati: Array.from({ length: 31 }, (_, i) => testo(`${i}.txt`)), atteso: /al massimo 30 file.*WEB-006/s },
    ];
    for (const { campi, file, allegati, atteso } of prove) {
      await nuova(p, campi);
      if (file ?? allegati) await p.setInputFiles('[name=documento]', file ?? [testo('principale.txt')]);
      if (allegati) await p.setInputFiles('[name=allegati]', allegati);
      const letto = await invia(p);
      assert.match(letto, atteso);
      assert.doesNotMatch(letto, /panicked|stack|sqlx|src\//);
      assert.ok(new URL(p.url()).pathname.endsWith('/protocollo/nuovo'), 'the form again');
      assert.equal(await p.inputValue('[name=nome-1]'), 'Qualcuno', 'with what was typed');
      assert.ok(await p.evaluate(() => document.activeElement.getAttribute('aria-invalid') === 'true' || document.activeElement.closest('.al-sommario')), 'the focus is where the mistake is');
    }
    // Browsers take the folder away from the name of a file; other programs do not.
    const mano = await Mano.di('giulia.ventresca');
    await assert.rejects(
      mano.invia(`${E}/protocollo/nuovo`, { verso: 'E', 'nome-1': 'Qualcuno', 'tipo-1': 'PF', oggetto: 'buono', ufficio: 'SEG', classifica: 'I.1', mezzo: 'mano' }, [['documento', '../../etc/passwd', 'x']]),
      /rinominalo, per esempio «passwd»\. WEB-008[^]*422 !== 303/,
    );
    // Codes that nobody has.
    for (const via of ['/e/c_zzzz/protocollo', `${E}/protocollo/2026/abc`, `${E}/protocollo/1826/1`, `${E}/fili/abc`, `${E}/albo/2026/0`]) {
      const r = await p.goto(d.base + via);
      assert.equal(r.status(), 404, via);
      assert.match(await p.locator('main').innerText(), /WEB-404/);
    }
    assert.equal((await p.goto(d.pubblico('nessuno'))).status(), 404);
    assert.match(await p.locator('main').innerText(), /Qui non risponde nessun comune/);
    assert.equal(await ultimo(), prima, 'no number was taken');
  });

  test('good input in bad clothes is taken for what it is', { timeout: 300_000 }, async () => {
    const { d, browser } = mondo;
    const p = await pagina(browser);
    await entra(p, d.base, 'giulia.ventresca');
    // Dates as people type them.
    for (const arrivo of ['150926', '15/9/26']) {
      await nuova(p, { oggetto: `Arrivata il ${arrivo} 🏔️`, arrivo });
      assert.match(await invia(p), /Arrivato\s+15\/09\/2026/);
    }
    // A picture that says it is a PDF: kept as it is, said on the page, served as what it is.
    await nuova(p, { oggetto: 'Un documento che mente' });
    await p.setInputFiles('[name=documento]', { name: 'contratto.pdf', mimeType: 'application/pdf', buffer: PNG });
    assert.match(await invia(p), /contratto\.pdf[\s\S]*image\/png[\s\S]*dichiarato come application\/pdf/);
    const scaricato = await p.context().request.get(await p.locator('a', { hasText: 'contratto.pdf' }).evaluate(a => a.href));
    assert.equal(scaricato.headers()['content-type'], 'image/png');
    assert.equal(scaricato.headers()['x-content-type-options'], 'nosniff');
    assert.ok(PNG.equals(await scaricato.body()), 'byte by byte');

    // Double click: one number.
    await nuova(p, { oggetto: 'Doppio clic di chi ha premura' });
    await p.dblclick('.al-azioni button[type=submit]');
    await p.waitForURL(/\/protocollo\/\d+\/\d+/);
    await p.goto(`${d.base}${E}/protocollo?q=premura`);
    assert.equal(await p.locator('tbody tr').count(), 1);
    // Back, and sent again: the same number.
    await nuova(p, { oggetto: 'Tornata indietro e inviata di nuovo' });
    await invia(p);
    const prima = new URL(p.url()).pathname;
    await p.goBack();
    await invia(p);
    assert.equal(new URL(p.url()).pathname, prima);

    // The session ends in the middle of a form: what was typed is shown again.
    await nuova(p, { oggetto: 'Scritto con fatica' });
    await p.context().clearCookies();
    assert.match(await invia(p), /AUT-002[\s\S]*La tua sessione è finita/);
    assert.match(await p.content(), /Scritto con fatica/);
  });

  test('a public page read again is the same page', { timeout: 300_000 }, async () => {
    const p = await pagina(mondo.browser);
    const vestita = () => p.evaluate(() => getComputedStyle(document.querySelector('.al-ente')).color);
    const albo = `${mondo.d.pubblico('introdacqua')}/albo`;
    const etag = (await p.goto(albo)).headers().etag;
    assert.equal(await vestita(), 'rgb(255, 255, 255)');
    // The browser asks whether it changed, hears that it did not, and draws what it had.
    const non = await p.context().request.get(`${mondo.d.base}/albo`, { headers: { host: new URL(albo).host, 'if-none-match': etag } });
    assert.equal(non.status(), 304);
    await p.goto(albo);
    assert.equal(await vestita(), 'rgb(255, 255, 255)');
  });

  test('who goes out leaves nothing behind', { timeout: 300_000 }, async () => {
    const { d, browser } = mondo;
    const p = await pagina(browser);
    await entra(p, d.base, 'giulia.ventresca');
    const [prima] = await p.context().cookies();
    assert.ok(prima.httpOnly && prima.sameSite === 'Lax' && prima.path === '/');
    await p.goto(`${d.base}${E}/protocollo`);
    await p.click('header .al-io');
    await p.click('text=Esci');
    await p.waitForURL(/accedi/);
    assert.deepEqual(await p.context().cookies(), []);
    // Back shows the door, not the register that was there.
    await p.goBack().catch(() => {});
    assert.doesNotMatch(await p.locator('body').innerText(), /Registra in entrata/);
    // The old cookie opens nothing, and who signs in with one gets another.
    await p.context().addCookies([prima]);
    await p.goto(`${d.base}${E}/protocollo`);
    assert.match(p.url(), /accedi/);
    await entra(p, d.base, 'giulia.ventresca');
    assert.notEqual((await p.context().cookies())[0].value, prima.value);
  });
}
