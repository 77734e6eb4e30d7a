// Drafts: fifty times something breaks while a clerk writes, and not one character is lost; two editors see each other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessibile, demo, entra, foto, mondo, pagina } from './strumenti.mjs';

const GIRI = 50;
const NUOVA = '/e/c_e307/protocollo/nuovo?verso=E';
const LETTERE = 'abcdefghilmnopqrstuvzàèéìòù ’«»€àAEIOU0123456789,.;-🏔️'.split(/(?:)/u);

/** The same faults at every run. */
function caso(seme) {
  let s = seme;
  return n => {
    s = (s * 1103515245 + 12345) % 2147483648;
    return Math.floor((s / 2147483648) * n);
  };
}

const valori = p => p.evaluate(() => [document.querySelector('[name="nome-1"]').value, document.querySelector('[name=oggetto]').value]);
const salvata = p => p.locator('.al-bozza:not(.al-bozza-male)', { hasText: /Bozza (salvata|ripresa)/ }).waitFor();

/** Nothing is left in this browser that the server has not. */
const sulServer = p => p.waitForFunction(() => !Object.keys(localStorage).some(k => k.startsWith('alleanza.bozza.')));

/** Opens the form and takes up what was left, as the page offers it. */
async function riprendi(p, base) {
  await p.goto(`${base}${NUOVA}`);
  const offerta = p.getByRole('button', { name: 'Riprendila' }).first();
  await Promise.race([offerta.waitFor(), p.locator('.al-bozza', { hasText: 'ripresa' }).waitFor()]);
  if (await offerta.isVisible()) await offerta.click();
}

