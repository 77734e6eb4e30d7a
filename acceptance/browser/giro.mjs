// Every page of the program, and every state of it that looks different: accessible, without sideways scroll, without errors.
// The list of routes is docs/rotte.md, which `make check` keeps true: a route without an address here is a failure.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { allunga } from './mondo_lungo.mjs';
import { accessibile, bussa, entra, mondo, pagina } from './strumenti.mjs';

const E = '/e/c_e307';
/** A comune where everything is on and nothing has happened yet. */
const V = '/e/c_a515';
const CST = '/e/cst_sulmona';
const ELENA = 'elena.vallescura';
const PAOLO = 'paolo.direnzo';
const MARTA = 'marta.colantoni';
const ADMIN = 'admin.introdacqua';
const CENTRO = 'segreteria.cst';
const VERA = 'vera.vuoti';
/** A comune where somebody has a second factor, and who administers it. */
const A = '/e/c_a481';
const ADMIN_A = 'admin.ateleta';
/** Of the alliance, lent to Introdacqua. */
const LUCA = 'assistenza.cst';
const NESSUNO = null;
/** They know their password, and stop there: one must still enrol a second factor, the other must prove it. */
const MANCA = 'manca.ateleta';
const HA = 'ha.ateleta';

const p = (chi, via, altro) => ({ chi, via, ...altro });
/** The first link of the page `da` that looks like this: an address that nobody can know beforehand. */
const primo = (chi, da, forma, altro) => ({ chi, da, forma, ...altro });
const pubblica = (via, altro, ente = 'introdacqua') => p(NESSUNO, `${mondo.d.pubblico(ente)}${via}`, altro);
const FILE = { file: true };
const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const finisce = forma => new RegExp(`${forma}$`);
const bozza = altro => primo(ELENA, `${E}/albo?stato=bozze`, finisce(`/albo/bozze/${UUID}`), altro);
const inCorso = dopo => primo(ELENA, `${E}/albo`, /\/albo\/\d+\/\d+$/, { dopo });
const adesione = dopo => primo(CENTRO, `${CST}/alleanza`, finisce(`/adesioni/${UUID}`), { dopo });
const miaAdesione = altro => primo(ADMIN, `${E}/adesioni`, finisce(`/adesioni/${UUID}/nomina`), altro);

