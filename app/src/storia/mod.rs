//! The alliance of the demo and its history: real comuni, invented people, every fact through the real commands.

mod caso;
mod gioco;
mod nomi;
mod prestito;
mod temi;
mod trama;

use anyhow::Context as _;
use authz::{Chi, Consenti, NuovaPersona, PersonaId};
use db::{Db, DiEnte, Manutenzione, Tx};
use enti::model::{Forma, Incarico, slug};
use jiff::civil::time;
use jiff::{SignedDuration, Timestamp, ToSpan};
use jobs::NuovoLavoro;
use kernel::calendario::e_lavorativo;
use kernel::{Data, Numero, Provvedimento, tempo};
use serde_json::{Value, json};
use storage::Archivio;
use web::Configurazione;

use self::caso::Caso;
use self::gioco::{Attori, Scena, una_volta};
use self::temi::Ufficio;
use self::trama::Luogo;
use crate::services;

/// The password of everybody, in the demo only.
pub const PAROLA: &str = "alleanza-demo-2026";
/// The alliance's own body, its alliance, and what stands above.
const CST: &str = "cst_sulmona";
const ALLEANZA: &str = "cst-sulmona";
const REGIONE: &str = "regione_13";
/// Comuni of the province of L'Aquila below this many inhabitants.
const PICCOLO: i64 = 5_000;

/// Days before the first load: the alliance is born, the comuni with a year enter, those with a week enter.
const NASCE: i64 = 400;
const ANNO: i64 = 366;
const SETTIMANA: i64 = 9;

/// How much of the alliance to load.
#[derive(Debug, Clone, Copy)]
pub struct Misura {
    pub comuni: usize,
    /// How many of them, from the first of [`VICINI`], have a year of work; the others have a week.
    pub con_storia: usize,
}

impl Misura {
    /// The first comuni of the alliance, or all of them; the first three have a history.
    pub fn di(comuni: Option<usize>) -> Misura {
        let comuni = comuni.unwrap_or(usize::MAX);
        Misura { comuni, con_storia: comuni.min(CON_STORIA) }
    }

    /// A part of the alliance is for tests: its years have few facts, and nobody waits for its nights.
    fn intera(self) -> bool {
        self.comuni == usize::MAX
    }

    /// About how many registrations a comune has: some hundreds in a year, a handful in a week.
    fn registrazioni(self, abitanti: i64, con_storia: bool) -> i64 {
        match (con_storia, self.intera()) {
            (true, true) => 150 + abitanti / 6,
            (true, false) => 34,
            (false, _) => 7 + abitanti / 500,
        }
    }
}

/// How many comuni have a year of work.
const CON_STORIA: usize = 3;
/// The comuni of the shared segretaria: the first [`CON_STORIA`] have a year.
const VICINI: [&str; 5] = ["c_e307", "c_i501", "c_g210", "c_b256", "c_a318"];

/// An invented person: user name, first name, surname, roles.
type Inventata = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// Who works in Introdacqua; the segretaria works in all of [`VICINI`].
const PERSONE: [Inventata; 3] = [
    ("giulia.ventresca", "Giulia", "Ventresca", &["protocollo", "albo"]),
    ("paolo.direnzo", "Paolo", "Di Renzo", &["responsabile", "protocollo"]),
    ("marta.colantoni", "Marta", "Colantoni", &["consultazione"]),
];
const SEGRETARIA: Inventata = ("elena.vallescura", "Elena", "Vallescura", &["segretario", "protocollo", "albo"]);

/// The lines that say who can sign in.
pub fn chi_entra(misura: Misura, config: &Configurazione) -> Vec<String> {
    let riga = |(utente, nome, cognome, ruoli): &Inventata, dove: &str| {
        format!("  {utente:<24} {nome} {cognome}, {} ({dove})", ruoli.join(" e "))
    };
    let mut righe = vec![format!("Entrano, tutti con la password {PAROLA}:")];
    righe.extend(PERSONE.iter().map(|p| riga(p, "Introdacqua")));
    let dove = match misura.comuni.min(VICINI.len()) {
        1 => "Introdacqua".to_owned(),
        n => format!("{n} comuni"),
    };
    righe.push(riga(&SEGRETARIA, &dove));
    righe.push(format!("  {:<24} amministratore di Introdacqua; così per ogni comune", "admin.introdacqua"));
    righe.push(format!("  {:<24} Anna Di Loreto, segreteria dell’alleanza", "segreteria.cst"));
    righe.push(format!(
        "  {:<24} Luca Iacovone, dell’alleanza, in prestito a Introdacqua per un mese",
        prestito::UTENTE
    ));
    if misura.intera() {
        righe.push("Introdacqua, Scanno e Pacentro hanno un anno di storia, gli altri una settimana; i registri giornalieri dei giorni passati si fanno adesso.".into());
    }
    let albo = config.indirizzo("introdacqua.localhost", "/albo");
    righe.push(format!("L’albo di un comune sta al suo indirizzo: {albo}"));
    righe
}