export function bozze() {
  test(`drafts: ${GIRI} faults, 0 characters lost`, { timeout: 900_000 }, async t => {
    const fra = caso(20261125);
    let d = await demo({ comuni: 1 });
    const ascolta = `127.0.0.1:${new URL(d.base).port}`;
    const { base } = d;
    const riparti = async () => { d = await demo({ comuni: 1, casa: d.casa, ascolta }); };
    let p = await pagina(mondo.browser);
    let scritti = 0, persi = 0;
    const per_guasto = {};
    try {
      await entra(p, base, 'giulia.ventresca');
      const guasti = {
        // The rest is typed while it happens.
        async 'server killed'(scrivi) { await d.uccidi(); await scrivi(); await riparti(); await p.reload(); await p.locator('.al-bozza', { hasText: /ripresa|salvata/ }).waitFor(); },
        async 'no network'(scrivi) { await p.context().setOffline(true); await scrivi(); await p.close(); await p.context().setOffline(false); p = await altra(p); await riprendi(p, base); },
        async 'page closed'(scrivi) { await scrivi(); await p.close(); p = await altra(p); await riprendi(p, base); },
        async 'tab crashed'(scrivi) { await scrivi(); await p.goto('chrome://crash').catch(() => {}); p = await altra(p); await riprendi(p, base); },
        async 'session over'(scrivi) { await p.context().clearCookies(); await scrivi(); await p.close(); p = await altra(p); await entra(p, base, 'giulia.ventresca'); await riprendi(p, base); },
        async 'session over, another tab'(scrivi) { await p.context().clearCookies(); await scrivi(); const q = await altra(p); await entra(q, base, 'giulia.ventresca'); await q.close(); await sulServer(p); },
        async 'reloaded'(scrivi) { await scrivi(); await p.reload(); await p.locator('.al-bozza', { hasText: /ripresa|salvata/ }).waitFor(); },
        async 'another computer'(scrivi) { await scrivi(); await sulServer(p); const q = await pagina(mondo.browser); await entra(q, base, 'giulia.ventresca'); await q.click('.al-cosa a[href*="#bozza="]'); await q.locator('.al-bozza', { hasText: /ripresa|salvata/ }).waitFor(); await p.context().close(); p = q; },
        async 'sent to nobody'(scrivi) { await scrivi(); await d.uccidi(); await p.locator('.al-azioni button[type=submit]').click({ noWaitAfter: true }).catch(() => {}); await p.waitForTimeout(300); await riparti(); await riprendi(p, base); },
        async 'server restarted, then sent wrong'(scrivi) { await scrivi(); await d.uccidi(); await riparti(); await p.locator('.al-azioni button[type=submit]').click(); await p.locator('.al-sommario').waitFor(); },
      };
      const nomi = Object.keys(guasti);
      for (let giro = 0; giro < GIRI; giro++) {
        const guasto = nomi[giro % nomi.length];
        const testo = n => Array.from({ length: n }, () => LETTERE[fra(LETTERE.length)]).join('').replace(/^\s+/, 'x');
        const [nome, oggetto] = [testo(8 + fra(20)), testo(20 + fra(60))];
        const taglio = fra(oggetto.length);
        await p.goto(`${base}${NUOVA}`);
        await p.fill('[name="nome-1"]', nome);
        await p.focus('[name=oggetto]');
        await p.keyboard.type(oggetto.slice(0, taglio));
        if (fra(2)) await p.waitForTimeout(fra(900));
        await guasti[guasto](() => p.keyboard.type(oggetto.slice(taglio)));
        const [n, o] = await valori(p);
        const giusti = [nome, oggetto].reduce((s, x, i) => s + (x === [n, o][i] ? x.length : 0), 0);
        scritti += nome.length + oggetto.length;
        persi += nome.length + oggetto.length - giusti;
        per_guasto[guasto] = (per_guasto[guasto] ?? 0) + 1;
        assert.deepEqual([n, o], [nome, oggetto], `round ${giro}, ${guasto}`);
        // Every third is sent, with what it lacks: it arrives whole, and its draft is over.
        if (giro % 3 === 0) {
          await p.selectOption('[name=ufficio]', { index: 1 });
          await p.selectOption('[name=classifica]', { label: await p.locator('[name=classifica] option').nth(5).innerText() });
          await p.locator('.al-azioni button[type=submit]').click();
          await p.waitForURL(/\/protocollo\/\d+\/\d+/).catch(async () => {
            throw new Error(`round ${giro}, ${guasto}: not registered: ${p.url()} ${await p.locator('main').innerText()}`);
          });
          // As the register cleans it: blanks in a row are one.
          const pulito = s => s.replace(/\s+/g, ' ').trim();
          assert.ok(pulito(await p.locator('main').innerText()).includes(pulito(oggetto)), `round ${giro}: registered as typed`);
          await p.goto(base);
          assert.equal(await p.locator('a[href*="#bozza="]').count(), 0, `round ${giro}: a form that was sent has no draft`);
        } else {
          // A save that is on its way would be a draft after all were thrown away.
          await sulServer(p);
          await p.goto(base);
          const butta = p.locator('form[action$="/bozze/butta"] button').first();
          while (await butta.count()) await Promise.all([p.waitForNavigation(), butta.click()]);
          await p.goto(`${base}${NUOVA}`);
          await p.evaluate(() => { localStorage.clear(); sessionStorage.clear(); });
        }
      }
      t.diagnostic(`${GIRI} rounds, ${scritti} characters typed, ${persi} lost: ${JSON.stringify(per_guasto)}`);
      assert.equal(persi, 0);
    } finally {
      await p.context().close().catch(() => {});
      assert.equal(await d.ferma(), 0);
    }
  });

  test('two editors of the same form see each other, and a draft follows its person', { timeout: 120_000 }, async t => {
    const { d, browser } = mondo;
    const [elena, paolo] = [await pagina(browser), await pagina(browser)];
    await entra(elena, d.base, 'elena.vallescura');
    await entra(paolo, d.base, 'paolo.direnzo');
    const modulo = `${d.base}/e/c_e307/protocollo/nuovo?verso=U`;
    await elena.goto(modulo);
    await elena.fill('[name=oggetto]', 'Convocazione della commissione edilizia');
    const da = Date.now();
    await salvata(elena);
    t.diagnostic(`saved ${Date.now() - da} ms after the last key`);
    await paolo.goto(modulo);
    await paolo.getByText('Elena Vallescura sta scrivendo in questo stesso modulo').waitFor();
    assert.equal(await paolo.inputValue('[name=oggetto]'), '', 'who writes is seen, what is written is not');
    await paolo.fill('[name=oggetto]', 'Anche io');
    await salvata(paolo);
    await elena.fill('[name=nome-1]', 'Commissione');
    await elena.getByText('Paolo Di Renzo sta scrivendo').waitFor();
    await foto(elena, 'bozza');
    assert.deepEqual(await accessibile(elena), []);
    await elena.goto(d.base);
    await elena.getByText('Lasciate a metà').waitFor();
    await foto(elena, 'scrivania-con-bozza');
    assert.deepEqual(await accessibile(elena), []);
    await elena.goto(modulo);
    await elena.getByRole('button', { name: 'Riprendila' }).waitFor();
    await foto(elena, 'bozza-offerta');
    assert.deepEqual(await accessibile(elena), []);
    await elena.getByRole('button', { name: 'Buttala' }).click();
    await paolo.goto(d.base);
    await paolo.getByRole('button', { name: 'Butta la bozza: Registra in uscita' }).click();
    for (const p of [elena, paolo]) {
      await p.goto(d.base);
      assert.equal(await p.locator('a[href*="verso=U#bozza="]').count(), 0);
    }
    for (const p of [elena, paolo]) await p.context().close();
  });
}

const altra = async p => {
  const q = await p.context().newPage();
  q.setDefaultTimeout(30_000);
  return q;
};