/** For each GET route, where to go. The page answers 200 unless `stato` says otherwise; `file` is not a page. */
export const PAGINE = () => ({
  'Aperta /accedi': [p(NESSUNO, '/accedi'), p(NESSUNO, '/accedi?poi=/protocollo')],
  'Aperta /metrics': [p(NESSUNO, '/metrics', FILE)],
  'Aperta /accedi/iscrivi': [p(MANCA, '/accedi/iscrivi'), p(MANCA, '/accedi/iscrivi?poi=/protocollo')],
  'Aperta /accedi/fattore': [p(HA, '/accedi/fattore')],
  'Aperta /accedi/esterno/ritorno': [p(NESSUNO, '/accedi/esterno/ritorno', { stato: 422 })],
  'Scrivania /mio-accesso': [p(ELENA, '/mio-accesso')],
  'Scrivania /mio-accesso/totp': [p(ELENA, '/mio-accesso/totp')],
  'Scrivania /mio-accesso/passkey': [p(ELENA, '/mio-accesso/passkey')],
  'Scrivania /mio-accesso/password': [p(ELENA, '/mio-accesso/password')],
  'Aperta /manuale': [p(NESSUNO, '/manuale'), p(ELENA, '/manuale?q=annullamento'), p(NESSUNO, '/manuale?q=nulla+di+nulla')],
  'Aperta /manuale/{capitolo}': [p(NESSUNO, '/manuale/registrare'), p(ELENA, '/manuale/errori'), p(NESSUNO, '/manuale/centro-tecnico'), p(NESSUNO, '/manuale/assente', { stato: 404 })],
  'Scrivania /': [p(ELENA, '/'), p('giulia.ventresca', '/'), p(VERA, '/'), p(CENTRO, '/')],
  'Ufficio /e/{codice}': [p(ELENA, E), p(ADMIN, E), p(VERA, V), p(CENTRO, CST), p(ELENA, '/e/c_z999', { stato: 404 })],
  'Ufficio /e/{codice}/fili/{filo}': [p(ELENA, E + mondo.filo), p(ELENA, `${E}/fili/${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`, { stato: 404 })],
  'Pubblica /alleanza.json': [pubblica('/alleanza.json', FILE, 'cst-sulmona')],
  'Pubblica /': [pubblica('/', {}, 'cst-sulmona'), pubblica('/?q=introd', {}, 'cst-sulmona'), pubblica('/?q=nulla', {}, 'cst-sulmona'), pubblica('/'), pubblica('/', { stato: 404 }, 'nessuno')],
  'Ufficio /e/{codice}/servizi': [p(ADMIN, `${E}/servizi`), p(ELENA, `${E}/servizi`, { stato: 403 })],
  'Ufficio /e/{codice}/servizi/{servizio}': [p(ADMIN, `${E}/servizi/protocollo`), p(ADMIN, `${E}/servizi/albo`), p(CENTRO, `${CST}/servizi/albo`)],
  'Ufficio /e/{codice}/trattamenti': [p(ADMIN, `${E}/trattamenti`)],
  'Ufficio /e/{codice}/trattamenti.pdf': [p(ADMIN, `${E}/trattamenti.pdf`, FILE)],
  'Ufficio /e/{codice}/persone': [p(ADMIN, `${E}/persone`)],
  'Ufficio /e/{codice}/deleghe': [p(ADMIN, `${E}/deleghe`), p(VERA, `${V}/deleghe`)],
  'Ufficio /e/{codice}/recuperi': [p(ADMIN, `${E}/recuperi`), p(VERA, `${V}/recuperi`), p(ADMIN_A, `${A}/recuperi`), p(MARTA, `${E}/recuperi`, { stato: 403 })],
  'Ufficio /e/{codice}/credenziali': [p(PAOLO, `${E}/credenziali`), p(MARTA, `${E}/credenziali`), p(LUCA, `${E}/credenziali`), p(VERA, `${V}/credenziali`)],
  'Ufficio /e/{codice}/accessi': [p(ADMIN, `${E}/accessi`)],
  'Ufficio /e/{codice}/accessi/fornitori': [p(ADMIN, `${E}/accessi/fornitori`), p(CENTRO, `${CST}/accessi/fornitori`)],
  'Ufficio /e/{codice}/uffici': [p(ADMIN, `${E}/uffici`)],
  'Ufficio /e/{codice}/uffici/{sigla}': [p(ADMIN, `${E}/uffici/TEC`)],
  'Ufficio /e/{codice}/ente': [p(ADMIN, `${E}/ente`)],
  'Ufficio /e/{codice}/registro-attivita': [p(ADMIN, `${E}/registro-attivita`), p(ADMIN, `${E}/registro-attivita?oggetto=nulla`)],
  'Ufficio /e/{codice}/bozze': [p(ELENA, `${E}/bozze?modulo=${E}/protocollo/nuovo`, FILE)],
  'Ufficio /e/{codice}/azioni': [p(ELENA, `${E}/azioni`), p(VERA, `${V}/azioni`)],
  'Ufficio /e/{codice}/azioni/nuova': [p(ELENA, `${E}/azioni/nuova?gesto=protocollo.riassegna&ufficio=SEG&su=2026/1&su=2026/2&su=2026/9999999`), p(ELENA, `${E}/azioni/nuova?gesto=documenti.chiudi`), p(MARTA, `${E}/azioni/nuova?gesto=protocollo.riassegna&su=2026/1`, { stato: 403 })],
  'Ufficio /e/{codice}/azioni/{id}': [p(ELENA, mondo.diario)],
  'Ufficio /e/{codice}/adesioni': [p(ADMIN, `${E}/adesioni`), p(CENTRO, `${CST}/adesioni`)],
  'Ufficio /e/{codice}/adesioni/{id}/nomina': [miaAdesione()],
  'Ufficio /e/{codice}/adesioni/{id}/nomina.pdf': [miaAdesione({ dopo: '.pdf', ...FILE })],
  'Ufficio /e/{codice}/alleanza': [p(CENTRO, `${CST}/alleanza`), p(CENTRO, `${CST}/alleanza?nome=nulla`), p(VERA, `${V}/alleanza`)],
  'Ufficio /e/{codice}/alleanza/trattamenti': [p(CENTRO, `${CST}/alleanza/trattamenti`)],
  'Ufficio /e/{codice}/alleanza/trattamenti.pdf': [p(CENTRO, `${CST}/alleanza/trattamenti.pdf`, FILE)],
  'Ufficio /e/{codice}/alleanza/adesioni/{id}': [adesione('')],
  'Ufficio /e/{codice}/alleanza/adesioni/{id}/nomina': [adesione('/nomina')],
  'Ufficio /e/{codice}/alleanza/adesioni/{id}/nomina.pdf': [{ ...adesione('/nomina.pdf'), ...FILE }],
  'Ufficio /e/{codice}/lavori': [p(PAOLO, `${E}/lavori`)],
  'Ufficio /e/{codice}/documenti/{id}': [primo(ELENA, `${E}/albo/2026/1`, finisce(`/documenti/${UUID}`), FILE)],
  'Ufficio /e/{codice}/documenti/verifica': [p(ELENA, `${E}/documenti/verifica`)],
  'Ufficio /e/{codice}/fascicoli': [p(ELENA, `${E}/fascicoli`), p(VERA, `${V}/fascicoli`), p(ELENA, `${E}/fascicoli?classifica=I.1&stato=chiusi`)],
  'Ufficio /e/{codice}/fascicoli/nuovo': [p(ELENA, `${E}/fascicoli/nuovo`)],
  'Ufficio /e/{codice}/fascicoli/{anno}/{id}': [p(ELENA, mondo.fascicolo), p(ELENA, mondo.fascicoloChiuso)],
  'Ufficio /e/{codice}/titolario': [p(PAOLO, `${E}/titolario`)],
  'Scrivania /vai': [p(ELENA, '/vai'), p(ELENA, '/vai?q=nulla+di+nulla'), p(MARTA, '/vai?q=albo')],
  'Scrivania /protocollo': [p(ELENA, '/protocollo'), p(VERA, '/protocollo')],
  'Ufficio /e/{codice}/protocollo': [p(ELENA, `${E}/protocollo`), p(ELENA, `${E}/protocollo?q=nulla+di+nulla`), p(ELENA, `${E}/protocollo?dal=31/02/2026`, { stato: 422 }), p(VERA, `${V}/protocollo`), p(MARTA, `${E}/protocollo?stato=annullate`)],
  'Ufficio /e/{codice}/protocollo/nuovo': [p(ELENA, `${E}/protocollo/nuovo?verso=E`), p(ELENA, `${E}/protocollo/nuovo?verso=U&righe=20`), p(ELENA, `${E}/protocollo/nuovo?verso=I`), p(MARTA, `${E}/protocollo/nuovo`, { stato: 403 })],
  'Ufficio /e/{codice}/protocollo/stampa': [p(ELENA, `${E}/protocollo/stampa`), p(ELENA, `${E}/protocollo/stampa?dal=011126&al=boh&formato=pdf`, { stato: 422 })],
  'Ufficio /e/{codice}/protocollo/giornalieri': [p(ELENA, `${E}/protocollo/giornalieri`), p(VERA, `${V}/protocollo/giornalieri`)],
  'Ufficio /e/{codice}/protocollo/giornalieri/{giorno}/{quale}': [p(ELENA, `${E}/protocollo/giornalieri/2020-01-01/pdf`, { stato: 404 })],
  'Ufficio /e/{codice}/protocollo/{anno}/{numero}': [p(PAOLO, mondo.lunga), p(ELENA, `${mondo.lunga}?registrata=si`), p(MARTA, `${E}/protocollo/2026/1`), primo(PAOLO, `${E}/protocollo?stato=annullate`, /\/protocollo\/2026\/\d+$/), p(ELENA, `${E}/protocollo/2026/9999999`, { stato: 404 })],
  'Ufficio /e/{codice}/protocollo/{anno}/{numero}/metadati': [p(ELENA, `${E}/protocollo/2026/1/metadati`, FILE)],
  'Ufficio /e/{codice}/protocollo/{anno}/{numero}/documenti/{id}': [primo(ELENA, `${E}/protocollo/2026/1`, finisce(`/documenti/${UUID}`), FILE)],
  'Ufficio /e/{codice}/protocollo/{anno}/{numero}/copia/{id}': [primo(ELENA, `${E}/protocollo/2026/1`, finisce(`/copia/${UUID}`), FILE)],
  'Ufficio /e/{codice}/protocollo/{anno}/{numero}/annulla': [p(PAOLO, `${mondo.lunga}/annulla`)],
  'Ufficio /e/{codice}/protocollo/{anno}/{numero}/oscura': [p(PAOLO, `${mondo.lunga}/oscura`)],
  'Ufficio /e/{codice}/protocollo/{anno}/{numero}/rettifica': ['oggetto', 'corrispondenti', 'numero_mittente', 'data_mittente'].map(c => p(PAOLO, `${mondo.lunga}/rettifica?campo=${c}`)),
  'Ufficio /e/{codice}/albo': [...['esposti', 'bozze', 'programmati', 'finiti', 'chiusi'].map(s => p(ELENA, `${E}/albo?stato=${s}`)), p(VERA, `${V}/albo`)],
  'Ufficio /e/{codice}/albo/nuovo': [p(ELENA, `${E}/albo/nuovo`), p(ELENA, `${E}/albo/nuovo?da=${mondo.lunga.split('/protocollo/')[1]}`)],
  'Ufficio /e/{codice}/albo/bozze/{id}': [bozza()],
  'Ufficio /e/{codice}/albo/bozze/{id}/modifica': [bozza({ dopo: '/modifica' })],
  'Ufficio /e/{codice}/albo/interruzioni': [p(ELENA, `${E}/albo/interruzioni`), p(MARTA, `${E}/albo/interruzioni`), p(ELENA, '/e/c_i501/albo/interruzioni')],
  'Ufficio /e/{codice}/albo/termini': [p(ELENA, `${E}/albo/termini`), p(MARTA, `${E}/albo/termini`)],
  'Ufficio /e/{codice}/albo/{anno}/{numero}': [p(ELENA, mondo.attoLungo), p(ELENA, `${E}/albo/2026/1`), primo(ELENA, `${E}/albo?stato=chiusi`, /\/albo\/\d+\/\d+$/)],
  'Ufficio /e/{codice}/albo/{anno}/{numero}/relata': [p(ELENA, `${E}/albo/2026/1/relata`, FILE)],
  'Pubblica /albo': [pubblica('/albo'), pubblica('/albo?q=nulla+di+nulla'), pubblica('/albo?tipo=ordinanza'), pubblica('/albo', {}, 'avezzano')],
  'Pubblica /albo/{anno}/{numero}': [pubblica(mondo.attoLungo.replace(E, '')), pubblica('/albo/2026/1', { stato: 410 }), pubblica('/albo/2026/99999', { stato: 404 }), primo(ELENA, `${E}/albo?stato=chiusi`, /\/albo\/\d+\/\d+$/, { host: 'introdacqua' })],
  'Pubblica /albo/{anno}/{numero}/{id}/{nome}': [{ ...pubblica(''), via: undefined, da: `${mondo.d.pubblico('introdacqua')}${mondo.attoLungo.replace(E, '')}`, forma: finisce(`/${UUID}/[^/]+`), ...FILE }],
  'Pubblica /albo/feed.xml': [pubblica('/albo/feed.xml', FILE)],
  'Pubblica /albo/feed.json': [pubblica('/albo/feed.json', FILE)],
  'Pubblica /robots.txt': [pubblica('/robots.txt', FILE)],
  'Ufficio /e/{codice}/albo/{anno}/{numero}/annulla': [inCorso('/annulla')],
  'Ufficio /e/{codice}/albo/{anno}/{numero}/rimuovi': [inCorso('/rimuovi')],
  'Ufficio /e/{codice}/albo/{anno}/{numero}/proroga': [inCorso('/proroga')],
  'Ufficio /e/{codice}/albo/{anno}/{numero}/sostituisci': [inCorso('/sostituisci')],
});