/// Loads what is not loaded yet; an interrupted load goes on from where it was, on the days that it had begun with.
/// `avanza` hears how many events of the story are told, and of how many.
pub async fn carica(
    m: &Manutenzione,
    db: &Db,
    archivio: &Archivio,
    misura: Misura,
    avanza: impl Fn(usize, usize),
) -> anyhow::Result<()> {
    enti::carica_elenco(m).await?;
    // A load that was cut short may have left it in the past.
    m.sposta_orologio(SignedDuration::ZERO, db).await?;
    if finita(db).await? {
        return prestito::assicura(db).await;
    }
    let esito = dal_passato(m, db, archivio, misura, avanza).await;
    // The clock comes back whatever happened.
    m.sposta_orologio(SignedDuration::ZERO, db).await?;
    oggi(m, db, archivio, &esito?, misura).await?;
    prestito::assicura(db).await
}

/// True when nothing is left to load.
async fn finita(db: &Db) -> anyhow::Result<bool> {
    if authz::ente_per_codice(db, CST).await?.is_none() {
        return Ok(false);
    }
    let mut tx = enti::entra(db, CST).await?;
    Ok(una_volta(&mut tx, CST, "finita").await?.is_none())
}

/// A comune with who works there.
struct Vivo {
    comune: Comune,
    attori: Attori,
    segretaria: Option<Chi>,
}

async fn dal_passato(
    m: &Manutenzione,
    db: &Db,
    archivio: &Archivio,
    misura: Misura,
    avanza: impl Fn(usize, usize),
) -> anyhow::Result<Vec<Vivo>> {
    let nasce = match fondata_il(db).await? {
        Some(giorno) => giorno,
        None => tempo::giorno_a_roma(db.orologio().adesso()).checked_sub(NASCE.days())?,
    };
    let al = nasce.checked_add((NASCE - 1).days())?;
    let fa = |giorni: i64| nasce.checked_add((NASCE - giorni).days());
    let alle_nove = |giorno: Data| tempo::alle(giorno, time(9, 0, 0, 0));
    porta(m, db, alle_nove(nasce)).await?;
    alleanza(m, db, nasce).await?;

    let mut comuni = comuni()?;
    // The comuni with a history come first, whatever the measure.
    comuni.sort_by_key(|c| VICINI.iter().position(|v| *v == c.codice).unwrap_or(VICINI.len()));
    comuni.truncate(misura.comuni);
    let mut vivi = Vec::new();
    for (i, c) in comuni.into_iter().enumerate() {
        let con_storia = i < misura.con_storia;
        if i == 0 || i == misura.con_storia {
            porta(m, db, alle_nove(fa(if con_storia { ANNO } else { SETTIMANA })?)).await?;
        }
        entra(m, db, &c, con_storia).await?;
        vivi.push(popola(db, c, con_storia).await?);
    }
    let (mut scene, mut trame) = (Vec::new(), Vec::new());
    for (i, v) in vivi.iter().enumerate() {
        let con_storia = i < misura.con_storia;
        let scena = Scena::apri(db, &v.comune.codice, v.attori.clone()).await?;
        let luogo = Luogo {
            codice: v.comune.codice.clone(),
            nome: v.comune.nome.clone(),
            patrono: scena.patrono(),
            registrazioni: misura.registrazioni(v.comune.abitanti, con_storia),
            completo: con_storia,
        };
        trame.push(trama::trama(&luogo, fa(if con_storia { ANNO } else { SETTIMANA } - 1)?, al));
        scene.push(scena);
    }
    gioco::gioca(m, db, archivio, &scene, trame, avanza).await?;
    Ok(vivi)
}

/// Moves the clock there, from wherever it is.
async fn porta(m: &Manutenzione, db: &Db, a: Timestamp) -> anyhow::Result<()> {
    Ok(m.porta_orologio(a, db).await?)
}

