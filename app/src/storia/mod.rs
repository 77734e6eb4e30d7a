//! The alliance of the demo and its history: real comuni, invented people, every fact through the real commands.

mod fatti;

use anyhow::Context as _;
use authz::{Chi, Consenti, NuovaPersona};
use db::{Db, Manutenzione};
use enti::model::Forma;
use jiff::SignedDuration;
use kernel::{Data, Numero, Provvedimento};
use storage::Archivio;
use web::Configurazione;

use crate::services;

/// The password of everybody, in the demo only.
pub const PAROLA: &str = "alleanza-demo-2026";
/// The alliance's own body, and its alliance.
const CST: &str = "cst_sulmona";
const ALLEANZA: &str = "cst-sulmona";
/// Comuni of the province of L'Aquila below this many inhabitants.
const PICCOLO: i32 = 5_000;

/// The history begins this long ago.
const DA: SignedDuration = SignedDuration::from_hours(-300 * 24);

/// How much of the alliance to load.
#[derive(Debug, Clone, Copy)]
pub struct Misura {
    pub comuni: usize,
    /// How many of them, from the first of [`VICINI`], have people and a year of work.
    pub con_storia: usize,
}

impl Misura {
    /// The first comuni of the alliance, or all of them; the neighbours have a history.
    pub fn di(comuni: Option<usize>) -> Misura {
        let comuni = comuni.unwrap_or(usize::MAX);
        Misura { comuni, con_storia: comuni.min(VICINI.len()) }
    }
}

/// The comuni that come first, with a history: those of the shared segretario.
const VICINI: [&str; 5] = ["c_e307", "c_i501", "c_g210", "c_b256", "c_a318"];

