//! What the program's own commands make before and after the rows are copied: alliance, enti, people, services.

use app::casa::Casa;
use app::services;
use authz::NuovaPersona;
use db::{Db, Manutenzione};
use enti::model::Forma;
use jiff::Timestamp;
use kernel::tempo::inizio_del_giorno;
use kernel::{Numero, Provvedimento};
use pdf::{Meta, Modello};
use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::anno::INIZIO;
use super::{Byte, Comune, DEL_SEGRETARIO, PAROLA, url};

/// The alliance's own body, and its alliance: invented, unlike its members.
const CENTRO: &str = "rete_ali";
const ALLEANZA: &str = "rete-ali";
/// Who has a desk over several enti.
pub const SEGRETARIO: &str = "segretario.unico";
const LETTERA: Modello = Modello { nome: "lettera", sorgente: include_str!("../../../app/templates/lettera.typ") };

/// People, offices and services are of the morning of the first day, before anything was registered.
pub fn istante_di_apertura() -> Timestamp {
    inizio_del_giorno(INIZIO) + jiff::SignedDuration::from_hours(6)
}

/// The bytes of every document: a letter, and a file of data.
pub async fn byte() -> anyhow::Result<Byte> {
    let dati = json!({
        "titolo": "",
        "mittente": "Comune",
        "destinatario": "",
        "oggetto": "Documento di prova",
        "testo": ["Questo documento è inventato: serve a misurare il programma."],
    });
    let meta = Meta {
        titolo: "Documento di prova".to_owned(),
        ente: pdf::Ente {
            denominazione: "Comune".to_owned(),
            aoo: "Comune".to_owned(),
            codice_ipa: "c_prova".to_owned(),
            indirizzo: None,
        },
        istante: Timestamp::UNIX_EPOCH,
        identificativo: "banco".to_owned(),
    };
    let pdf = pdf::rendi_async(&LETTERA, dati, meta).await?;
    Ok(Byte { pdf, dati: json!({ "registro": "PG", "voci": {} }).to_string().into_bytes() })
}

pub async fn alleanza(m: &Manutenzione, db: &Db) -> anyhow::Result<()> {
    enti::carica_elenco(m).await?;
    if authz::ente_per_codice(db, CENTRO).await?.is_some() {
        return Ok(());
    }
    let corpo = enti::NuovoCorpo { codice: CENTRO, tipo: "alleanza", denominazione: "Rete delle ALI", ipa: None };
    enti::iscrivi_corpo(m, &corpo).await?;
    enti::aggiungi_ente(m, CENTRO).await?;
    let segreteria = NuovaPersona { utente: "segreteria.rete", nome: "Anna", cognome: "Prova", parola: Some(PAROLA) };
    enti::crea_utente(db, CENTRO, &segreteria, &["amministratore", "alleanza"]).await?;
    let mut tx = enti::entra(db, CENTRO).await?;
    let chi = chi_e(&mut tx, "segreteria.rete").await?;
    let p = authz::Consenti::consenti::<enti::CuraAlleanza>(&mut tx, &chi).await?;
    let fondata = enti::Fondata {
        codice: ALLEANZA,
        denominazione: "Rete delle ALI",
        sopra: None,
        preavviso_mesi: 6,
        dal: INIZIO,
    };
    enti::fonda_alleanza(&mut tx, &p, &fondata).await?;
    Ok(tx.commit().await?)
}

async fn chi_e(tx: &mut db::Tx<db::DiEnte>, utente: &str) -> anyhow::Result<authz::Chi> {
    let persone = authz::persone(tx).await?;
    let p = persone.into_iter().find(|p| p.utente == utente);
    let p = p.ok_or_else(|| anyhow::anyhow!("{utente} non c’è"))?;
    Ok(authz::Chi { persona: p.id, nome: format!("{} {}", p.nome, p.cognome), operazione: db::caso::uuid() })
}

/// Adhesion, ente, administrator, and the plan of classification that registrations name.
pub async fn ente(m: &Manutenzione, db: &Db, c: &Comune) -> anyhow::Result<()> {
    if authz::ente_per_codice(db, &c.codice).await?.is_some() {
        return Ok(());
    }
    let delibera = Provvedimento {
        tipo: "delibera di Consiglio".into(),
        registro: "DC".into(),
        serie: i32::from(INIZIO.year()),
        numero: Numero::PRIMO,
        data: INIZIO,
        documento: None,
    };
    let utente = format!("admin.{}", c.codice);
    let amministratore = NuovaPersona { utente: &utente, nome: "Amministratore", cognome: &c.nome, parola: None };
    let ingresso = enti::Ingresso {
        ente_alleanza: CENTRO,
        alleanza: ALLEANZA,
        membro: &c.codice,
        forma: Forma::ProtocolloAttuativo,
        richiesta_il: INIZIO,
        delibera,
        firma_il: INIZIO,
        firma_ente: "Il Sindaco",
        firma_alleanza: "Il Presidente",
        amministratore,
        servizi: &["documenti"],
    };
    enti::onboarding(m, db, services::tutti(), &ingresso).await?;
    Ok(())
}

/// The services whose registers have been copied: switching them on finds the registers open.
pub async fn attiva(db: &Db, codice: &str) -> anyhow::Result<()> {
    let mut tx = enti::entra(db, codice).await?;
    let accesi = enti::servizi_attivi(&mut tx).await?;
    drop(tx);
    for servizio in ["protocollo", "albo"] {
        if !accesi.iter().any(|a| a.servizio == servizio) {
            enti::attiva_servizio(db, services::tutti(), codice, servizio).await?;
        }
    }
    Ok(())
}

/// The segretario of the first enti, and one password for everybody: it is hashed once.
pub async fn persone(casa: &Casa, db: &Db, comuni: &[Comune]) -> anyhow::Result<()> {
    for c in comuni.iter().take(DEL_SEGRETARIO) {
        let nuova = NuovaPersona { utente: SEGRETARIO, nome: "Elena", cognome: "Prova", parola: None };
        enti::crea_utente(db, &c.codice, &nuova, &["segretario", "protocollo", "albo"]).await?;
    }
    authz::imposta_parola(&casa.manut, SEGRETARIO, PAROLA).await?;
    let mut s = PgConnection::connect(&url(casa, "alleanza_super")?).await?;
    sqlx::query(
        "update accesso.persona p set parola = s.parola from accesso.persona s \
         where s.utente = $1 and (p.utente ^@ 'addetto.' or p.utente ^@ 'admin.') and p.parola is distinct from s.parola",
    )
    .bind(SEGRETARIO)
    .execute(&mut s)
    .await?;
    Ok(s.close().await?)
}