/// The day from which the days of the history are counted.
async fn fondata_il(db: &Db) -> anyhow::Result<Option<Data>> {
    if authz::ente_per_codice(db, CST).await?.is_none() {
        return Ok(None);
    }
    let mut tx = enti::entra(db, CST).await?;
    Ok(enti::alleanze(&mut tx).await?.into_iter().find(|a| a.codice == ALLEANZA).map(|a| a.dal))
}

/// What a history does not show: acts still to come and acts that went wrong today; and the work of the nights that are over,
/// which goes on while people look around.
async fn oggi(m: &Manutenzione, db: &Db, archivio: &Archivio, vivi: &[Vivo], misura: Misura) -> anyhow::Result<()> {
    for (v, segretaria) in vivi.iter().take(misura.con_storia).filter_map(|v| Some((v, v.segretaria.as_ref()?))) {
        let codice = v.comune.codice.as_str();
        let mut tx = enti::entra(db, codice).await?;
        if let Some(segno) = una_volta(&mut tx, codice, "oggi").await? {
            albo::demo::gioca(&mut tx, archivio, codice, segretaria).await?;
            segno.fatto(&mut tx, &Value::Null).await?;
            tx.commit().await?;
        }
    }
    if misura.intera() {
        let anno_fa = tempo::giorno_a_roma(db.orologio().adesso()).saturating_sub(ANNO.days());
        enti::demo::misura(m, VICINI[0], anno_fa).await?;
        // What the night would have done: the first comune lost a day, and its publications wait for a decision.
        let mut tx = enti::entra(db, VICINI[0]).await?;
        let chiave = Some("demo".to_owned());
        jobs::accoda(
            &mut tx,
            NuovoLavoro { tipo: albo::INTERRUZIONI, chiave, dati: json!({}), quando: None, urgente: false },
        )
        .await?;
        tx.commit().await?;
    }
    for v in vivi.iter().filter(|_| misura.intera()) {
        let mut tx = enti::entra(db, &v.comune.codice).await?;
        let lavoro = NuovoLavoro {
            tipo: protocollo::GIORNALIERO,
            chiave: Some("demo".to_owned()),
            dati: json!({}),
            quando: None,
            urgente: false,
        };
        jobs::accoda(&mut tx, lavoro).await?;
        tx.commit().await?;
    }
    let mut tx = enti::entra(db, CST).await?;
    if let Some(segno) = una_volta(&mut tx, CST, "finita").await? {
        segno.fatto(&mut tx, &Value::Null).await?;
    }
    Ok(tx.commit().await?)
}

/// A comune of the alliance: IPA code, name, how many live there.
struct Comune {
    codice: String,
    nome: String,
    cap: String,
    abitanti: i64,
}

impl Comune {
    /// An address that exists nowhere, instead of the real one.
    fn dominio(&self) -> String {
        format!("{}.{}", slug(&self.nome), nomi::DOMINIO)
    }
}

/// The comuni of the province of L'Aquila below the threshold, from the official list (`data/FONTI.md`).
fn comuni() -> anyhow::Result<Vec<Comune>> {
    let mut lettore = csv::Reader::from_reader(include_bytes!("../../../data/comuni.csv").as_slice());
    let testata = lettore.headers()?.clone();
    let posto = |nome: &str| testata.iter().position(|h| h == nome).with_context(|| format!("comuni.csv: {nome}"));
    let (belfiore, nome, sigla) = (posto("belfiore")?, posto("nome")?, posto("sigla")?);
    let (abitanti, cap) = (posto("popolazione")?, posto("cap")?);
    let mut comuni = Vec::new();
    for r in lettore.records() {
        let r = r?;
        let abitanti = r[abitanti].parse()?;
        if &r[sigla] == "AQ" && abitanti < PICCOLO {
            let codice = format!("c_{}", r[belfiore].to_lowercase());
            let cap = r[cap].split('|').next().unwrap_or_default().to_owned();
            comuni.push(Comune { codice, nome: r[nome].to_owned(), cap, abitanti });
        }
    }
    Ok(comuni)
}

