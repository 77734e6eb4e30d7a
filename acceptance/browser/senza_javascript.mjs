// The same work with scripts switched off: every page is a page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entra, mondo, pagina } from './strumenti.mjs';

const senza = opzioni => pagina(mondo.browser, { javaScriptEnabled: false, ...opzioni });

export function senzaJavascript() {
  test('without scripts a clerk registers with a file, publishes, a citizen reads, the responsabile annuls', { timeout: 300_000 }, async () => {
    const { d } = mondo;
    const p = await senza();
    await entra(p, d.base, 'giulia.ventresca');
    await p.click('nav >> text=Protocollo');
    assert.equal(await p.locator('kbd').filter({ visible: true }).count(), 0, 'keys that do not work are not shown');
    await p.click('text=Registra in entrata');
    // Without F1 the question marks are stops of Tab, and open.
    await p.focus('[name=nome-1]');
    await p.keyboard.press('Shift+Tab');
    await p.keyboard.press('Enter');
    assert.match(await p.locator('main').innerText(), /Norma\. DPR 445\/2000, art\. 53/);
    // A form with nothing in it comes back with what is missing.
    await p.click('.al-azioni button[type=submit]');
    assert.ok(await p.locator('.al-sommario').isVisible());
    await p.fill('[name=nome-1]', 'Comunità montana Peligna');
    await p.fill('[name=oggetto]', 'Taglio dei boschi comunali, senza fretta');
    await p.selectOption('[name=ufficio]', { value: 'SEG' });
    await p.selectOption('[name=classifica]', { value: 'I.1' });
    await p.setInputFiles('[name=documento]', { name: 'avviso.txt', mimeType: 'text/plain', buffer: Buffer.from('Si avvisa che si taglia.') });
    await p.click('.al-azioni button[type=submit]');
    await p.waitForURL(/\/protocollo\/\d+\/\d+/);
    const registrata = new URL(p.url()).pathname;
    await p.click('text=Pubblica all’albo');
    await p.selectOption('[name=tipo]', 'determina');
    await p.click('text=Vedi le date');
    await p.click('text=Pubblica adesso');
    await p.waitForURL(/\/albo\/\d+\/\d+/);

    const cittadino = await senza({ viewport: { width: 360, height: 740 } });
    await cittadino.goto(`${d.pubblico('introdacqua')}/`);
    await cittadino.click('text=Menu');
    await cittadino.click('nav >> text=Albo pretorio');
    await cittadino.fill('[name=q]', 'senza fretta');
    await cittadino.click('main >> text=Cerca');
    await cittadino.click('text=Taglio dei boschi');
    assert.match(await cittadino.locator('main').innerText(), /Esposto fino al/);

    const r = await senza();
    await entra(r, d.base, 'paolo.direnzo');
    await r.goto(d.base + registrata);
    await r.click('text=C’è un errore nella registrazione?');
    await r.click('text=Avvia l’annullamento');
    await r.fill('[name=motivo]', 'Era per la provincia');
    await r.fill('[name=provvedimento]', 'Provvedimento n. 14');
    await r.fill('[name=provvedimento_data]', '24.11.26');
    await r.click('.al-azioni button[type=submit]');
    await r.waitForURL(new RegExp(`${registrata}$`));
    assert.match(await r.locator('main').innerText(), /Annullata/);
    await r.click('header .al-io');
    await r.click('text=Esci');
    await r.waitForURL(/accedi/);
  });
}
