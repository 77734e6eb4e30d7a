//! The page of what went wrong: the code, what happened, who takes care of it, what one can do next.

use askama::Template;
use axum::response::Response;

use crate::contorno::{Operazione, Quadro, cornice};
use crate::manuale::pagina_del_codice;
use crate::parole::tre_parole;
use crate::{CODICI, Errore, Operatore, Pagina, Stato};

#[derive(Template)]
#[template(path = "errore.html")]
struct PaginaErrore {
    codice: &'static str,
    /// Where the manual explains the code, for who is on its host.
    spiegato: Option<String>,
    titolo: String,
    successo: String,
    chi: String,
    puoi: String,
    casa: (&'static str, String),
    operazione: String,
    parole: String,
    scritto: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "senza_sessione.html")]
struct SenzaSessione {
    codice: &'static str,
    entra: String,
    scritto: Vec<(String, String)>,
}

pub(crate) async fn disegna(stato: &Stato, op: &Operazione, e: &Errore) -> Response {
    if let Errore::SenzaSessione { ritorno, scritto } = e {
        let corpo = SenzaSessione {
            codice: e.codice(),
            entra: crate::accesso::porta(ritorno),
            scritto: mostrato(scritto.clone()),
        };
        return Pagina::nuda(stato, "La tua sessione è finita").stato(e.stato()).larga().con(corpo);
    }
    let (frase, successo, puoi) = parole(e);
    let titolo = frase.trim_end_matches('.').to_owned();
    let corpo = PaginaErrore {
        codice: e.codice(),
        spiegato: spiegato(e, op),
        successo,
        chi: chi_se_ne_occupa(e, op).await,
        puoi,
        casa: casa(op),
        operazione: op.id().to_string(),
        parole: tre_parole(op.id()),
        scritto: if matches!(e, Errore::Guasto(_)) { mostrato(op.scritto()) } else { Vec::new() },
        titolo,
    };
    cornice(stato, op, &corpo.titolo).stato(e.stato()).breve().con(corpo)
}

/// The manual is on the desk's host: citizens have no link to it.
fn spiegato(e: &Errore, op: &Operazione) -> Option<String> {
    match op.quadro() {
        Some(Quadro::Ufficio(_) | Quadro::Scrivania(_)) => pagina_del_codice(e.codice()),
        Some(Quadro::Pubblico(_)) | None => None,
    }
}

/// The sentence, what else there is to say about it, what one can do.
fn parole(e: &Errore) -> (String, String, String) {
    let f = CODICI.iter().find(|f| f.codice == e.codice());
    let (frase, rimedio) = f.map_or(("", ""), |f| (f.frase, f.rimedio));
    match e {
        Errore::Rifiuto { frase, rimedio, .. } => (frase.clone(), String::new(), rimedio.clone()),
        Errore::Finito { frase } => (frase.clone(), String::new(), rimedio.to_owned()),
        Errore::Negato { frase, .. } => ("Ti manca il ruolo".to_owned(), frase.clone(), rimedio.to_owned()),
        Errore::Guasto(_) if e.impedimento().is_some() => (frase.to_owned(), String::new(), rimedio.to_owned()),
        Errore::Guasto(_) => {
            let successo = "Abbiamo registrato il guasto con il codice dell’operazione. Se stavi inviando un modulo, \
                            controlla prima nell’elenco se è arrivato.";
            (frase.to_owned(), successo.to_owned(), rimedio.to_owned())
        }
        Errore::NonTrovato | Errore::SenzaSessione { .. } => {
            let successo = "L’indirizzo è sbagliato, oppure la pagina è di un comune dove non hai un ruolo.";
            (frase.to_owned(), successo.to_owned(), rimedio.to_owned())
        }
    }
}

async fn chi_se_ne_occupa(e: &Errore, op: &Operazione) -> String {
    match (e, op.quadro()) {
        (Errore::Guasto(_), _) => "Il centro tecnico, che lo vede nei suoi registri.".to_owned(),
        (Errore::Negato { .. } | Errore::Rifiuto { codice: "WEB-005", .. }, Some(Quadro::Ufficio(o))) => {
            amministratori(o).await
        }
        _ => String::new(),
    }
}

/// Who may give a role or switch a service on, by name.
async fn amministratori(o: &Operatore) -> String {
    let nomi = nomi_degli_amministratori(o).await.unwrap_or_else(|e| {
        tracing::error!(errore = %e, "administrators not read");
        Vec::new()
    });
    match nomi.as_slice() {
        [] => "L’amministratore dell’ente.".to_owned(),
        [uno] => format!("{uno}, che amministra l’ente."),
        [altri @ .., ultimo] => format!("{} o {ultimo}, che amministrano l’ente.", altri.join(", ")),
    }
}

async fn nomi_degli_amministratori(o: &Operatore) -> Result<Vec<String>, db::Error> {
    let persone = authz::persone(&mut o.tx().await?).await?;
    let mut nomi: Vec<String> = persone
        .into_iter()
        .filter(|p| p.ruolo == "amministratore")
        .map(|p| format!("{} {}", p.nome, p.cognome))
        .collect();
    nomi.dedup();
    nomi.truncate(3);
    Ok(nomi)
}

/// Where to start again.
fn casa(op: &Operazione) -> (&'static str, String) {
    match op.quadro() {
        Some(Quadro::Ufficio(_) | Quadro::Scrivania(_)) => ("Torna alla scrivania", "/".to_owned()),
        Some(Quadro::Pubblico(_)) | None => ("Torna alla pagina iniziale", "/".to_owned()),
    }
}

fn mostrato(scritto: Vec<(String, String)>) -> Vec<(String, String)> {
    scritto.into_iter().map(|(n, v)| (etichetta(&n), v)).collect()
}

/// `numero_mittente` as people read it.
fn etichetta(nome: &str) -> String {
    let spazi = nome.replace(['_', '-'], " ");
    let mut c = spazi.chars();
    c.next().map(char::to_uppercase).into_iter().flatten().chain(c).collect()
}
