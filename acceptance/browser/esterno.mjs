// Entering with an identity provider: the alliance adds it, a person links who they are there, and comes in.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { accessibile, entra, foto, mondo, pagina } from './strumenti.mjs';

const CST = '/e/cst_sulmona/accessi/fornitori';
const via = p => new URL(p.url()).pathname;

/** The fake provider, on this machine: what it says of itself, and how it stops. */
async function fornitore() {
  const figlio = spawn(path.join(path.dirname(process.env.ALLEANZA_BIN), 'simulatore-oidc'), { stdio: ['ignore', 'pipe', 'inherit'] });
  let testo = '';
  const emittente = await new Promise((pronto, fallito) => {
    figlio.stdout.on('data', d => {
      testo += d;
      const m = /Emittente: (\S+)/.exec(testo);
      if (m) pronto(m[1]);
    });
    figlio.on('exit', c => fallito(new Error(`the provider ended with ${c}: ${testo}`)));
  });
  const voce = nome => new RegExp(`${nome}: (.*)`).exec(testo)[1];
  return { emittente, client: voce('Client'), segreto: voce('Segreto'), forte: voce('Due fattori'), ferma: () => figlio.kill('SIGINT') };
}

/** Signs in over there: from the door, with the button of the provider. */
async function bussaDaLa(p, chi) {
  await p.goto(`${mondo.d.base}/accedi?poi=/e/c_e307/protocollo`);
  await p.click('button:has-text("Entra con Accesso unico")');
  await p.waitForURL(/\/entra\?/);
  await p.click(`text="${chi}"`);
  await p.waitForURL(u => u.href.startsWith(mondo.d.base));
}

export function esterno() {
  test('an identity provider: added, tried, linked by its person, and then it opens', { timeout: 300_000 }, async () => {
    const { d, browser } = mondo;
    const f = await fornitore();
    try {
      const admin = await pagina(browser);
      await entra(admin, d.base, 'segreteria.cst');
      await admin.goto(d.base + CST);
      await foto(admin, 'fornitori-vuoto');
      assert.deepEqual(await accessibile(admin), []);
      const scrivi = async emittente => {
        await admin.fill('[name=nome]', 'Accesso unico');
        await admin.fill('[name=emittente]', emittente);
        await admin.fill('[name=client]', f.client);
        await admin.fill('[name=segreto]', f.segreto);
        await admin.fill('[name=forti]', f.forte);
        await Promise.all([admin.waitForNavigation(), admin.click('button:has-text("Aggiungi")')]);
      };
      await scrivi('https://accesso.example.it');
      assert.match(await admin.locator('main').innerText(), /ENT-082/);
      await foto(admin, 'fornitori-rifiutato');
      assert.equal(await admin.inputValue('[name=segreto]'), '', 'a secret is not shown again');
      await scrivi(f.emittente);
      await Promise.all([admin.waitForNavigation(), admin.click('button:has-text("Prova")')]);
      assert.match(await admin.locator('main').innerText(), /risponde bene: 2 chiavi/);
      await foto(admin, 'fornitori');
      assert.deepEqual(await accessibile(admin), []);

      // Known there and not here: the door says so, and makes nobody.
      const p = await pagina(browser);
      await bussaDaLa(p, 'Entra come Luca Neri');
      assert.match(await p.locator('main').innerText(), /non è collegata a nessuno.*AUT-011/s);
      await foto(p, 'accedi-esterno');
      assert.deepEqual(await accessibile(p), []);
      await p.goto(`${d.base}/accedi`);
      await p.click('button:has-text("Entra con Accesso unico")');
      await p.click('text=Rinuncia');
      await p.waitForURL(u => u.href.startsWith(d.base));
      assert.match(await p.locator('main').innerText(), /AUT-016/);

      // Linked from one's own page.
      await entra(p, d.base, 'paolo.direnzo');
      await p.goto(`${d.base}/mio-accesso`);
      await p.click('button:has-text("Collega il tuo accesso Accesso unico")');
      await p.click('text="Entra come Luca Neri"');
      await p.waitForURL(`${d.base}/mio-accesso`);
      assert.match(await p.locator('main').innerText(), /Come luca\.neri@comune\.test/);
      await foto(p, 'mio-accesso-esterno');
      assert.deepEqual(await accessibile(p), []);

      // And in again, without a password and without scripts, where the person was going.
      const q = await pagina(browser, { javaScriptEnabled: false });
      await bussaDaLa(q, 'Entra come Luca Neri');
      assert.equal(via(q), '/e/c_e307/protocollo');
      await q.goto(`${d.base}/mio-accesso`);
      assert.match(await q.locator('main').innerText(), /con Accesso unico/);

      await p.goto(`${d.base}/mio-accesso`);
      await p.click('button:has-text("Scollega")');
      await p.waitForLoadState();
      assert.doesNotMatch(await p.locator('main').innerText(), /luca\.neri/);
    } finally {
      f.ferma();
    }

    // Off: no button, and who was there goes on.
    const admin = await pagina(browser);
    await entra(admin, d.base, 'segreteria.cst');
    await admin.goto(d.base + CST);
    await Promise.all([admin.waitForNavigation(), admin.click('button:has-text("Prova")')]);
    assert.match(await admin.locator('main').innerText(), /non accetta il collegamento.*ENT-082/s);
    await Promise.all([admin.waitForNavigation(), admin.click('button:has-text("Spegni Accesso unico")')]);
    assert.match(await admin.locator('main').innerText(), /Spenti \(1\)/);
    await admin.context().clearCookies();
    await admin.goto(`${d.base}/accedi`);
    assert.equal(await admin.locator('button').count(), 1);
  });
}
