//! A service as small as a service can be: a list, a form, an upload, a public page.

use askama::Template;
use authz::{Azione, Permessa};
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use db::Migrazioni;
use kernel::Frase;
use web::{
    Attesa, Caricamento, EnteHost, Errore, Inviato, Modulo, Operatore, Pagina, Passo, Regole, Rotta, Service,
    StatoPasso, VoceMenu,
};

pub struct Scrive;

impl Azione for Scrive {
    const CODICE: &'static str = "quaderno.scrive";
    const RUOLI: &'static [&'static str] = &["protocollo"];
    const DESCRIZIONE: &'static str = "scrivere sul quaderno";
}

pub struct Legge;

impl Azione for Legge {
    const CODICE: &'static str = "quaderno.legge";
    const RUOLI: &'static [&'static str] = &["protocollo", "consultazione"];
    const DESCRIZIONE: &'static str = "leggere il quaderno";
}

pub const SCRIVE: Permessa = Permessa::di::<Scrive>();
const LEGGE: Permessa = Permessa::di::<Legge>();
const DOPPIA: Frase = Frase { codice: "QUA-001", frase: "Questa nota c’è già.", rimedio: "Cambia l’oggetto." };
const VUOTO: Migrazioni = Migrazioni { servizio: "quaderno", passi: &[], sostituibili: &[] };

pub fn service() -> Service {
    Service {
        descrizione: "Le note dell’ufficio.",
        rotte,
        menu: &[
            VoceMenu { etichetta: "Quaderno", percorso: "/quaderno", azione: Some(LEGGE) },
            VoceMenu { etichetta: "Nuova nota", percorso: "/quaderno/nuova", azione: Some(SCRIVE) },
        ],
        menu_pubblico: &[VoceMenu { etichetta: "Quaderno aperto", percorso: "/quaderno", azione: None }],
        ricerca: Some(VoceMenu { etichetta: "Cerca", percorso: "/quaderno", azione: Some(LEGGE) }),
        attese: |tx, _| {
            Box::pin(async move {
                let ente = sqlx::query_scalar("select id from accesso.ente where codice = 'c_e307'");
                let ente = ente.fetch_one(tx.conn()).await?;
                let altro = sqlx::query_scalar("select id from accesso.ente where codice = 'c_i501'");
                let altro = altro.fetch_one(tx.conn()).await?;
                Ok(molte(altro).into_iter().chain(attese(ente, tx.oggi())).collect())
            })
        },
        passi: |tx, filo| {
            let adesso = tx.now();
            Box::pin(async move { Ok(if filo.is_nil() { passi(adesso) } else { Vec::new() }) })
        },
        gesti: crate::gesti::GESTI,
        ..Service::vuoto("quaderno", "Quaderno", VUOTO)
    }
}

/// Rows for the table of the list page: number, instant, from, subject, state.
const RIGHE: [(&str, &str, &str, &str, &str); 3] = [
    ("0004518", "23/11 09:42", "Edil Gizio s.r.l.", "Trasmissione stato finale dei lavori del tetto", "Da prendere"),
    ("0004517", "23/11 09:31", "Prefettura dell’Aquila", "Allerta gialla per neve sopra i 900 metri", ""),
    ("0004516", "23/11 09:18", "Marta De Sanctis", "Rilascio del certificato di residenza", "Conclusa"),
];

fn attese(ente: db::EnteId, oggi: kernel::Data) -> Vec<Attesa> {
    let fra = |n: i64| Some(oggi.saturating_add(jiff::Span::new().days(n)));
    [
        (
            "Rispondere a Lucia Petrella sui contratti del servizio neve",
            "Accesso civico",
            "Senza risposta può chiedere il riesame",
            fra(0),
        ),
        ("Ordinare il sale antigelo", "Determina", "Consegna promessa se l’ordine parte giovedì", fra(2)),
        ("Riordinare l’archivio della scuola", "Nota", "", None),
    ]
    .map(|(titolo, tipo, perche, entro)| Attesa {
        ente,
        titolo: titolo.into(),
        tipo,
        perche: perche.into(),
        percorso: "/quaderno".into(),
        entro,
    })
    .into()
}

