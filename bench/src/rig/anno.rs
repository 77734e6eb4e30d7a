//! One year of one ente: every row that the real commands would have written, in the order of the facts. What enters a
//! register is made by the services and by `registers`, never here.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use albo::commands::{DurataDecisa, voce_di_affissione, voce_di_relata};
use albo::model::relata::{Cosa, FileEsposto};
use albo::model::tempi::{Durata, Modo, Regola, codice_computo, fine, periodo};
use albo::model::{Atto, File, Forma, Stato, Tipo};
use authz::{Azione, Chi, PersonaId};
use db::EnteId;
use documenti::{Documento, DocumentoId, FiloId, Formazione};
use jiff::{SignedDuration, Timestamp, ToSpan};
use kernel::tempo::{alle, anno_a_roma, giorno_a_roma, inizio_del_giorno};
use kernel::{Data, Impronta, Numero, calendario};
use protocollo::{Bozza, DaRegistrare, Verso};
use registers::{Penna, Scritta};
use serde_json::json;
use storage::Ricevuto;
use uuid::Uuid;

use super::caso::Caso;
use super::fatti::{self, Fatto};
use super::tavole::{Byte, Quale, Righe};

/// The last instant of the invented year: what comes after it is for who measures.
pub const OGGI: Data = jiff::civil::date(2026, 11, 25);
/// The day on which every register was opened.
pub const INIZIO: Data = jiff::civil::date(2025, 11, 25);
/// Rows are handed over to be copied when they are so many bytes.
const LOTTO: usize = 12 << 20;
/// The version of the plan that an ente adopts when it switches `documenti` on.
const TITOLARIO: i32 = 1;
/// Days after which what was assigned has been taken in charge, and after which what is over has been attested.
const PRESA: i64 = 8;
const ATTESTATA: i64 = 6;
const FASCICOLI: i32 = 24;

/// How much happened.
#[derive(Debug, Clone, Copy)]
pub struct Quanto {
    pub registrazioni: u64,
    pub pubblicazioni: u64,
    /// Of the publications, how many are still exposed at the end whatever their type says: the last ones.
    pub esposte: u64,
}

/// An ente to be written: who works there, and the bytes that all its documents share.
pub struct Ente<'a> {
    pub ente: EnteId,
    pub codice: &'a str,
    pub aoo: &'a str,
    pub ufficio: &'a str,
    pub chi: Chi,
    pub tipi: &'a [Tipo],
    pub pdf: &'a Ricevuto,
    pub dati: &'a Ricevuto,
    pub quanto: Quanto,
}

/// A relata still to be written, at its instant.
type DaAttestare = Reverse<(Timestamp, i64, Uuid, String)>;

struct Scrittore<'a, F> {
    e: &'a Ente<'a>,
    caso: Caso,
    righe: Righe,
    consegna: F,
    protocollo: Penna<'a>,
    repertorio: Penna<'a>,
    da_attestare: BinaryHeap<DaAttestare>,
    /// The day being written, and what its daily register will say.
    giorno: Data,
    del_giorno: (i32, Option<i32>, Option<i32>),
    fili_dei_giornalieri: Vec<(i16, FiloId)>,
}

