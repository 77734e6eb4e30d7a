//! Uploads: a multipart body walked once, texts into the form, each file streamed to disk as it arrives.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use kernel::testo::{nome_di_file, nome_ingannevole};
use storage::{Arrivato, Ricevuto, StorageError};

use crate::contorno::Operazione;
use crate::modulo::{self, CSRF};
use crate::{Errore, Modulo, Operatore};

/// A file may be this long, a form may hold this many, with so much text in so many fields.
pub const FILE_MAX: u64 = 100 << 20;
pub const FILE_QUANTI: usize = 30;
const TESTI_QUANTI: usize = 500;
const TESTO_MAX: usize = 1 << 20;
/// What no request may exceed: beyond it the connection is not even read to the end.
pub(crate) const CORPO_MAX: usize = FILE_QUANTI * (FILE_MAX as usize) + TESTO_MAX;

/// A file in the archive: safe on disk, but of no document until a transaction says so.
#[derive(Debug, Clone)]
pub struct FileRicevuto {
    /// The field of the form.
    pub campo: String,
    /// As the person's computer called it.
    pub nome: String,
    /// What the browser says it is; `ricevuto.tipo` is what it is.
    pub tipo_dichiarato: String,
    pub ricevuto: Ricevuto,
}

/// A multipart body still to be read.
#[derive(Debug)]
pub struct Caricamento {
    corpo: Multipart,
    operazione: Operazione,
}

impl<S: Send + Sync> FromRequest<S> for Caricamento {
    type Rejection = Errore;

    async fn from_request(req: Request, stato: &S) -> Result<Self, Errore> {
        let operazione = Operazione::di(&req);
        let corpo = Multipart::from_request(req, stato).await;
        Ok(Caricamento { corpo: corpo.map_err(|_| illeggibile())?, operazione })
    }
}

impl Caricamento {
    /// Reads everything. A file that cannot be taken is an error of its field in the form; the token must come before the
    /// first file. Files are taken all or none: of a form that is refused for one, or cut short, the archive keeps nothing.
    pub async fn ricevi(self, op: &Operatore) -> Result<(Modulo, Vec<FileRicevuto>), Errore> {
        let archivio = &op.stato().archivio;
        let mut arrivati = Vec::new();
        let letto = self.leggi(op, &mut arrivati).await;
        let mut file = Vec::new();
        let interi = letto.as_ref().is_ok_and(Modulo::valido);
        for InArrivo { campo, nome, tipo_dichiarato, arrivato } in arrivati {
            if interi {
                let ricevuto = archivio.deponi(arrivato).await.map_err(Errore::guasto)?;
                file.push(FileRicevuto { campo, nome, tipo_dichiarato, ricevuto });
            } else {
                archivio.lascia(arrivato).await;
            }
        }
        Ok((letto?, file))
    }

    async fn leggi(self, op: &Operatore, arrivati: &mut Vec<InArrivo>) -> Result<Modulo, Errore> {
        let Caricamento { mut corpo, operazione } = self;
        let mut modulo = Modulo::di(Vec::new(), operazione.csrf());
        let mut testi = Testi::default();
        while let Some(campo) = corpo.next_field().await.map_err(interrotto)? {
            let nome = campo.name().unwrap_or_default().to_owned();
            match campo.file_name().map(str::to_owned) {
                // The empty part that browsers send for a file field left alone.
                Some(f) if f.is_empty() => {}
                Some(f) => {
                    operazione.controlla_csrf(modulo.valore(CSRF))?;
                    prendi(op, &mut modulo, arrivati, (nome, f), campo).await?;
                }
                None => {
                    let testo = testi.leggi(campo).await?.ok_or_else(troppo)?;
                    modulo.aggiungi(&nome, testo);
                }
            }
        }
        operazione.controlla_csrf(modulo.valore(CSRF))?;
        // The key arrived after the form was made.
        let modulo = modulo.con_chiave();
        operazione.con_bozza(&modulo);
        Ok(modulo)
    }
}

/// A file aside, with what the form says of it.
struct InArrivo {
    campo: String,
    nome: String,
    tipo_dichiarato: String,
    arrivato: Arrivato,
}