/// An invented person: user name, first name, surname, roles.
type Inventata = (&'static str, &'static str, &'static str, &'static [&'static str]);

/// Who works in Introdacqua; the segretario works in all of [`VICINI`].
const PERSONE: [Inventata; 3] = [
    ("giulia.ventresca", "Giulia", "Ventresca", &["protocollo", "albo"]),
    ("paolo.direnzo", "Paolo", "Di Renzo", &["responsabile", "protocollo"]),
    ("marta.colantoni", "Marta", "Colantoni", &["consultazione"]),
];
const SEGRETARIA: Inventata = ("elena.marinucci", "Elena", "Marinucci", &["segretario", "protocollo", "albo"]);

/// The lines that say who can sign in.
pub fn chi_entra(misura: Misura, config: &Configurazione) -> Vec<String> {
    let riga = |(utente, nome, cognome, ruoli): &Inventata, dove: &str| {
        format!("  {utente:<24} {nome} {cognome}, {} ({dove})", ruoli.join(" e "))
    };
    let mut righe = vec![format!("Entrano, tutti con la password {PAROLA}:")];
    righe.extend(PERSONE.iter().map(|p| riga(p, "Introdacqua")));
    let dove = match misura.con_storia {
        1 => "Introdacqua".to_owned(),
        n => format!("{n} comuni"),
    };
    righe.push(riga(&SEGRETARIA, &dove));
    righe.push("  admin.introdacqua        Amministratore dell’ente (e così admin.NOME per ogni comune)".into());
    righe.push("  segreteria.cst           Segreteria dell’alleanza (CST Sulmona)".into());
    let albo = config.indirizzo("introdacqua.localhost", "/albo");
    righe.push(format!("L’albo di un comune sta al suo indirizzo: {albo}"));
    righe
}

/// Loads what is not loaded yet; an interrupted load goes on from where it was.
pub async fn carica(m: &Manutenzione, db: &Db, archivio: &Archivio, misura: Misura) -> anyhow::Result<()> {
    enti::carica_elenco(m).await?;
    let esito = carica_dal_passato(m, db, archivio, misura).await;
    // The clock comes back whatever happened.
    m.sposta_orologio(SignedDuration::ZERO, db).await?;
    esito
}

async fn carica_dal_passato(m: &Manutenzione, db: &Db, archivio: &Archivio, misura: Misura) -> anyhow::Result<()> {
    m.sposta_orologio(DA, db).await?;
    let inizio = kernel::tempo::giorno_a_roma(db.orologio().adesso());
    alleanza(m, db, inizio).await?;
    let mut comuni = comuni()?;
    // The comuni with a history come first, whatever the measure.
    comuni.sort_by_key(|c| VICINI.iter().position(|v| *v == c.codice).unwrap_or(VICINI.len()));
    for c in comuni.iter().take(misura.comuni) {
        if authz::ente_per_codice(db, &c.codice).await?.is_none() {
            entra_un_comune(m, db, c, inizio).await?;
        }
    }
    for codice in VICINI.iter().take(misura.con_storia) {
        // Each comune has its own year: people come before the first fact.
        m.sposta_orologio(DA, db).await?;
        let chi = persone(db, codice).await?;
        fatti::gioca(m, db, archivio, codice, &chi).await?;
    }
    m.sposta_orologio(SignedDuration::ZERO, db).await?;
    jobs::esegui_tutto(&jobs::Contesto::nuovo(db.clone(), archivio.clone()), &services::catalogo()).await?;
    Ok(())
}

/// A comune of the alliance: IPA code and name.
struct Comune {
    codice: String,
    nome: String,
}

/// The comuni of the province of L'Aquila below the threshold, from the official list (`data/FONTI.md`).
fn comuni() -> anyhow::Result<Vec<Comune>> {
    let mut lettore = csv::Reader::from_reader(include_bytes!("../../../data/comuni.csv").as_slice());
    let testata = lettore.headers()?.clone();
    let posto = |nome: &str| testata.iter().position(|h| h == nome).with_context(|| format!("comuni.csv: {nome}"));
    let (belfiore, nome, sigla, abitanti) =
        (posto("belfiore")?, posto("nome")?, posto("sigla")?, posto("popolazione")?);
    let mut comuni = Vec::new();
    for r in lettore.records() {
        let r = r?;
        if &r[sigla] == "AQ" && r[abitanti].parse::<i32>()? < PICCOLO {
            comuni.push(Comune { codice: format!("c_{}", r[belfiore].to_lowercase()), nome: r[nome].to_owned() });
        }
    }
    Ok(comuni)
}

/// The alliance's own body, its secretary, the alliance.
async fn alleanza(m: &Manutenzione, db: &Db, dal: Data) -> anyhow::Result<()> {
    if authz::ente_per_codice(db, CST).await?.is_some() {
        return Ok(());
    }
    let corpo = enti::NuovoCorpo { codice: CST, tipo: "alleanza", denominazione: "CST Sulmona", ipa: None };
    enti::iscrivi_corpo(m, &corpo).await?;
    enti::aggiungi_ente(m, CST).await?;
    let segreteria =
        NuovaPersona { utente: "segreteria.cst", nome: "Anna", cognome: "Di Loreto", parola: Some(PAROLA) };
    let persona = enti::crea_utente(db, CST, &segreteria, &["amministratore", "alleanza"]).await?;
    let mut tx = enti::entra(db, CST).await?;
    let chi = Chi { persona, nome: "Anna Di Loreto".into(), operazione: db::caso::uuid() };
    let p = tx.consenti::<enti::CuraAlleanza>(&chi).await?;
    let fondata = enti::Fondata {
        codice: ALLEANZA,
        denominazione: "Centro Servizi Territoriale di Sulmona",
        sopra: None,
        preavviso_mesi: 6,
        dal,
    };
    enti::fonda_alleanza(&mut tx, &p, &fondata).await?;
    Ok(tx.commit().await?)
}

/// From the request to the first services, by protocollo attuativo.
async fn entra_un_comune(m: &Manutenzione, db: &Db, c: &Comune, dal: Data) -> anyhow::Result<()> {
    let utente = format!("admin.{}", enti::model::slug(&c.nome));
    let delibera = Provvedimento {
        tipo: "delibera di Consiglio".into(),
        registro: "DC".into(),
        serie: i32::from(dal.year()),
        numero: Numero::PRIMO,
        data: dal,
        documento: None,
    };
    let ingresso = enti::Ingresso {
        ente_alleanza: CST,
        alleanza: ALLEANZA,
        membro: &c.codice,
        forma: Forma::ProtocolloAttuativo,
        richiesta_il: dal,
        delibera,
        firma_il: dal,
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

/// The people of a comune; who will act in its history.
async fn persone(db: &Db, codice: &str) -> anyhow::Result<Chi> {
    let qui: &[Inventata] = if codice == VICINI[0] { &PERSONE } else { &[] };
    for (utente, nome, cognome, ruoli) in qui {
        let nuova = NuovaPersona { utente, nome, cognome, parola: Some(PAROLA) };
        enti::crea_utente(db, codice, &nuova, ruoli).await?;
    }
    let (utente, nome, cognome, ruoli) = SEGRETARIA;
    let nuova = NuovaPersona { utente, nome, cognome, parola: Some(PAROLA) };
    let persona = enti::crea_utente(db, codice, &nuova, ruoli).await?;
    Ok(Chi { persona, nome: format!("{nome} {cognome}"), operazione: db::caso::uuid() })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_alliance_has_its_ninety_eight_comuni() {
        assert_eq!(super::comuni().unwrap().len(), 98);
    }
}