/// The alliance's own body, its secretary, the alliance.
async fn alleanza(m: &Manutenzione, db: &Db, dal: Data) -> anyhow::Result<()> {
    if fondata_il(db).await?.is_some() {
        return Ok(());
    }
    let corpo = enti::NuovoCorpo { codice: CST, tipo: "alleanza", denominazione: "CST Sulmona", ipa: None };
    if authz::ente_per_codice(db, CST).await?.is_none() {
        // Written by a load that was cut short, it is there already.
        match enti::iscrivi_corpo(m, &corpo).await {
            Err(e) if e.codice() != Some("ENT-002") => return Err(e.into()),
            _ => {}
        }
        enti::aggiungi_ente(m, CST).await?;
    }
    let segreteria =
        NuovaPersona { utente: "segreteria.cst", nome: "Anna", cognome: "Di Loreto", parola: Some(PAROLA) };
    enti::crea_utente(db, CST, &segreteria, &["amministratore", "alleanza"]).await?;
    let fondata = enti::Fondata {
        codice: ALLEANZA,
        denominazione: "Centro Servizi Territoriale di Sulmona",
        sopra: Some(REGIONE),
        preavviso_mesi: 6,
        dal,
    };
    Ok(enti::fonda(db, CST, &fondata).await?)
}

/// From the request to the first services: the steps are of the weeks before, one comune in five joins by convention.
async fn entra(m: &Manutenzione, db: &Db, c: &Comune, con_storia: bool) -> anyhow::Result<()> {
    if authz::ente_per_codice(db, &c.codice).await?.is_some()
        && enti::attivo(&mut enti::entra(db, &c.codice).await?, "albo").await?
    {
        return Ok(());
    }
    let oggi = tempo::giorno_a_roma(db.orologio().adesso());
    let mut caso = Caso::nuovo(&format!("adesione/{}", c.codice));
    // Those with a year are the first members: their road is short, for the alliance was just born.
    let lunga = if con_storia { 1 } else { 3 };
    let firma_il = giorno_di_lavoro(oggi.checked_sub(caso.fra(1, 5).days())?);
    let delibera_il = giorno_di_lavoro(firma_il.checked_sub((lunga * caso.fra(3, 8)).days())?);
    let richiesta_il = giorno_di_lavoro(delibera_il.checked_sub((lunga * caso.fra(4, 10)).days())?);
    let delibera = Provvedimento {
        tipo: "delibera di Consiglio".into(),
        registro: "DC".into(),
        serie: i32::from(delibera_il.year()),
        numero: Numero::try_from(i32::try_from(caso.fra(3, 40)).unwrap_or(1))?,
        data: delibera_il,
        documento: None,
    };
    let utente = format!("admin.{}", slug(&c.nome));
    let ingresso = enti::Ingresso {
        ente_alleanza: CST,
        alleanza: ALLEANZA,
        membro: &c.codice,
        forma: if caso.su_cento(20) { Forma::Convenzione } else { Forma::ProtocolloAttuativo },
        richiesta_il,
        delibera,
        firma_il,
        firma_ente: "Il Sindaco",
        firma_alleanza: "Il Presidente",
        amministratore: NuovaPersona {
            utente: &utente,
            nome: "Amministratore",
            cognome: &c.nome,
            parola: Some(PAROLA),
        },
        servizi: &["protocollo", "albo"],
    };
    enti::onboarding(m, db, services::tutti(), &ingresso).await?;
    Ok(())
}

/// That day, or the last working day before it.
fn giorno_di_lavoro(g: Data) -> Data {
    let mut giorni = g.series(-1_i32.days());
    giorni.find(|g| e_lavorativo(*g, None)).unwrap_or(g)
}

/// The people of a comune, its offices and its card. What is there already is left as it is.
async fn popola(db: &Db, c: Comune, con_storia: bool) -> anyhow::Result<Vivo> {
    let codice = c.codice.as_str();
    let mut caso = Caso::nuovo(&format!("persone/{codice}"));
    let (addetto, responsabile) = if codice == VICINI[0] {
        let chi = async |p: &Inventata| persona(db, codice, (p.0, p.1, p.2), p.3, true).await;
        chi(&PERSONE[2]).await?;
        (chi(&PERSONE[0]).await?, chi(&PERSONE[1]).await?)
    } else {
        let mut inventata = async |ruoli: &[&str]| {
            let (nome, cognome) = nomi::persona(&mut caso);
            let utente = format!("{}.{}", slug(&format!("{nome} {cognome}")).replace('-', "."), slug(&c.nome));
            persona(db, codice, (&utente, nome, &cognome), ruoli, con_storia).await
        };
        (inventata(&["protocollo", "albo"]).await?, inventata(&["responsabile", "protocollo"]).await?)
    };
    let segretaria = match VICINI.contains(&codice) {
        true => Some(persona(db, codice, (SEGRETARIA.0, SEGRETARIA.1, SEGRETARIA.2), SEGRETARIA.3, true).await?),
        false => None,
    };
    let attori = Attori { addetto, responsabile };
    arreda(db, &c, &attori, con_storia).await?;
    Ok(Vivo { comune: c, attori, segretaria })
}

