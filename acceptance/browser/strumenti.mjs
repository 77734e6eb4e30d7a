// Starts the demo in a folder of its own, drives Chromium, runs axe without bypassing our CSP, takes pictures.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium } from 'playwright-core';

const axe = createRequire(import.meta.url)('axe-core');
const qui = import.meta.dirname;
export const PAROLA = 'alleanza-demo-2026';
export const FOTO = path.join(qui, 'foto');
mkdirSync(FOTO, { recursive: true });

/**
 * A running demo: `{ base, ferma, uccidi, casa, esegui }`; `base` is what it printed after "Alleanza pronta su".
 * With `comuni` it is a small one; with `casa` and `ascolta` it goes on with what another left.
 */
export async function demo({ comuni, casa = mkdtempSync('/var/tmp/alleanza-browser-'), ascolta = '127.0.0.1:0' } = {}) {
  // /var/tmp: a folder that PostgreSQL's unprivileged user can reach.
  const env = { ...process.env, ALLEANZA_HOME: casa, ALLEANZA_LISTEN: ascolta, RUST_LOG: process.env.RUST_LOG ?? 'error' };
  const misura = comuni ? ['--comuni', String(comuni)] : [];
  const figlio = spawn(process.env.ALLEANZA_BIN, ['demo', ...misura], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let testo = '';
  const base = await new Promise((pronta, fallita) => {
    figlio.stdout.on('data', d => {
      testo += d;
      const m = /Alleanza pronta su (http:\/\/\S+)/.exec(testo);
      if (m) pronta(m[1].replace(/\/$/, ''));
    });
    figlio.on('exit', c => fallita(new Error(`the demo ended with ${c}: ${testo}`)));
  });
  const uscita = new Promise(r => figlio.on('exit', r));
  return {
    base, casa, uscito: uscita,
    testo: () => testo,
    /** The same address on the host of an ente. */
    pubblico: nome => base.replace('localhost', `${nome}.localhost`),
    async ferma() {
      figlio.kill('SIGINT');
      const codice = await uscita;
      rmSync(casa, { recursive: true, force: true });
      return codice;
    },
    /** Without a word, as when the power goes. */
    async uccidi() {
      figlio.kill('SIGKILL');
      await uscita;
    },
    /** Runs another command of the program beside the server. */
    esegui: (...argomenti) => esegui(process.env.ALLEANZA_BIN, argomenti, env),
  };
}

/** Runs a program to its end: `{ codice, testo }`. */
export function esegui(programma, argomenti, env = process.env) {
  return new Promise(fine => {
    const p = spawn(programma, argomenti, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let testo = '';
    p.stdout.on('data', d => { testo += d; });
    p.stderr.on('data', d => { testo += d; });
    p.on('close', codice => fine({ codice, testo }));
  });
}

export async function apriBrowser() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

export async function pagina(browser, opzioni = {}) {
  const contesto = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'it-IT', timezoneId: 'Europe/Rome', ...opzioni });
  const p = await contesto.newPage();
  p.setDefaultTimeout(30_000);
  return p;
}

/** Writes user name and password, and stops where the door leads: at the desk, or at a second step. */
export async function bussa(p, base, utente, parola = PAROLA) {
  await p.goto(`${base}/accedi`);
  await p.fill('[name=utente]', utente);
  await p.fill('[name=parola]', parola);
  await p.keyboard.press('Enter');
  await p.waitForURL(u => u.pathname !== '/accedi');
}

export async function entra(p, base, utente, parola = PAROLA) {
  await bussa(p, base, utente, parola);
  await p.waitForURL(u => !u.pathname.startsWith('/accedi'));
}

/** The six digits of RFC 6238 for a secret in base 32, so many seconds from now: the test is a telephone. */
export function codice(segreto, fra = 0) {
  const alfabeto = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bit = [...segreto.replace(/\s/g, '')].map(c => alfabeto.indexOf(c).toString(2).padStart(5, '0')).join('');
  const chiave = Buffer.from(bit.match(/.{8}/g).map(b => parseInt(b, 2)));
  const passo = Buffer.alloc(8);
  passo.writeBigUInt64BE(BigInt(Math.floor((Date.now() / 1000 + fra) / 30)));
  const h = createHmac('sha1', chiave).update(passo).digest();
  return String((h.readUInt32BE(h[19] & 15) & 0x7fffffff) % 1e6).padStart(6, '0');
}

/** Puts the secret of this page in a telephone, and writes its first code: gives the secret. */
export async function iscriviTelefono(p) {
  const segreto = await p.locator('.al-istruzioni code').textContent();
  await p.fill('[name=codice]', codice(segreto));
  await p.keyboard.press('Enter');
  await p.waitForSelector('.al-codici');
  return segreto;
}

/** What every test of this folder shares: the demo, the browser, a folder for files. */
export const mondo = {};

/** Opens every `details`: what it holds must be as good as the rest. */
export const apriTutto = p => p.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true; });

const REGOLE = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: { 'target-size': { enabled: true } } };

/** What is wrong with the page, at 1280 and 320 px, with everything open: empty when it is good. */
export async function accessibile(p) {
  const difetti = [];
  const prima = p.viewportSize();
  const scorre = () => p.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  for (const width of [1280, 320]) {
    await p.setViewportSize({ width, height: 900 });
    if (await scorre()) difetti.push(`${width}px: scorre di lato`);
    await apriTutto(p);
    // From the top: a target half under the bar is not small, it is only scrolled.
    await p.evaluate(() => scrollTo(0, 0));
    if (await scorre()) difetti.push(`${width}px: scorre di lato quando è tutto aperto`);
    if (!await p.evaluate(() => Boolean(window.axe))) await p.evaluate(axe.source);
    const r = await p.evaluate(regole => window.axe.run(document, regole), REGOLE);
    for (const v of r.violations) difetti.push(`${width}px ${v.id}: ${v.help}: ${v.nodes.slice(0, 4).map(n => n.html.slice(0, 140)).join(' | ')}`);
  }
  await p.setViewportSize(prima);
  return difetti;
}

/** The picture of a screen, not of the whole page: for the README. */
export async function schermo(p, nome) {
  await p.setViewportSize({ width: 1280, height: 800 });
  await p.screenshot({ path: path.join(FOTO, `${nome}.png`) });
}

/** Pictures at 1280 and 360 px in `foto/`, for whoever wants to look. */
export async function foto(p, nome) {
  const prima = p.viewportSize();
  for (const width of [1280, 360]) {
    await p.setViewportSize({ width, height: 900 });
    await p.screenshot({ path: path.join(FOTO, `${nome}-${width}.png`), fullPage: true });
  }
  await schermo(p, nome);
  await p.setViewportSize(prima);
}