const NIENTE = null;
/** Instead of a button: sent as it is, without the script that would ask a device first. */
const A_MANO = 'a mano';
/** A form filled in badly: opened at the address, sent with these fields, it comes back and says why. `tale`: where there are many. */
const m = (dove, campi = {}, bottone = '', tale = {}) => ({ ...dove, campi, bottone, tale });

/** For each POST route, a form that is refused; `NIENTE` where there is nothing to write. */
export const MODULI = () => ({
  '/accedi': m(p(NESSUNO, '/accedi'), { utente: 'giulia.ventresca', parola: 'non è questa' }),
  '/accedi/iscrivi': m(p(MANCA, '/accedi/iscrivi'), { codice: '000000' }),
  '/accedi/fattore': m(p(HA, '/accedi/fattore'), { codice: '000000' }),
  '/accedi/iscrivi/passkey': m(p(MANCA, '/accedi/iscrivi'), { risposta: '{}' }, A_MANO),
  // Shown to who has a passkey: `accesso.test.mjs` has one.
  '/accedi/passkey': NIENTE,
  '/accedi/lascia': NIENTE,
  // There is a button only where there is a provider: `esterno.mjs` has one.
  '/accedi/esterno/{id}': NIENTE,
  '/mio-accesso/identita/{id}/collega': NIENTE,
  '/mio-accesso/identita/{id}/togli': NIENTE,
  '/esci': NIENTE,
  // Sent by scripts, answered to scripts: `bozze.mjs` asks them everything.
  '/e/{codice}/bozze': NIENTE,
  '/e/{codice}/bozze/butta': NIENTE,
  '/e/{codice}/bozze/rimetti': NIENTE,
  // Nothing is written in them: `gesti.mjs` presses each.
  '/e/{codice}/azioni': NIENTE,
  '/e/{codice}/azioni/{id}/disfa': NIENTE,
  '/e/{codice}/azioni/{id}/riprova': NIENTE,
  '/mio-accesso/totp': m(p(ELENA, '/mio-accesso/totp'), { codice: '000000' }),
  '/mio-accesso/totp/togli': NIENTE,
  '/mio-accesso/passkey': m(p(ELENA, '/mio-accesso/passkey'), { risposta: '{}' }, A_MANO),
  '/mio-accesso/passkey/{id}/togli': NIENTE,
  '/mio-accesso/codici': NIENTE,
  '/mio-accesso/password': m(p(ELENA, '/mio-accesso/password'), { parola: 'corta' }),
  '/mio-accesso/sessioni/chiudi': NIENTE,
  '/mio-accesso/sessioni/{id}/chiudi': NIENTE,
  '/e/{codice}/servizi/{servizio}/attiva': NIENTE,
  '/e/{codice}/servizi/{servizio}/disattiva': NIENTE,
  '/e/{codice}/persone': m(p(ADMIN, `${E}/persone`)),
  '/e/{codice}/persone/togli': m(p(ADMIN, `${E}/persone`), {}, '', { ruolo: 'amministratore' }),
  '/e/{codice}/deleghe/sostituzioni': m(p(ADMIN, `${E}/deleghe`), { al: '31/02/2026' }),
  '/e/{codice}/deleghe/sostituzioni/{id}/fine': NIENTE,
  '/e/{codice}/deleghe/prestiti': m(p(ADMIN, `${E}/deleghe`), { utente: 'nessuno', da_ente: 'zz_nessuno', prestito_al: '31/12/2026', ora: 'boh' }),
  '/e/{codice}/deleghe/prestiti/{id}/fine': NIENTE,
  '/e/{codice}/recuperi': m(p(ADMIN_A, `${A}/recuperi`)),
  '/e/{codice}/recuperi/{id}/conferma': NIENTE,
  '/e/{codice}/recuperi/{id}/rifiuta': NIENTE,
  '/e/{codice}/credenziali': m(p(PAOLO, `${E}/credenziali`), { scade_il: 'boh' }),
  '/e/{codice}/credenziali/{id}/ritira': NIENTE,
  '/e/{codice}/accessi': m(p(ADMIN, `${E}/accessi`), { albo: 'boh' }),
  '/e/{codice}/accessi/fornitori': m(p(CENTRO, `${CST}/accessi/fornitori`), { nome: 'Prova', emittente: 'http://example.it', client: 'x' }),
  '/e/{codice}/accessi/fornitori/{id}/prova': NIENTE,
  '/e/{codice}/accessi/fornitori/{id}/spegni': NIENTE,
  '/e/{codice}/uffici': m(p(ADMIN, `${E}/uffici`)),
  '/e/{codice}/uffici/{sigla}/chiudi': m(p(ADMIN, `${E}/uffici/TEC`), { al_suo_posto: 'NESSUNO' }),
  '/e/{codice}/ente': m(p(ADMIN, `${E}/ente`), { codice_fiscale: '123', patrono: '99/99' }),
  '/e/{codice}/ente/incarichi': m(p(ADMIN, `${E}/ente`)),
  '/e/{codice}/alleanza/adesioni': m(p(CENTRO, `${CST}/alleanza`), { membro: 'zz_nessuno' }),
  // Seen only by a body without an alliance, which this demo does not have: `acceptance` draws it.
  '/e/{codice}/alleanza/fonda': m(p(VERA, `${V}/alleanza`), { nuovo_codice: 'NON VA' }),
  '/e/{codice}/alleanza/trasforma': m(p(CENTRO, `${CST}/alleanza`), { nuovo_nome: '', nuovo_codice: 'NON VA' }),
  '/e/{codice}/alleanza/adesioni/{id}': m(adesione(''), { il: '31/02/2026' }, 'sospendi'),
  '/e/{codice}/lavori/{id}/riprova': NIENTE,
  '/e/{codice}/lavori/{id}/archivia': NIENTE,
  '/e/{codice}/fascicoli': m(p(ELENA, `${E}/fascicoli/nuovo`)),
  '/e/{codice}/fascicoli/{anno}/{id}/chiudi': NIENTE,
  '/e/{codice}/fascicoli/{anno}/{id}/riapri': m(p(ELENA, mondo.fascicoloChiuso)),
  '/e/{codice}/titolario/aggiungi': m(p(PAOLO, `${E}/titolario`), { codice: 'ZZ.99' }),
  '/e/{codice}/titolario/chiudi': m(p(PAOLO, `${E}/titolario`), { chiudi: 'ZZ.99' }),
  '/e/{codice}/protocollo/nuovo': m(p(ELENA, `${E}/protocollo/nuovo`), { arrivo: '31/02/2026', oggetto: 'x'.repeat(10_000) }),
  '/e/{codice}/protocollo/{anno}/{numero}/presa': NIENTE,
  '/e/{codice}/protocollo/{anno}/{numero}/riassegna': m(p(PAOLO, mondo.lunga), { ufficio: 'NESSUNO', classifica: 'ZZ.9' }),
  '/e/{codice}/protocollo/{anno}/{numero}/fascicola': m(p(PAOLO, mondo.lunga), { fascicolo: 'boh' }),
  '/e/{codice}/protocollo/{anno}/{numero}/annulla': m(p(PAOLO, `${mondo.lunga}/annulla`), { provvedimento_data: 'boh' }),
  '/e/{codice}/protocollo/{anno}/{numero}/oscura': m(p(PAOLO, `${mondo.lunga}/oscura`)),
  '/e/{codice}/protocollo/{anno}/{numero}/rettifica': m(p(PAOLO, `${mondo.lunga}/rettifica?campo=corrispondenti`), { 'nome-1': '' }),
  '/e/{codice}/albo/nuovo': m(p(ELENA, `${E}/albo/nuovo`), { data_atto: 'boh' }),
  '/e/{codice}/albo/bozze/{id}': m(bozza(), {}, 'giorno'),
  '/e/{codice}/albo/bozze/{id}/modifica': m(bozza({ dopo: '/modifica' }), { oggetto: '' }),
  '/e/{codice}/albo/interruzioni': m(p(ELENA, `${E}/albo/interruzioni`), { motivo: ' ' }),
  '/e/{codice}/albo/termini': m(p(ELENA, `${E}/albo/termini`)),
  '/e/{codice}/albo/termini/regola': m(p(ELENA, `${E}/albo/termini`), { ora_limite: 'boh' }),
  '/e/{codice}/albo/{anno}/{numero}/relata': NIENTE,
  '/e/{codice}/albo/{anno}/{numero}/annulla': m(inCorso('/annulla')),
  '/e/{codice}/albo/{anno}/{numero}/rimuovi': m(inCorso('/rimuovi')),
  '/e/{codice}/albo/{anno}/{numero}/proroga': m(inCorso('/proroga'), { dal: 'boh' }),
  '/e/{codice}/albo/{anno}/{numero}/sostituisci': m(inCorso('/sostituisci')),
});