/// Takes one file, or notes beside its field why not. The rest of a refused file is skipped by the next step of the walk.
async fn prendi(
    op: &Operatore,
    modulo: &mut Modulo,
    arrivati: &mut Vec<InArrivo>,
    (campo, nome): (String, String),
    corpo: Field<'_>,
) -> Result<(), Errore> {
    let mostrato = nome_di_file(&nome);
    if arrivati.len() == FILE_QUANTI {
        modulo.segna_troppo(
            &campo,
            format!("Si possono caricare al massimo {FILE_QUANTI} file: «{mostrato}» non è entrato."),
            "WEB-006",
        );
        return Ok(());
    }
    if nome_ingannevole(&nome) {
        let frase =
            format!("Il nome del file contiene segni che non si possono usare: rinominalo, per esempio «{mostrato}».");
        modulo.segna(&campo, frase, "WEB-008");
        return Ok(());
    }
    if arrivati.iter().any(|f| f.nome == nome) {
        modulo.segna(&campo, format!("Due file si chiamano «{nome}»: rinominane uno."), "WEB-009");
        return Ok(());
    }
    let tipo_dichiarato = corpo.content_type().unwrap_or_default().to_owned();
    match op.stato().archivio.accogli(&op.ente().codice, corpo, FILE_MAX).await {
        Ok(arrivato) => {
            modulo.aggiungi(&campo, format!("{nome} {}", arrivato.ricevuto().impronta));
            arrivati.push(InArrivo { campo, nome, tipo_dichiarato, arrivato });
            Ok(())
        }
        Err(StorageError::Interrotto(e)) => {
            Err(e.downcast::<MultipartError>().map_or_else(|_| rotto(), |e| interrotto(*e)))
        }
        Err(e) => rifiuta(modulo, &campo, &nome, e),
    }
}

fn rifiuta(modulo: &mut Modulo, campo: &str, nome: &str, e: StorageError) -> Result<(), Errore> {
    let Some(f) = e.rifiuto() else { return Err(Errore::guasto(e)) };
    let frase = format!("«{nome}»: {} {}", f.frase, f.rimedio);
    match e {
        StorageError::TroppoGrande { .. } => modulo.segna_troppo(campo, frase, f.codice),
        _ => modulo.segna(campo, frase, f.codice),
    }
    Ok(())
}

/// How much text a form has brought so far: what bounds its memory.
#[derive(Default)]
struct Testi {
    quanti: usize,
    byte: usize,
}

impl Testi {
    /// A text field; none when the form brings too many, or too much.
    async fn leggi(&mut self, mut campo: Field<'_>) -> Result<Option<String>, Errore> {
        let mut byte = Vec::new();
        self.quanti += 1;
        while let Some(pezzo) = campo.chunk().await.map_err(interrotto)? {
            self.byte += pezzo.len();
            if self.byte > TESTO_MAX || self.quanti > TESTI_QUANTI {
                return Ok(None);
            }
            byte.extend_from_slice(&pezzo);
        }
        String::from_utf8(byte).map(Some).map_err(|_| illeggibile())
    }
}

/// What was typed in a form that nobody may send any more: texts only, and never a secret.
pub(crate) async fn testi_scritti(req: Request) -> Vec<(String, String)> {
    let tipo = req.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let coppie = if tipo.starts_with("multipart/form-data") {
        testi_di_multipart(req).await
    } else {
        modulo::coppie(req, &()).await.unwrap_or_default()
    };
    let segreto =
        |n: &str| [CSRF, "chiave", "sigillo", "segreto"].contains(&n) || n.contains("parola") || n.contains("password");
    coppie.into_iter().filter(|(n, v)| !segreto(n) && !v.trim().is_empty()).collect()
}

async fn testi_di_multipart(req: Request) -> Vec<(String, String)> {
    let (mut coppie, mut testi) = (Vec::new(), Testi::default());
    let Ok(mut corpo) = Multipart::from_request(req, &()).await else { return coppie };
    while let Ok(Some(campo)) = corpo.next_field().await {
        let nome = campo.name().unwrap_or_default().to_owned();
        if campo.file_name().is_none()
            && let Ok(Some(testo)) = testi.leggi(campo).await
        {
            coppie.push((nome, testo));
        }
    }
    coppie
}

fn interrotto(e: MultipartError) -> Errore {
    if e.status() == StatusCode::PAYLOAD_TOO_LARGE { troppo() } else { rotto() }
}

fn rotto() -> Errore {
    Errore::del_kit("WEB-007", StatusCode::BAD_REQUEST)
}

fn illeggibile() -> Errore {
    Errore::del_kit("WEB-004", StatusCode::BAD_REQUEST)
}

fn troppo() -> Errore {
    Errore::del_kit("WEB-006", StatusCode::PAYLOAD_TOO_LARGE)
}