async fn persona(
    db: &Db,
    codice: &str,
    (utente, nome, cognome): (&str, &str, &str),
    ruoli: &[&str],
    entra: bool,
) -> anyhow::Result<Chi> {
    let nuova = NuovaPersona { utente, nome, cognome, parola: entra.then_some(PAROLA) };
    let persona: PersonaId = enti::crea_utente(db, codice, &nuova, ruoli).await?;
    Ok(Chi { persona, nome: format!("{nome} {cognome}"), operazione: db::caso::uuid() })
}

/// Card, appointments, offices and terms, once.
async fn arreda(db: &Db, c: &Comune, attori: &Attori, con_storia: bool) -> anyhow::Result<()> {
    let mut tx = enti::entra(db, &c.codice).await?;
    let Some(segno) = una_volta(&mut tx, &c.codice, "arredo").await? else { return Ok(()) };
    let admin = enti::chi_ha_ruolo(&mut tx, "amministratore").await?.into_iter().next().context("no administrator")?;
    let admin =
        Chi { persona: admin.id, nome: format!("{} {}", admin.nome, admin.cognome), operazione: db::caso::uuid() };
    let oggi = tx.oggi();
    let p = tx.consenti::<enti::CorreggiEnte>(&admin).await?;
    let scheda = enti::Correzione {
        indirizzo: Some(format!("Piazza del Municipio 1, {} {} (AQ)", c.cap, c.nome)),
        pec: Some(format!("protocollo@pec.{}", c.dominio())),
        sito: Some(format!("https://www.{}", c.dominio())),
        patrono: enti::scheda(&mut tx).await?.patrono,
        dpo: Some(format!("dpo@{}", c.dominio())),
        ..enti::Correzione::default()
    };
    enti::correggi_ente(&mut tx, &p, &scheda).await?;
    for (incarico, chi) in [(Incarico::Responsabile, &attori.responsabile), (Incarico::Vicario, &attori.addetto)] {
        enti::incarica(&mut tx, &p, enti::AOO, incarico, &chi.nome, oggi).await?;
    }
    if con_storia {
        uffici(&mut tx, &admin, attori).await?;
        let p = tx.consenti::<albo::DecidiTermini>(&attori.responsabile).await?;
        let avvisi = albo::commands::NuovoTermine {
            tipo: "avviso".to_owned(),
            dal: oggi,
            modo: albo::model::tempi::Modo::Giorni(15),
            computo: None,
            fonte: "Regolamento dell’albo pretorio, art. 5 (inventato)".to_owned(),
        };
        albo::commands::imposta_termine(&mut tx, &p, &avvisi).await?;
    }
    segno.fatto(&mut tx, &Value::Null).await?;
    Ok(tx.commit().await?)
}

/// The offices of a comune that has three employees: one of them works in most.
async fn uffici(tx: &mut Tx<DiEnte>, admin: &Chi, attori: &Attori) -> anyhow::Result<()> {
    let p = tx.consenti::<enti::GestisciUffici>(admin).await?;
    for u in Ufficio::TUTTI.iter().filter(|u| u.codice() != enti::UFFICIO) {
        enti::nuovo_ufficio(tx, &p, u.codice(), u.nome()).await?;
    }
    let p = tx.consenti::<enti::GestisciPersone>(admin).await?;
    for u in Ufficio::TUTTI.iter().filter(|u| u.codice() != enti::UFFICIO) {
        let r = enti::NuovoRuolo { ufficio: u.codice(), ruolo: "protocollo" };
        enti::dai_ruolo(tx, &p, attori.responsabile.persona, r).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alliance_has_its_ninety_eight_comuni() {
        let comuni = comuni().unwrap();
        assert_eq!(comuni.len(), 98);
        let con_un_anno = comuni.iter().filter(|c| VICINI[..Misura::di(None).con_storia].contains(&c.codice.as_str()));
        let abitanti: Vec<i64> = con_un_anno.map(|c| c.abitanti).collect();
        assert!(abitanti.len() == 3 && abitanti.iter().all(|n| (900..2_000).contains(n)), "{abitanti:?}");
    }

    #[test]
    fn the_tests_have_a_small_world() {
        let piccola = Misura { comuni: 2, con_storia: 2 };
        assert!(piccola.registrazioni(1_939, true) < 50);
        assert!((300..600).contains(&Misura::di(None).registrazioni(1_939, true)));
        assert!((7..20).contains(&Misura::di(None).registrazioni(4_900, false)));
    }
}
