// What a quiet demo does not have: long lists, long words, many files, a comune with nothing. Written by the real forms, without a browser.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { PAROLA, bussa, entra, iscriviTelefono, mondo, pagina } from './strumenti.mjs';

const PAROLONA = 'Supercalifragilistichespiralidosamentepuntocom'.repeat(3);
export const OGGETTO_LUNGO = `${PAROLONA} ${'Lavori di somma urgenza per il ripristino della viabilità dopo le piogge '.repeat(40)}`.slice(0, 2000).trim();
const nomeLungo = n => `Consorzio intercomunale per la gestione associata dei servizi di montagna numero ${n}, sezione di Sant’Eusanio Forconese e Castelvecchio Calvisio`;

/** A person without a page: sends forms as a browser would, with the token of the session and a key of its own. */
export class Mano {
  #c;
  #csrf;

  static async di(utente) {
    const m = new Mano();
    const p = await pagina(mondo.browser);
    await entra(p, mondo.d.base, utente);
    m.#csrf = await p.inputValue('[name=csrf]');
    m.#c = p.context();
    await p.close();
    return m;
  }

  async leggi(via) {
    const r = await this.#c.request.get(mondo.d.base + via);
    return r.text();
  }

  /** Sends a form, with files or without; gives back where it led. */
  async invia(a, campi = {}, file) {
    const dati = new FormData();
    for (const [n, v] of Object.entries({ csrf: this.#csrf, chiave: randomUUID(), ...campi })) for (const x of [v].flat()) dati.append(n, x);
    for (const [campo, nome, testo] of file ?? []) dati.append(campo, new Blob([testo], { type: 'text/plain' }), nome);
    const r = await this.#c.request.post(mondo.d.base + a, { [file ? 'multipart' : 'form']: dati, maxRedirects: 0 });
    const testo = await r.text();
    const main = testo.split('<main')[1] ?? testo;
    assert.equal(r.status(), 303, `${a}: ${main.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').slice(0, 600)}`);
    return r.headers().location;
  }
}

export async function allunga() {
  const E = '/e/c_e307';
  const elena = await Mano.di('elena.vallescura');
  const nuova = (campi, file = []) => elena.invia(`${E}/protocollo/nuovo`, { verso: 'E', mezzo: 'pec', classifica: 'VI.5', ufficio: 'PROT', arrivo: '', arrivo_ora: '', ...campi }, file);
  const uffici = /<select[^>]*name="ufficio"[^>]*>(.*?)<\/select>/s.exec(await elena.leggi(`${E}/protocollo/nuovo`))[1];
  const ufficio = /value="([^"]+)"/.exec(uffici)[1];
  const corrispondenti = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [[`nome-${i + 1}`, nomeLungo(i + 1)], [`tipo-${i + 1}`, 'PG'], [`indirizzo-${i + 1}`, 'Contrada Fonte del Vecchio Mulino di Sopra, 1234, interno 56']]).flat());
  const allegati = Array.from({ length: 30 }, (_, i) => [i ? 'allegati' : 'documento', `${i}_relazione_tecnica_illustrativa_${PAROLONA.slice(0, 90)}.txt`, `pagina ${i}`]);
  const lunga = await nuova({ ufficio, oggetto: OGGETTO_LUNGO, ...corrispondenti }, allegati);
  const chiave = /protocollo\/(\d+\/\d+)/.exec(lunga)[1];
  mondo.lunga = `${E}/protocollo/${chiave}`;
  mondo.filo = /\/fili\/[0-9a-f-]{36}/.exec(await elena.leggi(mondo.lunga))[0];
  const filo = mondo.filo.split('/').pop();
  for (let i = 0; i < 210; i++) await nuova({ ufficio, filo, 'nome-1': `Ditta ${i} s.r.l.`, 'tipo-1': 'PG', oggetto: `Preventivo numero ${i} per lo sgombero della neve` });
  // The same act, with all its documents, at the albo; and fifty more.
  const atto = (campi, da = '') => elena.invia(`${E}/albo/nuovo`, { da, forma: 'integrale', tipo: 'determina', numero_atto: '', data_atto: '', ultimo_giorno: '', richiedente: '', responsabile: '', norma: 'L. 69/2009', ...campi }, da ? [] : [['file', 'atto.txt', `atto ${campi.oggetto}`]]);
  const documenti = [...(await elena.leggi(`${E}/albo/nuovo?da=${chiave}`)).matchAll(/name="documento" value="([^"]+)"/g)].map(m => m[1]);
  assert.equal(documenti.length, 30);
  const bozze = [];
  for (let i = 0; i < 55; i++) bozze.push(await atto({ oggetto: `Determina numero ${i} di un lungo elenco` }));
  bozze.push(await atto({ oggetto: OGGETTO_LUNGO, documento: documenti, richiedente: nomeLungo(1) }, chiave));
  for (const b of bozze) mondo.attoLungo = await elena.invia(b, { quando: 'subito', giorno: '' });
  const fascicoli = [];
  for (let i = 0; i < 55; i++) fascicoli.push(await elena.invia(`${E}/fascicoli`, { classifica: 'VI.5', oggetto: i ? `Pratica numero ${i}` : OGGETTO_LUNGO.slice(0, 500), tipologia: 'affare', ufficio, responsabile: 'Elena Vallescura' }));
  mondo.fascicolo = fascicoli[0];
  const id = fascicoli[0].split('/fascicoli/')[1];
  const n = Number(chiave.split('/')[1]);
  for (let i = 0; i < 30; i++) await elena.invia(`${E}/protocollo/2026/${n + i}/fascicola`, { fascicolo: id });
  mondo.fascicoloChiuso = fascicoli[1];
  await elena.invia(`${fascicoli[1]}/chiudi`);
  const admin = await Mano.di('admin.introdacqua');
  for (let i = 0; i < 60; i++) await admin.invia(`${E}/persone`, { utente: `persona.numero.${i}.del.comune.di.introdacqua@comune.introdacqua.alleanza.test`, nome: `Maria Antonietta Immacolata ${i}`, cognome: 'Colantoni Della Valle Santacroce', ruolo: 'consultazione', ufficio, parola: '' });
  for (let i = 0; i < 25; i++) await admin.invia(`${E}/uffici`, { sigla: `UFF${i}`, nome: `Ufficio intercomunale dei servizi alla persona numero ${i}` });
  // A comune that joins now, has everything switched on and nothing done.
  const centro = await Mano.di('segreteria.cst');
  const adesione = await centro.invia('/e/cst_sulmona/alleanza/adesioni', { alleanza: 'cst-sulmona', membro: 'A515', forma: 'protocollo_attuativo', il: '' });
  await centro.invia(adesione, { passo: 'delibera', il: '', atto_tipo: 'delibera di Consiglio', atto_numero: '31', atto_data: '15/9/26' });
  await centro.invia(adesione, { passo: 'firma', il: '', per_ente: 'Il Sindaco', per_alleanza: 'Il Presidente' });
  await centro.invia(adesione, { passo: 'attiva', il: '' });
  for (const comando of [
    ['ente', 'aggiungi', 'A515'],
    ['utente', 'crea', 'vera.vuoti', '--nome', 'Vera', '--cognome', 'Vuoti', '--ente', 'c_a515', ...['amministratore', 'segretario', 'responsabile', 'alleanza'].flatMap(r => ['--ruolo', r]), '--password', PAROLA],
    ['servizio', 'attiva', 'albo', '--ente', 'c_a515'],
  ]) {
    const e = await mondo.d.esegui(...comando);
    assert.equal(e.codice, 0, e.testo);
  }
  // Two people who stop at the door: one must still put the codes in a telephone, the other has them there.
  const codici = await Mano.di('admin.ateleta');
  const ruoli = [...(await codici.leggi('/e/c_a481/accessi')).matchAll(/<select[^>]* name="(\w+)"/g)].map(x => [x[1], 'nessuno']);
  for (const utente of ['manca.ateleta', 'ha.ateleta']) {
    const fatta = await mondo.d.esegui('utente', 'crea', utente, '--nome', 'Pia', '--cognome', 'Portoni', '--ente', 'c_a481', '--ruolo', 'consultazione', '--password', PAROLA);
    assert.equal(fatta.codice, 0, fatta.testo);
  }
  await codici.invia('/e/c_a481/accessi', { ...Object.fromEntries(ruoli), consultazione: 'qualsiasi' });
  const p = await pagina(mondo.browser);
  await bussa(p, mondo.d.base, 'ha.ateleta');
  await iscriviTelefono(p);
  await p.close();
}