/// One more than a desk shows, and before the others.
fn molte(ente: db::EnteId) -> Vec<Attesa> {
    let molta = |n| Attesa {
        ente,
        titolo: format!("Guardare la nota {n}"),
        tipo: "Nota",
        perche: String::new(),
        percorso: "/note".into(),
        entro: None,
    };
    (0..=web::ATTESE_DI_UN_ENTE).map(molta).collect()
}

fn passi(istante: jiff::Timestamp) -> Vec<Passo> {
    let passo = |titolo: &str, sotto: &str, stato| Passo {
        istante,
        titolo: titolo.into(),
        sotto: sotto.into(),
        percorso: (stato == StatoPasso::Fatto).then(|| "/quaderno".into()),
        stato,
    };
    vec![
        passo("Pubblicazione", "quindici giorni all’albo", StatoPasso::Dopo),
        passo("PEC con il preventivo", "da Edil Gizio s.r.l., accettata e consegnata", StatoPasso::Fatto),
        passo("Determina", "preparata, aspetta te", StatoPasso::Adesso),
    ]
}

/// Addresses are types: a template cannot misspell one.
enum Percorso {
    Anno { anno: i16 },
}

impl std::fmt::Display for Percorso {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Percorso::Anno { anno } => write!(f, "/quaderno/{anno}"),
        }
    }
}

fn rotte() -> Vec<Rotta> {
    vec![
        Rotta::ufficio_get("/e/{codice}/quaderno", LEGGE, elenco),
        Rotta::ufficio_get("/e/{codice}/quaderno/nuova", SCRIVE, nuova).che_scrive(),
        Rotta::ufficio_post("/e/{codice}/quaderno/nuova", SCRIVE, scrivi),
        Rotta::ufficio_post("/e/{codice}/quaderno/file", SCRIVE, carica).con_file(),
        Rotta::ufficio_post("/e/{codice}/quaderno/distratta", SCRIVE, distratta),
        Rotta::ufficio_get("/e/{codice}/quaderno/cade", LEGGE, cade),
        Rotta::ufficio_get("/e/{codice}/quaderno/{anno}", LEGGE, anno),
        Rotta::pubblica_get("/quaderno", pubblica),
    ]
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<div class="al-testata"><div><h1>Quaderno</h1><p>{{ web::comune(op.ente()) }}</p></div>
<div class="al-testata-destra d-flex gap-2"><a class="btn btn-primary" href="{{ op.percorso("/quaderno/nuova") }}" data-tasto="n">Nuova nota <kbd>N</kbd></a></div></div>
<section class="al-carta" aria-label="Note"><div class="al-tabella-tieni"><table class="al-tabella" role="table"><caption class="visually-hidden">Note, dalla più recente</caption>
{{ web::colonne(["Numero", "Data e ora", "Da chi, a chi", "Oggetto", "Stato"]) }}<tbody role="rowgroup">
{% for (n, q, da, o, s) in righe %}<tr role="row"><td role="cell" class="al-num"><a href="{{ op.percorso(Percorso::Anno { anno: 2026 }) }}">{{ n }}</a></td><td role="cell" class="al-num al-tenue">{{ q }}</td><td role="cell" class="al-verso al-tutta">{{ web::icona("it-arrow-down") }} <span class="al-tenue">da</span> <span class="al-chi">{{ da }}</span></td><td role="cell" class="al-tutta"><span class="al-oggetto">{{ o }}</span></td>
<td role="cell">{% if s == &"Conclusa" %}{{ web::stato(*s, web::Senso::Fatto) }}{% else if s.is_empty() %}{{ web::stato("In lavorazione", web::Senso::Normale) }}{% else %}{{ web::stato(*s, web::Senso::Vuoto) }}{% endif %}</td></tr>{% endfor %}
</tbody></table></div>{{ web::pagine("Più di 500 note.").piu_vecchie(Some("?prima=4516".to_owned())) }}</section>"#
)]
struct Elenco<'a> {
    op: &'a Operatore,
    righe: &'static [(&'static str, &'static str, &'static str, &'static str, &'static str)],
}