/// Writes the year of an ente, handing rows over lot by lot. Returns how many voci.
pub fn scrivi<F>(e: &Ente<'_>, seme: u64, consegna: F) -> anyhow::Result<i64>
where
    F: FnMut(Righe) -> anyhow::Result<()>,
{
    let aperto = alle(INIZIO, jiff::civil::time(8, 0, 0, 0));
    let mut s = Scrittore {
        e,
        caso: Caso::nuovo(seme, e.codice),
        righe: Righe::nuove(),
        consegna,
        protocollo: Penna::nuova(e.codice, e.aoo, protocollo::REGISTRO, aperto),
        repertorio: Penna::nuova(e.codice, e.aoo, albo::REGISTRO, aperto),
        da_attestare: BinaryHeap::new(),
        giorno: INIZIO,
        del_giorno: (0, None, None),
        fili_dei_giornalieri: Vec::new(),
    };
    s.registro(protocollo::REGISTRO, protocollo::NOME_REGISTRO, aperto);
    s.registro(albo::REGISTRO, "Albo pretorio", aperto);
    let giorni = lavorativi();
    let (n, pubblica_ogni) = (e.quanto.registrazioni, e.quanto.registrazioni / e.quanto.pubblicazioni.max(1));
    for i in 0..n {
        let atto = i % pubblica_ogni == pubblica_ogni - 1 && i / pubblica_ogni < e.quanto.pubblicazioni;
        let fatto = if atto { fatti::atto(&mut s.caso) } else { fatti::posta(&mut s.caso) };
        let quando = istante(&giorni, i, n, &mut s.caso);
        s.chiudi_giorni(giorno_a_roma(quando))?;
        s.fatto(&fatto, quando, i / pubblica_ogni)?;
    }
    s.chiudi_giorni(OGGI)?;
    s.attesta_fino(inizio_del_giorno(OGGI))?;
    s.fascicoli();
    s.contatori();
    (s.consegna)(s.righe)?;
    Ok(s.protocollo.stato().posizione + s.repertorio.stato().posizione)
}

fn lavorativi() -> Vec<Data> {
    let mut giorni = Vec::new();
    let mut g = INIZIO;
    while g < OGGI {
        if g > INIZIO && calendario::e_lavorativo(g, None) {
            giorni.push(g);
        }
        g = g.saturating_add(1.day());
    }
    giorni
}

/// Facts spread over the working days, from eight to six, never before the one that precedes them.
fn istante(giorni: &[Data], i: u64, n: u64, caso: &mut Caso) -> Timestamp {
    const ORE: u64 = 10 * 3_600_000_000;
    let posto = i * giorni.len() as u64;
    let giorno = giorni[usize::try_from(posto / n).unwrap_or(0)];
    let passo = ORE * giorni.len() as u64 / n;
    let nel_giorno = ORE * (posto % n) / n + caso.meno_di(passo);
    let us = i64::try_from(nel_giorno.min(ORE)).unwrap_or(0);
    alle(giorno, jiff::civil::time(8, 0, 0, 0)) + SignedDuration::from_micros(us)
}

impl<F: FnMut(Righe) -> anyhow::Result<()>> Scrittore<'_, F> {
    fn registro(&mut self, codice: &str, nome: &str, aperto: Timestamp) {
        let e = self.e;
        self.righe.riga(Quale::Registro, &[&e.ente, &e.aoo, &codice, &nome, &"istante", &e.codice, &aperto]);
    }

    /// The counters as the chains left them: the register goes on from here.
    fn contatori(&mut self) {
        let e = self.e;
        for (registro, s) in
            [(protocollo::REGISTRO, self.protocollo.stato()), (albo::REGISTRO, self.repertorio.stato())]
        {
            self.righe.riga(
                Quale::Contatore,
                &[&e.ente, &e.aoo, &registro, &0, &"istante", &s.serie, &s.ultimo, &s.posizione, &s.istante, &s.testa],
            );
        }
    }

    fn consegna_se_pieno(&mut self) -> anyhow::Result<()> {
        if self.righe.byte() < LOTTO {
            return Ok(());
        }
        (self.consegna)(std::mem::replace(&mut self.righe, Righe::nuove()))
    }

    fn fatto(&mut self, f: &Fatto, quando: Timestamp, quale: u64) -> anyhow::Result<()> {
        let filo = FiloId(self.caso.uuid());
        let chi = Chi { operazione: self.caso.uuid(), ..self.e.chi.clone() };
        let riservata = f.albo.is_none() && self.caso.su_mille(5);
        let titolo = if riservata { "Faccenda riservata" } else { f.oggetto.as_str() };
        self.righe.riga(Quale::Filo, &[&self.e.ente, &filo, &titolo, &quando, &chi.persona]);
        let con_documento = f.albo.is_some() || self.caso.su_mille(100);
        let documento =
            con_documento.then(|| self.documento(filo, "documento.pdf", self.e.pdf, quando, Some(chi.persona)));
        self.registrazione((f, riservata), &chi, filo, documento.as_ref(), quando)?;
        if let (Some(tipo), Some(d)) = (f.albo, &documento) {
            let affisso = quando + SignedDuration::from_millis(180_000 + self.caso.meno_di(60_000).cast_signed());
            self.attesta_fino(affisso)?;
            self.pubblicazione(tipo, f, &chi, d, affisso, quale)?;
        }
        self.consegna_se_pieno()
    }

    fn documento(
        &mut self,
        filo: FiloId,
        nome: &str,
        byte: &Ricevuto,
        quando: Timestamp,
        persona: Option<PersonaId>,
    ) -> Documento {
        let d = Documento {
            id: DocumentoId(self.caso.uuid()),
            filo,
            nome: nome.to_owned(),
            nome_dichiarato: nome.to_owned(),
            tipo: byte.tipo.clone(),
            tipo_dichiarato: byte.tipo.clone(),
            dimensione: i64::try_from(byte.dimensione).unwrap_or(i64::MAX),
            impronta: byte.impronta,
            formazione: if persona.is_some() { Formazione::B } else { Formazione::D },
            riservato: persona.is_none(),
            creato_il: quando,
            persona,
        };
        let formazione = if persona.is_some() { "b" } else { "d" };
        self.righe.riga(
            Quale::Documento,
            &[
                &self.e.ente,
                &d.id,
                &d.filo,
                &d.nome,
                &d.nome_dichiarato,
                &d.tipo,
                &d.tipo_dichiarato,
                &d.dimensione,
                &d.impronta,
                &formazione,
                &d.riservato,
                &d.creato_il,
                &d.persona,
            ],
        );
        d
    }

    fn registrazione(
        &mut self,
        (f, riservata): (&Fatto, bool),
        chi: &Chi,
        filo: FiloId,
        documento: Option<&Documento>,
        quando: Timestamp,
    ) -> anyhow::Result<()> {
        let e = self.e;
        let con_numero = f.verso == Verso::Entrata && self.caso.su_mille(250);
        let numero_mittente = if con_numero { self.caso.meno_di(9_000).to_string() } else { String::new() };
        let da = DaRegistrare {
            verso: f.verso,
            oggetto: f.oggetto.clone(),
            corrispondenti: f.corrispondenti.clone(),
            arrivo: None,
            mezzo: f.mezzo.to_owned(),
            numero_mittente,
            data_mittente: None,
            classifica: f.classe.to_owned(),
            ufficio: e.ufficio.to_owned(),
            filo: None,
            riservata,
            documento: None,
            allegati: Vec::new(),
            richiesta: None,
        };
        let mittente = (f.verso != Verso::Entrata).then_some(e.ufficio);
        let bozza = Bozza { chi, da: &da, mittente, titolario: TITOLARIO, filo, documento, allegati: &[] };
        let voce = bozza.voce().con_sali(|| self.caso.sedici());
        let v = self.protocollo.scrivi(&voce, quando)?;
        self.voce(protocollo::REGISTRO, &v);
        let numero = v.numero.unwrap_or_default();
        self.righe.riga(
            Quale::Registrazione,
            &[
                &e.ente,
                &e.aoo,
                &v.serie,
                &numero,
                &v.posizione,
                &da.verso.codice(),
                &v.istante,
                &(da.verso == Verso::Entrata).then_some(v.istante),
                &true,
                &da.oggetto,
                &protocollo::in_riga(&da.corrispondenti),
                &documento.map(|d| d.id),
                &documento.map(|d| d.impronta),
                &0,
                &da.mezzo,
                &Some(&*da.numero_mittente).filter(|n| !n.is_empty()),
                &None::<Data>,
                &da.classifica,
                &TITOLARIO,
                &e.ufficio,
                &mittente,
                &filo,
                &da.riservata,
                &chi.persona,
            ],
        );
        for (n, c) in (1_i32..).zip(&da.corrispondenti) {
            let celle: &[&dyn super::tavole::Cella] = &[
                &e.ente,
                &e.aoo,
                &v.serie,
                &numero,
                &v.posizione,
                &n,
                &c.tipo,
                &c.nome,
                &c.codice_fiscale,
                &c.indirizzo,
                &c.recapito,
            ];
            self.righe.riga(Quale::Corrispondente, celle);
        }
        let vecchia = giorno_a_roma(quando) < OGGI.saturating_sub(PRESA.days());
        let presa = vecchia || self.caso.su_mille(600);
        self.righe.riga(
            Quale::Assegnazione,
            &[
                &e.ente,
                &e.aoo,
                &v.serie,
                &numero,
                &v.posizione,
                &e.ufficio,
                &da.classifica,
                &TITOLARIO,
                &v.istante,
                &chi.persona,
                &true,
                &presa.then_some(v.istante),
                &presa.then_some(chi.persona),
            ],
        );
        let dettaglio = json!({ "verso": da.verso.codice(), "classifica": da.classifica });
        let oggetto = format!("protocollo/{}/{numero}", v.serie);
        self.audit::<protocollo::Registra>(chi, quando, &oggetto, &dettaglio);
        let (n, primo, _) = self.del_giorno;
        self.del_giorno = (n + 1, primo.or(v.numero), v.numero);
        Ok(())
    }

    fn voce(&mut self, registro: &str, v: &Scritta) {
        let e = self.e;
        self.righe.riga(
            Quale::Voce,
            &[
                &e.ente,
                &e.aoo,
                &registro,
                &0,
                &v.posizione,
                &v.serie,
                &v.operazione,
                &v.numero,
                &v.istante,
                &v.versione_canonica,
                &Byte(&v.contenuto),
                &Byte(&v.impronta_contenuto),
                &v.impronta,
            ],
        );
        for c in &v.chiaro {
            let celle: &[&dyn super::tavole::Cella] =
                &[&e.ente, &e.aoo, &registro, &0, &v.posizione, &c.campo, &Byte(&c.sale), &c.valore];
            self.righe.riga(Quale::Chiaro, celle);
        }
    }

    fn audit<A: Azione>(&mut self, chi: &Chi, quando: Timestamp, oggetto: &str, dettaglio: &serde_json::Value) {
        let (e, id) = (self.e, self.caso.uuid());
        self.righe.riga(
            Quale::Audit,
            &[&e.ente, &quando, &id, &chi.persona, &e.ufficio, &A::CODICE, &chi.operazione, &oggetto, dettaglio],
        );
    }

    fn pubblicazione(
        &mut self,
        tipo: &str,
        f: &Fatto,
        chi: &Chi,
        d: &Documento,
        affisso: Timestamp,
        quale: u64,
    ) -> anyhow::Result<()> {
        let e = self.e;
        let giorno = giorno_a_roma(affisso);
        let esposta = quale + e.quanto.esposte >= e.quanto.pubblicazioni;
        let tipo = if esposta { "bando" } else { tipo };
        let tipo = e.tipi.iter().find(|t| t.codice == tipo).and_then(|t| Some((t, t.termine.as_ref()?)));
        let (tipo, termine) = tipo.ok_or_else(|| anyhow::anyhow!("a type of act has no term"))?;
        let regola = Regola::default();
        let dopo = 3 + self.caso.meno_di(25).cast_signed();
        let ultimo = (termine.modo == Modo::Scadenza).then(|| {
            if esposta { OGGI.saturating_add(dopo.days()) } else { giorno.saturating_add((dopo + 12).days()) }
        });
        let durata = DurataDecisa { quanto: termine.durata(&regola, ultimo)?, fonte: termine.fonte.clone() };
        let periodo =
            periodo(affisso, None, durata.quanto).ok_or_else(|| anyhow::anyhow!("a period is over before"))?;
        let al = periodo.al().unwrap_or(giorno);
        let atto = Atto {
            id: self.caso.uuid(),
            aoo: e.aoo.to_owned(),
            stato: Stato::Pubblicata,
            filo: d.filo.0,
            tipo: tipo.codice.clone(),
            tipo_nome: tipo.nome.clone(),
            oggetto: f.oggetto.clone(),
            numero_atto: (quale + 1).to_string(),
            data_atto: Some(giorno),
            protocollo: format!("{}/{}", self.protocollo.stato().serie, self.protocollo.stato().ultimo),
            richiedente: String::new(),
            responsabile: chi.nome.clone(),
            norma: "L. 69/2009, art. 32, comma 1".to_owned(),
            forma: Forma::Integrale.codice().to_owned(),
            ultimo_giorno_chiesto: ultimo,
            avvisi: Vec::new(),
            confermato: false,
            previsto_dal: None,
            creato_il: affisso,
            pubblicazione: None,
            chiuso_il: None,
            motivo: String::new(),
            provvedimento: String::new(),
            classe: None,
            relata: None,
        };
        let file = File {
            id: self.caso.uuid(),
            posto: 1,
            ruolo: "atto".to_owned(),
            documento: d.id.0,
            nome: "atto.pdf".to_owned(),
            tipo: d.tipo.clone(),
            dimensione: d.dimensione,
            impronta: d.impronta,
            non_controllato: String::new(),
            messo_il: None,
            tolto_il: None,
        };
        let voce = voce_di_affissione(&atto, &durata, &regola, std::slice::from_ref(&file), chi.persona);
        let v = self.repertorio.scrivi(&voce.con_sali(|| self.caso.sedici()), affisso)?;
        self.voce(albo::REGISTRO, &v);
        let numero = Numero::try_from(v.numero.unwrap_or_default())?;
        let chiave = format!("albo/{}/{}", v.serie, numero.corto());
        let relata = self.da_attestare(al, v.posizione, &atto, &chiave);
        self.atto(&atto, &v, &durata, &regola, (periodo.dal(), al), chi, relata);
        self.righe.riga(
            Quale::File,
            &[
                &e.ente,
                &atto.id,
                &file.id,
                &file.posto,
                &file.ruolo,
                &file.documento,
                &file.nome,
                &file.tipo,
                &file.dimensione,
                &file.impronta,
                &v.posizione,
                &v.istante,
            ],
        );
        let esposto = FileEsposto { id: file.id, ruolo: file.ruolo, impronta: file.impronta };
        let cosa = Cosa::Affissione { previsto: None, dal: periodo.dal(), al, file: vec![esposto] };
        self.operazione(atto.id, &v, &cosa, chi)?;
        let dettaglio = json!({ "dal": periodo.dal().to_string(), "al": al.to_string() });
        self.audit::<albo::Pubblica>(chi, affisso, &chiave, &dettaglio);
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "a row of a wide table")]
    fn atto(
        &mut self,
        a: &Atto,
        v: &Scritta,
        durata: &DurataDecisa,
        regola: &Regola,
        (dal, al): (Data, Data),
        chi: &Chi,
        relata: Option<Uuid>,
    ) {
        let giorni = match durata.quanto {
            Durata::Giorni(_) => durata.giorni(),
            Durata::FinoAl(_) => None,
        };
        self.righe.riga(
            Quale::Atto,
            &[
                &self.e.ente,
                &a.id,
                &a.aoo,
                &"pubblicata",
                &a.filo,
                &a.tipo,
                &a.oggetto,
                &a.numero_atto,
                &a.data_atto,
                &a.protocollo,
                &a.responsabile,
                &a.norma,
                &a.forma,
                &a.ultimo_giorno_chiesto,
                &chi.persona,
                &a.creato_il,
                &v.serie,
                &v.numero,
                &v.posizione,
                &v.istante,
                &codice_computo(durata.computo(regola)),
                &giorni,
                &durata.fonte,
                &dal,
                &al,
                &fine(al),
                &relata,
            ],
        );
    }

    fn operazione(&mut self, atto: Uuid, v: &Scritta, cosa: &Cosa, chi: &Chi) -> anyhow::Result<()> {
        let (e, dettaglio) = (self.e, serde_json::to_value(cosa)?);
        self.righe.riga(
            Quale::Operazione,
            &[&e.ente, &e.aoo, &v.posizione, &atto, &v.istante, &cosa.codice(), &chi.persona, &chi.nome, &dettaglio],
        );
        Ok(())
    }

    /// The document of the relata of an act that has been over for some days; it is written at its own instant.
    fn da_attestare(&mut self, al: Data, posizione: i64, atto: &Atto, chiave: &str) -> Option<Uuid> {
        let giorno = calendario::prossimo_lavorativo(al, None);
        if giorno > OGGI.saturating_sub(ATTESTATA.days()) {
            return None;
        }
        let minuti = 9 * 60 + self.caso.meno_di(300).cast_signed();
        let quando = inizio_del_giorno(giorno) + SignedDuration::from_mins(minuti);
        let d = self.documento(FiloId(atto.filo), "relata.pdf", self.e.pdf, quando, Some(self.e.chi.persona));
        self.da_attestare.push(Reverse((quando, posizione, atto.id, chiave.to_owned())));
        Some(d.id.0)
    }

    fn attesta_fino(&mut self, fino: Timestamp) -> anyhow::Result<()> {
        while self.da_attestare.peek().is_some_and(|Reverse((quando, ..))| *quando <= fino) {
            let Some(Reverse((quando, posizione, atto, chiave))) = self.da_attestare.pop() else { break };
            let chi = Chi { operazione: self.caso.uuid(), ..self.e.chi.clone() };
            let impronta: Impronta = self.e.pdf.impronta;
            let v = self.repertorio.scrivi(&voce_di_relata(posizione, impronta, chi.persona), quando)?;
            self.voce(albo::REGISTRO, &v);
            self.operazione(atto, &v, &Cosa::Relata { impronta }, &chi)?;
            self.audit::<albo::Attesta>(&chi, quando, &chiave, &json!({ "relata": impronta }));
        }
        Ok(())
    }

    /// The daily registers up to a day excluded, empty days too.
    fn chiudi_giorni(&mut self, fino: Data) -> anyhow::Result<()> {
        let e = self.e;
        while self.giorno < fino {
            let giorno = self.giorno;
            let domani = giorno.saturating_add(1.day());
            let prodotto = inizio_del_giorno(domani) + SignedDuration::from_mins(12);
            let filo = self.filo_dei_giornalieri(giorno, prodotto);
            let pdf = self.documento(filo, &format!("registro-giornaliero-{giorno}.pdf"), e.pdf, prodotto, None);
            let dati = self.documento(filo, &format!("registro-giornaliero-{giorno}.json"), e.dati, prodotto, None);
            let s = self.protocollo.stato();
            let (n, primo, ultimo) = std::mem::take(&mut self.del_giorno);
            self.righe
                .riga(Quale::Testa, &[&e.ente, &e.aoo, &protocollo::REGISTRO, &0, &giorno, &s.posizione, &s.testa]);
            self.righe.riga(
                Quale::Giornaliero,
                &[
                    &e.ente,
                    &e.aoo,
                    &giorno,
                    &n,
                    &0,
                    &primo,
                    &ultimo,
                    &s.posizione,
                    &s.testa,
                    &filo,
                    &pdf.id,
                    &dati.id,
                    &prodotto,
                    &calendario::prossimo_lavorativo(giorno, None),
                ],
            );
            self.giorno = domani;
        }
        Ok(())
    }

    fn filo_dei_giornalieri(&mut self, giorno: Data, quando: Timestamp) -> FiloId {
        let anno = giorno.year();
        if let Some((_, filo)) = self.fili_dei_giornalieri.iter().find(|(a, _)| *a == anno) {
            return *filo;
        }
        let filo = FiloId(self.caso.uuid());
        let titolo = format!("Registri giornalieri {anno}");
        self.righe.riga(Quale::Filo, &[&self.e.ente, &filo, &titolo, &quando, &None::<PersonaId>]);
        self.fili_dei_giornalieri.push((anno, filo));
        filo
    }

    /// A shelf of fascicoli of this year, each with the registrations that opened it.
    fn fascicoli(&mut self) {
        let e = self.e;
        let (classifica, anno) = ("VI.5", i32::from(anno_a_roma(inizio_del_giorno(OGGI))));
        let ultimo = self.protocollo.stato().ultimo;
        for n in 1..=FASCICOLI {
            let aperto =
                inizio_del_giorno(OGGI.saturating_sub(i64::from(8 * n).days())) + SignedDuration::from_hours(9);
            let oggetto = format!("Lavori pubblici, lotto {n}");
            self.righe.riga(
                Quale::Fascicolo,
                &[&e.ente, &anno, &classifica, &n, &TITOLARIO, &oggetto, &"affare", &e.ufficio, &e.chi.nome, &aperto],
            );
            self.righe.riga(
                Quale::FascicoloPasso,
                &[&e.ente, &anno, &classifica, &n, &1, &aperto, &"apertura", &"", &e.chi.persona],
            );
            for k in 0..3 {
                let riferimento = format!("protocollo/{anno}/{}", (1 + (n * 97 + k * 13) % ultimo.max(1)));
                self.righe.riga(
                    Quale::FascicoloContenuto,
                    &[&e.ente, &anno, &classifica, &n, &riferimento, &None::<Uuid>, &aperto, &e.chi.persona],
                );
            }
        }
        self.righe.riga(Quale::Progressivo, &[&e.ente, &anno, &classifica, &FASCICOLI]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_never_go_back_in_time() {
        let (giorni, mut caso) = (lavorativi(), Caso::nuovo(1, "prova"));
        for n in [7, 3_000, 100_000] {
            let istanti: Vec<_> = (0..n).map(|i| istante(&giorni, i, n, &mut caso)).collect();
            assert!(istanti.is_sorted(), "{n}");
            assert!(istanti.iter().all(|i| *i < inizio_del_giorno(OGGI)));
        }
    }
}