function rotte() {
  const testo = readFileSync(path.resolve(import.meta.dirname, '../../docs/rotte.md'), 'utf8');
  return [...testo.matchAll(/^\| (Get|Post) \| `([^`]+)` \| (\w+) \|/gm)].map(([, metodo, percorso, dove]) => ({ metodo, percorso, dove }));
}

/** Both ways: no route without an address, no address without a route. */
function differenze() {
  const manca = (a, b, perche) => [...a].filter(x => !b.has(x)).map(x => `${x}: ${perche}`);
  const chiavi = (metodo, nome) => new Set(rotte().filter(r => r.metodo === metodo).map(nome));
  const [get, post] = [chiavi('Get', r => `${r.dove} ${r.percorso}`), chiavi('Post', r => r.percorso)];
  const [pagine, moduli] = [new Set(Object.keys(PAGINE())), new Set(Object.keys(MODULI()))];
  return [
    ...manca(get, pagine, 'giro.mjs does not say where to find this page'),
    ...manca(post, moduli, 'giro.mjs does not say how this form is refused'),
    ...manca(pagine, get, 'the program has no such page'),
    ...manca(moduli, post, 'the program has no such form'),
  ];
}

const forma = percorso => new RegExp(`^${percorso.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);
const assoluto = via => (via.startsWith('http') ? via : mondo.d.base + via);

/** One person's browser, going from page to page and noting what is wrong. */
export class Visita {
  difetti = [];
  quante = 0;

  constructor(chi) {
    this.chi = chi;
  }

  async apri() {
    this.p = await pagina(mondo.browser);
    // What the browser complains of, besides a page that is meant to answer 4xx: scripts, styles and pictures that our own rules stop.
    this.p.on('console', c => c.type() === 'error' && !/status of 4\d\d/.test(c.text()) && this.nota(c.text()));
    this.p.on('pageerror', e => this.nota(e.message));
    if (this.chi) await ([MANCA, HA].includes(this.chi) ? bussa : entra)(this.p, mondo.d.base, this.chi);
  }

  nota(difetto) {
    this.difetti.push(`${this.chi ?? 'un cittadino'}, ${this.dove}: ${difetto}`);
  }

  /** The address of a page; found in another page when it cannot be known. */
  async trova({ via, da, forma: cercata, dopo = '', host }) {
    if (via !== undefined) return assoluto(via);
    await this.p.goto(assoluto(da));
    const link = await this.p.evaluate(() => [...document.querySelectorAll('main a')].map(a => a.href));
    const trovato = link.find(h => cercata.test(new URL(h).pathname));
    if (!trovato) throw new Error(`no link like ${cercata} in ${da}`);
    return host ? mondo.d.pubblico(host) + new URL(trovato).pathname.replace(E, '') : trovato + dopo;
  }

  async guarda(rotta, dove) {
    this.dove = dove.via ?? `${dove.da} → ${dove.forma}${dove.dopo ?? ''}`;
    this.quante += 1;
    const indirizzo = await this.trova(dove);
    if (!forma(rotta).test(decodeURI(new URL(indirizzo).pathname))) this.nota(`is not an address of ${rotta}`);
    if (dove.file) return this.scarica(indirizzo);
    await this.arriva(await this.p.goto(indirizzo), dove.stato ?? 200, indirizzo);
  }

  async scarica(indirizzo) {
    // Only browsers know that whatever ends in .localhost is here.
    const { host, pathname, search } = new URL(indirizzo);
    const r = await this.p.context().request.get(mondo.d.base + pathname + search, { headers: { host } });
    if (r.status() !== 200 || /html/.test(r.headers()['content-type']) || (await r.body()).length === 0) this.nota(`${r.status()}, ${r.headers()['content-type']}: not a file`);
  }

  async rifiutato(rotta, modulo) {
    this.dove = `${rotta} rifiutato`;
    this.quante += 1;
    await this.p.goto(await this.trova(modulo));
    const azione = forma(rotta).source;
    const [risposta] = await Promise.all([
      this.p.waitForResponse(r => r.request().method() === 'POST'),
      this.p.evaluate(({ azione, campi, bottone, tale, a_mano }) => {
        const suo = f => Object.entries(tale).every(([n, v]) => f.elements[n].value === v);
        const f = [...document.forms].find(x => x.method === 'post' && new RegExp(azione).test(decodeURI(new URL(x.action).pathname)) && suo(x));
        for (const [nome, valore] of Object.entries(campi)) {
          const c = f.elements[nome];
          if (c.tagName === 'SELECT') c.append(new Option(valore, valore));
          c.value = valore;
        }
        if (a_mano) f.submit();
        else f.requestSubmit(bottone ? f.querySelector(`button[value=${bottone}]`) : undefined);
      }, { azione, campi: modulo.campi, bottone: modulo.bottone, tale: modulo.tale, a_mano: modulo.bottone === A_MANO }),
    ]);
    await this.p.waitForLoadState();
    await this.arriva(risposta, 422);
    if (!await this.p.locator('[role=alert], .al-tre-risposte, .al-errore').count()) this.nota('refused without a word');
  }

  async arriva(risposta, stato, indirizzo) {
    if (risposta.status() !== stato) this.nota(`answered ${risposta.status()} instead of ${stato}`);
    if (indirizzo && this.p.url() !== indirizzo) this.nota(`led to ${this.p.url()}`);
    const testo = await this.p.locator('body').innerText();
    for (const brutto of [/\b(None|Some|Ok)\(/, /\bundefined\b/, /\bNaN\b/, /\{\{|\}\}/, /panicked|sqlx|src\//]) if (brutto.test(testo)) this.nota(`shows ${brutto}`);
    if (await this.p.locator('h1').count() !== 1) this.nota('has not one h1');
    for (const x of await accessibile(this.p)) this.nota(x);
  }
}

export function giro() {
  test('every page is accessible, at 1280 and 320 px, without sideways scroll: empty, long, refused, gone', { timeout: 600_000 }, async () => {
    await allunga();
    const pagine = Object.entries(PAGINE()).flatMap(([k, vie]) => vie.map(v => ({ chi: v.chi, fai: x => x.guarda(k.split(' ')[1], v) })));
    const moduli = Object.entries(MODULI()).filter(([, x]) => x).map(([k, x]) => ({ chi: x.chi, fai: v => v.rifiutato(k, x) }));
    const diChi = new Map();
    for (const x of [...pagine, ...moduli]) diChi.set(x.chi, [...(diChi.get(x.chi) ?? []), x]);
    const visite = await Promise.all([...diChi].map(async ([chi, vie]) => {
      const visita = new Visita(chi);
      await visita.apri();
      for (const { fai } of vie) await fai(visita).catch(e => visita.nota(e.message));
      return visita;
    }));
    assert.deepEqual([...differenze(), ...visite.flatMap(v => v.difetti)], []);
    assert.ok(visite.reduce((n, v) => n + v.quante, 0) > 100);
  });
}