async fn elenco(op: Operatore) -> Response {
    Pagina::ufficio(&op, "Quaderno").attiva("quaderno").larga().con(Elenco { op: &op, righe: &RIGHE })
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<div class="al-testata"><div><h1>Nuova nota</h1><p>{{ web::comune(op.ente()) }}</p></div></div>
{{ modulo.sommario() }}
<form class="al-carta" method="post">{{ modulo.nascosti() }}<div class="al-carta-dentro pb-1">
{{ modulo.campo("oggetto", "Oggetto").righe(2).invio().aiuto("Una riga che fra dieci anni si capisce ancora.").perche("it-pencil", "dal messaggio, senza sigle e formule") }}
{{ modulo.campo("data", "Data del documento").data().facoltativo() }}
{{ modulo.campo("ufficio", "Chi se ne occupa").scelte([("TEC", "Ufficio tecnico"), ("RAG", "Ragioneria")]) }}
{{ modulo.campo("riservata", "Solo chi la tratta può leggerla").spunta() }}
{{ modulo.campo("file", "Documenti").piu_file().aiuto("Fino a 30 file, ciascuno fino a 100 MiB.") }}
</div><div class="al-azioni"><a class="al-btn-quieto" href="{{ op.percorso("/quaderno") }}" data-tasto="Escape">Lascia stare</a><button class="btn btn-primary" type="submit">Scrivi <kbd>Invio</kbd></button></div></form>"#
)]
struct Nuova<'a> {
    op: &'a Operatore,
    modulo: Modulo,
}

fn modulo_della_nota(op: &Operatore, modulo: Modulo) -> Response {
    Pagina::ufficio(op, "Nuova nota").attiva("quaderno/nuova").di(&modulo).con(Nuova { op, modulo })
}

async fn nuova(op: Operatore) -> Response {
    modulo_della_nota(&op, op.modulo().con("ufficio", "RAG"))
}

async fn scrivi(op: Operatore, Inviato(mut m): Inviato) -> Result<Response, Errore> {
    let oggetto = m.testo("oggetto", Regole::riga(2000).obbligatoria("Scrivi l’oggetto."));
    m.data("data", op.oggi());
    m.scelta("ufficio", &["TEC", "RAG"]);
    if oggetto == "cade" {
        return Err(Errore::guasto(std::io::Error::other("the pencil broke")));
    }
    if oggetto == "doppia" {
        m.rifiuta("oggetto", &DOPPIA);
    }
    if !m.valido() {
        return Ok(modulo_della_nota(&op, m));
    }
    Ok(Redirect::to(&op.percorso("/quaderno")).into_response())
}

async fn carica(op: Operatore, c: Caricamento) -> Result<Response, Errore> {
    let (m, file) = c.ricevi(&op).await?;
    if !m.valido() {
        return Ok(modulo_della_nota(&op, m));
    }
    let righe =
        file.iter().map(|f| format!("{}|{}|{}|{}", f.nome, f.tipo_dichiarato, f.ricevuto.tipo, f.ricevuto.dimensione));
    Ok(format!("{}\n{}", m.valore("oggetto"), righe.collect::<Vec<_>>().join("\n")).into_response())
}

/// A command that forgets the token.
async fn distratta(_: Operatore) -> &'static str {
    "fatto"
}

async fn cade(_: Operatore) -> Response {
    panic!("the note fell off the table")
}

async fn anno(op: Operatore, Path((_, anno)): Path<(String, i16)>) -> Result<Response, Errore> {
    op.tx().await?;
    if anno < 2000 {
        return Err(Errore::rifiuto(&DOPPIA));
    }
    Ok(anno.to_string().into_response())
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<h1>Quaderno aperto</h1><p class="al-intro">Le note che chiunque può leggere.</p>{{ web::avviso("Esposto fino al 5 dicembre 2026, mancano 12 giorni.") }}
<h2 class="mt-4">Impronta</h2>{{ web::impronta(&self.impronta) }}{{ web::fatti().fatto("Ufficio", "Tecnico").fatto("Nota", "").fatto("Numero", 431) }}"#
)]
struct Pubblica {
    impronta: kernel::Impronta,
}

async fn pubblica(e: EnteHost) -> Response {
    Pagina::pubblica(&e, "Quaderno aperto").attiva("quaderno").con(Pubblica { impronta: kernel::Impronta::di(b"nota") })
}
